"""Care for a target that is shared with others: only what the run made is changed, and all of it is removed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from contract_tests.actors import Answer
from contract_tests.config import TargetConfig
from contract_tests.ledger import Ledger
from contract_tests.verdicts import Unavailable

_READING = ("GET", "HEAD", "OPTIONS")
#: Which call makes what.
_MAKING = {
    "/api/v1/alert-rules": "/api/v1/alert-rules",
    "/api/v1/gateways/generate-pairing-code": "/api/v1/gateways",
}
_NO_ITEMS = ("generate-pairing-code", "pair", "export")
_NOT_THERE = (400, 404, 405, 410, 422)
_GONE = (204, 404)
#: Who removes things, the lowest role that may first.
_REMOVERS = ("operator", "admin", "owner")


@dataclass
class Custody:
    """Watches every call of a run on a shared target."""

    config: TargetConfig
    http: httpx.Client
    ledger: Ledger
    pause: Callable[[], None] = lambda: None
    made: list[str] = field(default_factory=list)

    def before(self, method: str, path: str) -> None:
        """Let a call pass, or not: raises Unavailable for one that would change what others own."""
        if method.upper() in _READING:
            return
        if not self.config.writes:
            raise Unavailable("the target file forbids writes")
        item = _item(path)
        if item is not None and item not in self.made and self._is_there(item):
            raise Unavailable("this would change what the run did not make")
        self.ledger.asking(method, path)

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Note what a call made. Raises Unavailable for an answer that tells of nothing but the pace."""
        if answer.status == 429 and answer.headers.get("x-ratelimit-remaining") == "0":
            raise Unavailable("the rate limit is used up; requests_per_minute in the target file slows the run down")
        if method.upper() == "POST" and answer.status in (200, 201) and path in _MAKING:
            self._take(f"{_MAKING[path]}/{answer['id']}")

    def clear(self) -> None:
        """Remove what was made, the last thing first; what cannot be removed stays in the ledger."""
        while self.made:
            remove(self.config, self.http, self.ledger, self.made.pop())

    def _take(self, item: str) -> None:
        self.ledger.made(item)
        self.made.append(item)

    def _is_there(self, item: str) -> bool:
        """Whether anybody in the target file sees the thing."""
        for actor in self.config.actors.values():
            self.pause()
            response = self.http.get(item, headers=_bearer(actor.token))
            if response.status_code not in _NOT_THERE:
                return True
        return False


def remove(config: TargetConfig, http: httpx.Client, ledger: Ledger, item: str) -> bool:
    """Remove a thing and return whether it is gone."""
    remover = next((config.actors[role] for role in _REMOVERS if role in config.actors), None)
    if remover is None:
        return False
    try:
        gone = http.delete(item, headers=_bearer(remover.token)).status_code in _GONE
    except httpx.HTTPError:
        return False
    if gone:
        ledger.removed(item)
    return gone


def strays(config: TargetConfig, http: httpx.Client, run: str) -> list[str]:
    """Return the things whose name tells that they are of a run, in the lists that cannot be too long."""
    actor = next((config.actors[role] for role in _REMOVERS if role in config.actors), None)
    found = []
    for path in _MAKING.values() if actor else ():
        cursor: Any = None
        for _ in range(1000):
            params = {"cursor": cursor} if cursor else {}
            page = http.get(path, params=params, headers=_bearer(actor.token if actor else "")).json()
            found += [f"{path}/{row['id']}" for row in page.get("data", []) if str(row.get("name")).startswith(run)]
            cursor = page.get("next_cursor")
            if not cursor:
                break
    return found


def _item(path: str) -> str | None:
    """Return the path of the thing that a call is about, None when it is about none."""
    parts = path.partition("?")[0].split("/")[:5]
    return "/".join(parts) if len(parts) == 5 and parts[4] and parts[4] not in _NO_ITEMS else None


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
