"""The write guard of a shared target: a run changes only what it has created, and records all of that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import httpx

from contract_tests import document
from contract_tests.actors import Actor, Answer, Call, NotReached, Recorder, TargetError
from contract_tests.config import TargetConfig
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.lost_calls import LostCalls
from contract_tests.shared_target.repetition import MAX_WAIT_SECONDS, Repetition
from contract_tests.shared_target.served import ServedOperations
from contract_tests.shared_target.throttle import seconds_to_wait
from contract_tests.verdicts import Unavailable
from contract_tests.world import API, GATEWAYS

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_GENERATE, _PAIR = f"{GATEWAYS}/generate-pairing-code", f"{GATEWAYS}/pair"
#: The ends of the paths of operations that have a limit of their own.
_LIMITED = ("/generate-pairing-code", "/auth/login", "/trigger")
#: How many pairing codes can be active in an org (GW-20).
_MAX_ACTIVE_CODES = 5
_LOGOUT = f"{API}/auth/logout"
#: What the status of a GET says of an object, and that of a DELETE.
_EXISTS, _MISSING, _REMOVED = range(200, 300), (400, 404, 405, 410, 422), (204, 404)

#: The actors of a target file, those that may do most first.
_RANKS = (*reversed(document.ROLES), "outsider")


@dataclass
class WriteGuard:
    """Sees every call of a run on a shared target, before and after it is made."""

    config: TargetConfig
    http: httpx.Client
    ledger: Ledger
    throttle: Callable[[], None] = lambda: None
    #: The paths of the objects that this process has created, in the order of their creation.
    created: list[str] = field(default_factory=list)
    #: The calls that the guard makes itself.
    recorder: Recorder = field(default_factory=Recorder)
    _active_codes: set[str] = field(default_factory=set)
    _deleted: set[str] = field(default_factory=set)
    _repetition: Repetition = field(init=False)

    def __post_init__(self) -> None:
        self._repetition = Repetition(self.http)

    @cached_property
    def _served(self) -> ServedOperations:
        return ServedOperations(lambda: [self._actor(role) for role in sorted(self.config.callers, key=_RANKS.index)])

    def before(self, method: str, path: str, token: str | None) -> None:
        """Permit a call. Raises Unavailable for one that would change what the run has not created."""
        if method.upper() in _SAFE_METHODS:
            return
        if not self.config.writes:
            raise Unavailable("the target file has writes = false")
        item = _item(path)
        if item is not None and item not in self.created and self._exists(item):
            raise Unavailable("would change an object that the run has not created")
        if path == _LOGOUT and any(token == actor.token for actor in self.config.actors.values()):
            raise Unavailable("would log out an actor of the target file")
        self.ledger.record_call(method, path)

    def answer(self, call: Call, send: Callable[[], Answer]) -> Answer:
        """Return the answer to a call, repeated where that is safe and necessary.

        Raises NotReached, and NotServed for an operation that the target does not have.
        """
        lost = LostCalls(self._readers, lambda item: item in self.created, self._remove_lost)
        repeated_before = call.actor.recorder.repeated
        answer = self._repetition.answer(
            call, send, lost.require_repeatable, lambda answer: self._is_expected(call.path, answer)
        )
        if call.method == "DELETE" and answer.status == 204:
            self._deleted.add(call.path)
        repeated = call.actor.recorder.repeated > repeated_before
        if repeated and call.method == "DELETE" and answer.status == 404 and self._has(call.path):
            raise NotReached(f"{call} was not answered, and took effect")
        self._served.require(call.method, call.path, answer)
        return answer

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record what a call created. Raises Unavailable when others use all pairing codes of the org."""
        if answer.status == 429:
            if path == _GENERATE and self._is_cap_of_others(answer):
                raise Unavailable("all pairing codes of the org are taken")
            return
        if path == _PAIR and answer.status == 200:
            self._active_codes.discard(f"{GATEWAYS}/{answer['gateway_id']}")
        operation = document.operation_at(method, path)
        item = operation and operation.created_path(answer)
        if item:
            self.ledger.record_created(item)
            self.created.append(item)
            if path == _GENERATE:
                self._active_codes.add(item)

    def remove_created(self) -> None:
        """Remove what was created, in reverse order; what cannot be removed stays in the ledger."""
        while self.created:
            self.remove(self.created[-1])
            self.created.pop()

    def remove(self, item: str) -> bool:
        """Remove the object at a path, and return whether it is gone."""
        deletion = document.operation_at("DELETE", item)
        try:
            actor = self.actor_with_role(deletion.roles if deletion else ())
            gone = actor.call("DELETE", item).status in _REMOVED
        except (Unavailable, TargetError):
            return False
        if gone:
            self.ledger.record_removed(item)
            self._active_codes.discard(item)
        return gone

    def actor_with_role(self, roles: Sequence[str] = document.ROLES[1:]) -> Actor:
        """Return the actor with the first of the roles that the target file has. Raises Unavailable."""
        for role in roles:
            if role in self.config.actors:
                return self._actor(role)
        raise Unavailable(f"the target file has no actor with one of the roles {', '.join(roles)}")

    def _has(self, item: str) -> bool:
        """Whether the run created an object, and no answer says that it has been deleted."""
        return item in self.created and item not in self._deleted

    def _is_cap_of_others(self, answer: Answer) -> bool:
        """Whether pairing codes are refused for long, though the run has few: others of the org have the rest."""
        few = len(self._active_codes) < _MAX_ACTIVE_CODES and self._repetition.is_by_api(answer)
        asks_to_wait = "retry-after" in answer.headers and seconds_to_wait(answer.headers) <= MAX_WAIT_SECONDS
        return few and not _is_of_rate(answer) and not asks_to_wait

    def _is_expected(self, path: str, answer: Answer) -> bool:
        """Whether a 429 is of a limit that the operation has of its own, and that the run may have reached."""
        if path == _GENERATE and len(self._active_codes) < _MAX_ACTIVE_CODES:
            return False
        return path.endswith(_LIMITED) and not _is_of_rate(answer)

    def _readers(self, actor: Actor) -> list[Actor]:
        """Return who can read what an actor may have changed: the actor, and those of the same org."""
        outsider = self.config.actors.get("outsider")
        same_org = () if outsider and actor.token == outsider.token else reversed(document.ROLES)
        others = [self._actor(role) for role in same_org if role in self.config.actors]
        return [replace(actor, recorder=self.recorder, hooks=_OwnCalls(self._repetition)), *others]

    def _remove_lost(self, actor: Actor, item: str) -> bool:
        """Record an object that a lost call of an actor has created, and remove it; return whether it is gone."""
        self.ledger.record_created(item)
        self.created.append(item)
        return self.remove(item)

    def _exists(self, item: str) -> bool:
        """Whether an actor of the target file sees the object, or no answer says that it does not exist."""
        statuses = {self._actor(role).get(item).status for role in self.config.callers}
        return not statuses.isdisjoint(_EXISTS) or statuses.isdisjoint(_MISSING)

    def _actor(self, role: str) -> Actor:
        token = self.config.actors[role].token
        return Actor(role, token, self.http, self.recorder, self.throttle, _OwnCalls(self._repetition))


@dataclass(frozen=True)
class _OwnCalls:
    """The hooks of calls that the guard makes itself: all are permitted, none is recorded."""

    repetition: Repetition

    def before(self, method: str, path: str, token: str | None) -> None:
        """Permit every call."""

    def answer(self, call: Call, send: Callable[[], Answer]) -> Answer:
        """Return the answer to a call that reads or removes, repeated where necessary. Raises NotReached."""
        return self.repetition.answer(call, send)

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record nothing."""


def _is_of_rate(answer: Answer) -> bool:
    """Whether a call was refused for the rate of calls, as its headers say."""
    return answer.headers.get("x-ratelimit-remaining") == "0"


def _item(path: str) -> str | None:
    """Return the path of the object that a call is about, None if it is about none."""
    parts = path.partition("?")[0].split("/")[:5]
    literal = "/".join(parts) in document.load().paths
    return "/".join(parts) if len(parts) == 5 and parts[4] and not literal else None
