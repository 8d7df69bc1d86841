"""Care for a target that is shared with others: only what the run made is changed, and all of it is removed."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from contract_tests import document
from contract_tests.actors import Actor, Answer, Recorder, TargetTrouble
from contract_tests.config import TargetConfig
from contract_tests.shared_target.ledger import Ledger
from contract_tests.verdicts import Unavailable, Violation

_READING = ("GET", "HEAD", "OPTIONS")
_GATEWAYS = "/api/v1/gateways"
_GENERATE, _PAIR = f"{_GATEWAYS}/generate-pairing-code", f"{_GATEWAYS}/pair"
#: So many pairing codes can be active in an org (GW-20).
_MOST_CODES = 5
_LOGOUT = "/api/v1/auth/logout"
#: The lists of things that bear the run's name, those first that others need.
_NAMED = tuple(f"/api/v1/{kind}" for kind in ("alert-rules", "webhooks", "cameras", "gateways", "users", "sites"))
_PAGE, _MOST_PAGES = 100, 100
_THERE = range(200, 300)
_NOT_THERE = (400, 404, 405, 410, 422)
_GONE = (204, 404)
_PATIENCE = 20.0
_MOST_DELAYS, _LONGEST_DELAY = 5, 60.0


@dataclass
class Custody:
    """Watches every call of a run on a shared target."""

    config: TargetConfig
    http: httpx.Client
    ledger: Ledger
    pause: Callable[[], None] = lambda: None
    made: list[str] = field(default_factory=list)
    recorder: Recorder = field(default_factory=Recorder)
    _codes: set[str] = field(default_factory=set)
    _delays: int = 0

    def before(self, method: str, path: str, token: str | None) -> None:
        """Let a call pass, or not: raises Unavailable for one that would change what others own."""
        if method.upper() in _READING:
            return
        if not self.config.writes:
            raise Unavailable("the target file forbids writes")
        item = _item(path)
        if item is not None and item not in self.made and self._is_there(item):
            raise Unavailable("this would change what the run did not make")
        if path == _LOGOUT and any(token == actor.token for actor in self.config.actors.values()):
            raise Unavailable("this would log out somebody of the target file")
        self.ledger.asking(method, path)

    def delays(self, answer: Answer) -> bool:
        """Wait when the answer tells of nothing but the rate of calls. Raises Unavailable when that does not help."""
        if not _too_fast(answer):
            self._delays = 0
            return False
        wait = answer.headers.get("retry-after", "1")
        self._delays += 1
        if self._delays > _MOST_DELAYS or not wait.isdigit() or int(wait) > _LONGEST_DELAY:
            raise Unavailable("the rate limit is used up; requests_per_minute in the target file slows the run down")
        time.sleep(max(1, int(wait)))
        return True

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Note what a call made. Raises Unavailable when the pairing codes of others leave none for the run."""
        if _too_fast(answer):
            return
        if path == _GENERATE and answer.status == 429 and len(self._codes) < _MOST_CODES:
            raise Unavailable("all pairing codes of the org are taken")
        if path == _PAIR and answer.status == 200:
            self._codes.discard(f"{_GATEWAYS}/{answer['gateway_id']}")
        operation = document.operation_at(method, path)
        item = operation and operation.made(answer)
        if item:
            self.ledger.made(item)
            self.made.append(item)
            if path == _GENERATE:
                self._codes.add(item)

    def clear(self) -> None:
        """Remove what was made, the last thing first; what cannot be removed stays in the ledger."""
        while self.made:
            self.remove(self.made[-1])
            self.made.pop()

    def remove(self, item: str) -> bool:
        """Remove a thing and return whether it is gone."""
        deletion = document.operation_at("DELETE", item)
        try:
            gone = self.remover(deletion.roles if deletion else ()).call("DELETE", item).status in _GONE
        except (Unavailable, TargetTrouble):
            return False
        if gone:
            self.ledger.removed(item)
            self._codes.discard(item)
        return gone

    def remover(self, roles: Sequence[str] = document.ROLES[1:]) -> Actor:
        """Return the first who has one of the roles. Raises Unavailable."""
        for role in roles:
            if role in self.config.actors:
                return self._actor(role)
        raise Unavailable("the target file names nobody who may remove this")

    def _is_there(self, item: str) -> bool:
        """Whether anybody in the target file sees the thing, or nobody may say that it is not there."""
        answers = {self._actor(role).get(item).status for role in self.config.callers}
        return not answers.isdisjoint(_THERE) or answers.isdisjoint(_NOT_THERE)

    def _actor(self, role: str) -> Actor:
        return Actor(role, self.config.actors[role].token, self.http, self.recorder, self.pause, _Patient(self))


@dataclass(frozen=True)
class _Patient:
    """Watches the calls that the care itself takes: they wait, and that is all."""

    custody: Custody

    def before(self, method: str, path: str, token: str | None) -> None:
        """Let every call pass."""

    def delays(self, answer: Answer) -> bool:
        """Wait as others do."""
        return self.custody.delays(answer)

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Take no notice."""


def clean(config: TargetConfig, ledger: Ledger) -> list[str]:
    """Remove what an earlier run left behind, and return what could not be removed.

    Beside the things in the ledger these are those whose name begins with the run's: made, but never heard of.
    """
    run = ledger.heading()["run"]
    with httpx.Client(base_url=config.base_url, timeout=_PATIENCE) as http:
        custody = Custody(config, http, ledger)
        left = ledger.left()
        left += [item for item in _named(custody, f"{run}-") if item not in left]
        in_the_way = [item for item in left if not custody.remove(item)]
        return [item for item in in_the_way if not custody.remove(item)]


def _named(custody: Custody, start: str) -> list[str]:
    """Return the things whose name begins so."""
    found = []
    for path in _NAMED:
        with suppress(Violation, Unavailable, TargetTrouble, LookupError, TypeError, AttributeError):
            found += [f"{path}/{row['id']}" for row in _rows(custody, path) if _name(row).startswith(start)]
    return found


def _too_fast(answer: Answer) -> bool:
    """Whether a call was refused for nothing but the rate of calls."""
    return answer.status == 429 and answer.headers.get("x-ratelimit-remaining") == "0"


def _name(row: dict[str, Any]) -> str:
    return str(row.get("name", row.get("display_name")))


def _rows(custody: Custody, path: str) -> Iterator[dict[str, Any]]:
    """Yield the items of a list, page by page where it has pages."""
    listing = document.operation_at("GET", path)
    actor, cursor = custody.remover(listing.roles if listing else ()), None
    for _ in range(_MOST_PAGES):
        answer = actor.get(path, limit=_PAGE, cursor=cursor)
        yield from answer["data"]
        cursor = answer.json.get("next_cursor")
        if cursor is None:
            return


def _item(path: str) -> str | None:
    """Return the path of the thing that a call is about, None when it is about none."""
    parts = path.partition("?")[0].split("/")[:5]
    literal = "/".join(parts) in document.load().paths
    return "/".join(parts) if len(parts) == 5 and parts[4] and not literal else None
