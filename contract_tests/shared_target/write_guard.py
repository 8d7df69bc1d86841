"""The write guard of a shared target: a run changes only what it has created, and records all of that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from contract_tests import document
from contract_tests.actors import Actor, Answer, Recorder, TargetError
from contract_tests.config import TargetConfig
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.throttle import RateLimitWaits, is_rate_limited
from contract_tests.verdicts import Unavailable
from contract_tests.world import API, GATEWAYS

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_GENERATE, _PAIR = f"{GATEWAYS}/generate-pairing-code", f"{GATEWAYS}/pair"
#: How many pairing codes can be active in an org (GW-20).
_MAX_ACTIVE_CODES = 5
_LOGOUT = f"{API}/auth/logout"
#: What the status of a GET says of an object, and that of a DELETE.
_EXISTS, _MISSING, _REMOVED = range(200, 300), (400, 404, 405, 410, 422), (204, 404)


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
    _rate_limit: RateLimitWaits = field(default_factory=RateLimitWaits)

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

    def wait_to_retry(self, answer: Answer) -> bool:
        """Wait if the rate limit of the target is used up, and return whether it was. Raises Unavailable."""
        return self._rate_limit.wait_to_retry(answer)

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record what a call created. Raises Unavailable when others use all pairing codes of the org."""
        if is_rate_limited(answer):
            return
        if path == _GENERATE and answer.status == 429 and len(self._active_codes) < _MAX_ACTIVE_CODES:
            raise Unavailable("all pairing codes of the org are taken")
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

    def _exists(self, item: str) -> bool:
        """Whether an actor of the target file sees the object, or no answer says that it does not exist."""
        statuses = {self._actor(role).get(item).status for role in self.config.callers}
        return not statuses.isdisjoint(_EXISTS) or statuses.isdisjoint(_MISSING)

    def _actor(self, role: str) -> Actor:
        token = self.config.actors[role].token
        return Actor(role, token, self.http, self.recorder, self.throttle, _OwnCalls(self._rate_limit))


@dataclass(frozen=True)
class _OwnCalls:
    """The hooks of calls that the guard makes itself: all are permitted, none is recorded."""

    rate_limit: RateLimitWaits

    def before(self, method: str, path: str, token: str | None) -> None:
        """Permit every call."""

    def wait_to_retry(self, answer: Answer) -> bool:
        """Wait if the rate limit of the target is used up, and return whether it was. Raises Unavailable."""
        return self.rate_limit.wait_to_retry(answer)

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record nothing."""


def _item(path: str) -> str | None:
    """Return the path of the object that a call is about, None if it is about none."""
    parts = path.partition("?")[0].split("/")[:5]
    literal = "/".join(parts) in document.load().paths
    return "/".join(parts) if len(parts) == 5 and parts[4] and not literal else None
