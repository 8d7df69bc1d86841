"""Who calls the target, and the record of every call."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from contract_tests import interrupts
from contract_tests.verdicts import Violation

_MOST_BYTES = 64 * 1024 * 1024
_MOST_SECONDS = 60.0
JSON = Any


class TargetTrouble(Exception):
    """The target does not answer in a bounded time and size, so nothing can be said about its rules."""


@dataclass(frozen=True)
class Answer:
    """One answer of the target. Looking for what is not there is a violation, not a mistake of the suite."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    @property
    def json(self) -> JSON:
        """The body as JSON. Raises Violation."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Violation("", "a JSON body", f"{self.status} {self.text[:200]!r}") from None

    def __getitem__(self, name: str) -> JSON:
        """Return a field of the body. Raises Violation."""
        body = self.json
        if not isinstance(body, dict) or name not in body:
            raise Violation("", f"a body with the field {name}", f"{self.status} {self.text[:200]!r}")
        return body[name]

    @property
    def error(self) -> str | None:
        """The error code of the body, if it has one."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return None
        return body.get("error") if isinstance(body, dict) else None

    def is_(self, status: int, code: str | None = None) -> bool:
        """Whether the answer has the status, and the error code where one is expected."""
        return self.status == status and (code is None or self.error == code)

    def __str__(self) -> str:
        return f"{self.status} {self.text[:300]}"


@dataclass(frozen=True)
class Exchange:
    """One call and its answer, as evidence."""

    actor: str
    method: str
    url: str
    body: str | None
    status: int
    answer: str
    request_id: str | None
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Recorder:
    """Keeps the exchanges of the check that is running."""

    exchanges: list[Exchange] = field(default_factory=list)
    total: int = 0

    def add(self, exchange: Exchange) -> None:
        """Note one more exchange; of very long checks the first and the last hundred are kept."""
        self.total += 1
        self.exchanges.append(exchange)
        if len(self.exchanges) > 200:
            del self.exchanges[100]


class Watch(Protocol):
    """Looks at every call where not all calls are welcome."""

    def before(self, method: str, path: str, token: str | None) -> None:
        """Let a call with a credential pass, or raise Unavailable."""

    def delays(self, answer: Answer) -> bool:
        """Whether the call is to be made once more, after a wait that has just passed."""

    def after(self, method: str, path: str, answer: Answer) -> None:
        """See what became of it."""


@dataclass(frozen=True)
class Actor:
    """Somebody with a credential, or with none."""

    name: str
    token: str | None = field(repr=False)
    http: httpx.Client
    recorder: Recorder
    pause: Callable[[], None]
    watch: Watch | None = None

    def call(self, method: str, path: str, **arguments: Any) -> Answer:
        """Make a call and return its answer, whatever it is. Raises TargetTrouble."""
        if self.token is not None:
            arguments["headers"] = {"Authorization": f"Bearer {self.token}"} | arguments.get("headers", {})
        if self.watch is None:
            return self._call(method, path, arguments)
        self.watch.before(method, path, self.token)
        while self.watch.delays(answer := self._watched(self.watch, method, path, arguments)):
            pass
        return answer

    def _watched(self, watch: Watch, method: str, path: str, arguments: dict[str, Any]) -> Answer:
        """Make a call and have it noted; no interrupt comes between the two."""
        with interrupts.held():
            answer = self._call(method, path, arguments)
            watch.after(method, path, answer)
        return answer

    def _call(self, method: str, path: str, arguments: dict[str, Any]) -> Answer:
        self.pause()
        started = time.monotonic()
        try:
            with self.http.stream(method, path, **arguments) as response:
                body = _read(response, started)
        except httpx.HTTPError as error:
            raise TargetTrouble(f"{method} {path}: {type(error).__name__}: {error}") from None
        answer = Answer(response.status_code, response.headers, body)
        self.recorder.add(_exchange(self, response, answer, time.monotonic() - started))
        return answer

    def get(self, path: str, **params: Any) -> Answer:
        """GET with query parameters; those that are None are left out."""
        return self.call("GET", path, params={name: value for name, value in params.items() if value is not None})

    def post(self, path: str, body: JSON) -> Answer:
        """POST a JSON body."""
        return self.call("POST", path, json=body)

    def patch(self, path: str, body: JSON) -> Answer:
        """PATCH with a JSON body."""
        return self.call("PATCH", path, json=body)

    def delete(self, path: str) -> Answer:
        """DELETE."""
        return self.call("DELETE", path)


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class Forgetful(httpx.Client):
    """A client that many share, and that keeps no cookie: what one was given no other may send."""

    cookies: Any = _NoCookies()


def _read(response: httpx.Response, started: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES or time.monotonic() - started > _MOST_SECONDS:
            raise TargetTrouble(f"{response.request.method} {response.request.url.path}: the answer has no end")
    return b"".join(parts)


def _exchange(actor: Actor, response: httpx.Response, answer: Answer, seconds: float) -> Exchange:
    request = response.request
    try:
        content = request.content
    except httpx.RequestNotRead:
        content = b""
    own = {**actor.http.headers, "authorization": f"Bearer {actor.token}", "host": "", "content-length": ""}
    return Exchange(
        actor=actor.name,
        method=request.method,
        url=str(request.url),
        body=content.decode(errors="replace")[:4096] or None,
        status=answer.status,
        answer=answer.text[:4096],
        request_id=answer.headers.get("x-request-id"),
        seconds=round(seconds, 4),
        headers={name: text for name, text in request.headers.items() if own.get(name) not in ("", text)},
    )
