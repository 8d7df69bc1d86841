"""The write guard of a shared target: a run changes only what it has created, and records all of that."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import httpx

from contract_tests import document
from contract_tests.actors import Actor, Answer, Call, NotReached, Recorder, TargetError
from contract_tests.config import TargetConfig
from contract_tests.shared_target import camera_events, paths
from contract_tests.shared_target.changed_events import ChangedEvents
from contract_tests.shared_target.exclusive import LIMITED, Exclusive
from contract_tests.shared_target.harmless import HarmlessCalls
from contract_tests.shared_target.ledger import HOME, OUTSIDE, Ledger, Made, PendingCall
from contract_tests.shared_target.lists import name_of
from contract_tests.shared_target.lost_calls import LostCalls
from contract_tests.shared_target.own_rules import OwnRules
from contract_tests.shared_target.repetition import MAX_WAIT_SECONDS, OwnCalls, Repetition, is_of_cap, is_of_rate
from contract_tests.shared_target.served import ServedOperations
from contract_tests.shared_target.throttle import Throttle, seconds_to_wait
from contract_tests.verdicts import CodesTaken, Unavailable
from contract_tests.world import API, EVENTS, GATEWAYS

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_GENERATE, _PAIR = f"{GATEWAYS}/generate-pairing-code", f"{GATEWAYS}/pair"
#: How many pairing codes can be active in an org (GW-20).
_MAX_ACTIVE_CODES = 5
_LOGOUT = f"{API}/auth/logout"
_SUCCESS, _GONE = range(200, 300), (404, 410)

#: The actors of a target file, those that may do most first.
_RANKS = (*reversed(document.ROLES), "outsider")


@dataclass
class WriteGuard:
    """Sees every call of a run on a shared target, before and after it is made."""

    config: TargetConfig
    http: httpx.Client
    ledger: Ledger
    throttle: Throttle = field(default_factory=Throttle)
    exclusive: Exclusive = field(default_factory=Exclusive)
    #: The objects that this process has created and not removed, by path, in the order of their creation.
    created: dict[str, Made] = field(default_factory=dict)
    #: Those of them that stay until the end of the run.
    lasting: set[str] = field(default_factory=set)
    recorder: Recorder = field(default_factory=Recorder)
    #: The org of each pairing code that the run holds.
    _active_codes: dict[str, str | None] = field(default_factory=dict)
    _deleted_in: dict[str, str] = field(default_factory=dict)
    _harmless: HarmlessCalls = field(default_factory=HarmlessCalls)
    #: The cameras that the run has triggered, and so may have events of.
    _triggered: set[str] = field(default_factory=set)
    #: The numbers of its calls in the ledger.
    numbers: Iterator[int] = field(default_factory=itertools.count)
    #: The call that this thread makes, and its number.
    _current: threading.local = field(default_factory=threading.local)
    _repetition: Repetition = field(init=False)

    def __post_init__(self) -> None:
        self._repetition = Repetition(self.http, self.throttle.hold)

    @cached_property
    def _own_rules(self) -> OwnRules:
        return OwnRules(self.created, self._prefix)

    @cached_property
    def _served(self) -> ServedOperations:
        return ServedOperations(lambda: [self._actor(role) for role in sorted(self.config.callers, key=_RANKS.index)])

    @cached_property
    def changed_events(self) -> ChangedEvents:
        """The existing events that the run changes, as the target file permits."""
        return ChangedEvents(self.ledger)

    def in_org(self, org: str) -> "OrgCalls":
        """Return the hooks of calls of an org, also of those with tokens that the target file does not have."""
        return OrgCalls(self, org)

    def before(self, method: str, path: str, token: str | None, body: Any = None, org: str = HOME) -> None:
        """Permit a call. Raises Unavailable for one that would change what the run has not created."""
        if method.upper() in _SAFE_METHODS:
            return
        if not self.config.writes:
            raise Unavailable("the target file has writes = false")
        item, mutable = paths.item(path), self.config.events_mutable
        permitted = item in self.created or (item and mutable and self.changed_events.permits(method, item, body))
        if item and not permitted and not self._harmless.include(self._highest, method, item, body):
            raise Unavailable("would change an object that the run has not created")
        if not self.config.alerts_may_stay:
            self._own_rules.require_silent(method, path, body)
        creator = next((role for role, actor in self.config.actors.items() if actor.token == token), None)
        if path == _LOGOUT and creator:
            raise Unavailable("would log out an actor of the target file")
        org = org_of(creator) if creator else org
        self.exclusive.acquire_for(path, body)
        camera = paths.triggered_camera(method, path)
        if camera in self.created:
            self.require_deletable_events(org)
            camera_events.require_silent(self.actors_of(org, document.ROLES))
            self._triggered.add(camera)
        call = PendingCall(f"{method} {path}", org, creator, name_of(body))
        self._current.call, self._current.body, self._current.number = call, body, next(self.numbers)
        self.ledger.record_call(self._current.number, call)

    def answer(self, call: Call, send: Callable[[], Answer]) -> Answer:
        """Return the answer to a call, repeated where that is safe and necessary.

        Raises NotReached, and NotServed for an operation that the target does not have.
        """
        lost = LostCalls(self._readers, lambda item: item in self.created, self._remove_lost, self._prefix)
        repeated_before = call.actor.recorder.repeated
        answer = self._repetition.answer(
            call, send, lost.require_repeatable, lambda answer: self._is_expected(call.path, answer)
        )
        if call.method == "DELETE" and answer.status == 204:
            self._deleted_in[call.path] = self._current.call.org
        repeated = call.actor.recorder.repeated > repeated_before
        if repeated and call.method == "DELETE" and answer.status == 404 and self._has(call.path):
            raise NotReached(f"{call} was not answered, and took effect")
        self._served.require(call.method, call.path, answer)
        return answer

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record what a call created. Raises CodesTaken when others use the pairing codes of the org."""
        operation = document.operation_at(method, path)
        if operation is None or method.upper() in _SAFE_METHODS:
            return
        if answer.status == 429:
            if path == _GENERATE and self._is_cap_of_others(answer):
                raise CodesTaken(answer)
            return
        item = paths.created(operation, path, answer)
        self._own_rules.record(item or path, self._current.body, answer)
        if item:
            self.add(item)
            if path == _GENERATE:
                self._active_codes[item] = self._current.call.org
        elif operation.created_in and 300 <= answer.status < 500:
            self.ledger.record_nothing_made(self._current.number)
        if path == _PAIR and answer.status == 200:
            self._active_codes.pop(f"{GATEWAYS}/{answer['gateway_id']}", None)

    def add(self, item: str) -> None:
        """Record an object that this thread's last call that was no read has created."""
        call = self._current.call
        made = self.created.setdefault(item, Made(item, call.org, call.creator))
        self.ledger.record_created(item, made.org, made.creator, self._current.number)

    def remove_created(self) -> None:
        """Remove what was created and does not last, in reverse order; what cannot be removed stays in the ledger."""
        for path, made in reversed([*self.created.items()]):
            if path not in self.lasting:
                self.remove(made)
                del self.created[path]
        self.exclusive.release()

    def remove_all(self) -> None:
        """Remove what lasts until the end of the run too."""
        self.lasting.clear()
        self.remove_created()

    def remove(self, made: Made) -> bool:
        """Remove an object, and return whether it is gone: only its own org can say so."""
        if made.path in self._triggered:
            self._triggered.remove(made.path)
            for event in self.events_of(made.path, made.org or HOME) or ():
                self.remove(Made(paths.path_of(event, EVENTS), made.org))
        if made.org:
            gone = self._deleted_in.get(made.path) == made.org or self._delete(made, made.org) in (*_SUCCESS, *_GONE)
        else:
            statuses = {self._delete(made, org) for org in self.orgs}
            gone = not statuses.isdisjoint(_SUCCESS) or statuses <= {*_GONE}
        if gone:
            self.ledger.record_removed(made.path)
            self._active_codes.pop(made.path, None)
        return gone

    def events_of(self, camera: str, org: str) -> list[dict[str, Any]] | None:
        """Return the events of a camera of the run, None if no actor of the org can read them."""
        return camera_events.rows_of(self.actors_of(org, document.ROLES), camera)

    @property
    def orgs(self) -> list[str]:
        """The orgs that the target file has an actor of."""
        return list(dict.fromkeys(map(org_of, self.config.callers)))

    def actor_with_role(self, roles: Sequence[str] = document.ROLES[1:]) -> Actor:
        """Return the actor with the first of the roles that the target file has. Raises Unavailable."""
        for role in roles:
            if role in self.config.actors:
                return self._actor(role)
        raise Unavailable(f"the target file has no actor with one of the roles {', '.join(roles)}")

    def require_deletable_events(self, org: str) -> None:
        """Raise Unavailable unless an actor of the org may delete events."""
        deletion = document.load().operations["deleteEvent"]
        camera_events.require_deletable(self.actors_of(org, deletion.roles), known_roles=org == HOME)

    @property
    def _prefix(self) -> str:
        """What begins the names of everything that the run creates."""
        return f"{self.ledger.path.stem}-"

    def _has(self, item: str) -> bool:
        """Whether the run created an object, and no answer says that it has been deleted."""
        return item in self.created and item not in self._deleted_in

    def _is_cap_of_others(self, answer: Answer) -> bool:
        """Whether pairing codes are refused for long, though the run has few: others of the org have the rest."""
        few = self._own_codes() < _MAX_ACTIVE_CODES and self._repetition.is_by_api(answer)
        asks_to_wait = "retry-after" in answer.headers and seconds_to_wait(answer.headers) <= MAX_WAIT_SECONDS
        return few and (is_of_cap(answer) or not (is_of_rate(answer) or asks_to_wait))

    def _is_expected(self, path: str, answer: Answer) -> bool:
        """Whether a 429 is of a limit that the operation has of its own, and that the run may have reached."""
        if path == _GENERATE and self._own_codes() < _MAX_ACTIVE_CODES:
            return is_of_cap(answer)
        return path.endswith(LIMITED) and not is_of_rate(answer)

    def _own_codes(self) -> int:
        """Return how many pairing codes the run holds in the org of the call that this thread makes."""
        return [*self._active_codes.values()].count(self._current.call.org)

    @property
    def _highest(self) -> list[Actor]:
        """The actor of each org who sees most of it."""
        return [self.actors_of(org, document.ROLES)[0] for org in self.orgs]

    def _readers(self, actor: Actor) -> list[Actor]:
        """Return who can read what an actor may have changed: the actor, and those of the same org."""
        others = self.actors_of(self._current.call.org, document.ROLES)
        return [replace(actor, recorder=self.recorder, hooks=OwnCalls(self._repetition)), *others]

    def _remove_lost(self, actor: Actor, item: str) -> bool:
        """Record an object that a lost call of an actor has created, and remove it; return whether it is gone."""
        made = self.created[item] = Made(item, self._current.call.org, self._current.call.creator)
        self.ledger.record_created(made.path, made.org, made.creator)
        return self.remove(made)

    def actors_of(self, org: str, roles: Sequence[str]) -> list[Actor]:
        """Return the actors of an org, those with some roles, higher ones first; of the other org, the outsider."""
        wanted = [*reversed(roles)] if org == HOME else [OUTSIDE]
        return [self._actor(role) for role in wanted if role in self.config.callers]

    def _delete(self, made: Made, org: str) -> int:
        """Delete an object and return the status for the first actor who is not refused; its creator is asked first."""
        deletion = document.operation_at("DELETE", made.path)
        status, found = 0, self.actors_of(org, deletion.roles if deletion else ())
        for actor in sorted(found, key=lambda actor: actor.name != made.creator):
            try:
                status = actor.delete(made.path).status
            except (Unavailable, TargetError):
                continue
            if status in _SUCCESS or status in _GONE:
                break
        return status

    def _actor(self, role: str) -> Actor:
        token = self.config.actors[role].token
        return Actor(role, token, self.http, self.recorder, self.throttle, OwnCalls(self._repetition))


@dataclass(frozen=True)
class OrgCalls:
    """The hooks of calls of one org: those of the guard."""

    guard: WriteGuard
    org: str

    def before(self, method: str, path: str, token: str | None, body: Any) -> None:
        """Permit a call. Raises Unavailable for one that would change what the run has not created."""
        self.guard.before(method, path, token, body, self.org)

    def answer(self, call: Call, send: Callable[[], Answer]) -> Answer:
        """Return the answer to a call, repeated where that is safe and necessary. Raises NotReached."""
        return self.guard.answer(call, send)

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record what a call created. Raises CodesTaken when others use the pairing codes of the org."""
        self.guard.after(method, path, answer)


def org_of(role: str) -> str:
    """Return the org of an actor of the target file."""
    return OUTSIDE if role == OUTSIDE else HOME
