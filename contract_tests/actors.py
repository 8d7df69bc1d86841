"""Who calls the target, and the record of every call."""

import json
import signal
import statistics
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Any, Protocol

import httpx

from contract_tests.http.bodies import MAX_BODY_BYTES, MAX_BODY_SECONDS, read_body
from contract_tests.output.redaction import secrets_of, secrets_of_cookies
from contract_tests.output.texts import MAX_EVIDENCE_CHARS, shorten
from contract_tests.replay import steps
from contract_tests.replay.steps import API, Step, Steps
from contract_tests.verdicts import Violation

#: How many exchanges of a check are kept: as many of its first as of its last.
_MAX_EXCHANGES = 200
JSON = Any


class TargetError(Exception):
    """The target cannot be tested: it gives no answer within the bounds, or refuses what the run needs; exit code 3."""


class Unanswered(TargetError):
    """Nobody answered a call within the bounds; whether it took effect is not known."""


class NotReached(TargetError):
    """A call that a check needs could not be made, through no fault of the API: its rules are not reached."""


class Outage(NotReached):
    """The target has not answered any call for some time: no further check can run."""


@dataclass(frozen=True)
class Answer:
    """One answer of the target. Reading a part that is missing raises Violation: the target is wrong, not the suite."""

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
        except (ValueError, RecursionError):
            raise Violation("", "a JSON body", self._shown) from None

    def __getitem__(self, name: str) -> JSON:
        """Return a field of the body. Raises Violation."""
        body = self.json
        if not isinstance(body, dict) or name not in body:
            raise Violation("", f"a body with the field {name}", self._shown)
        return body[name]

    @property
    def rows(self) -> list[dict[str, JSON]]:
        """The objects of a list: the field ``data`` of a 200. Raises Violation."""
        found = self["data"] if self.status == 200 else None
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise Violation("", "200 and a list of objects in data", self)
        return found

    @property
    def error(self) -> str | None:
        """The error code of the body, if it has one."""
        return self._error_body.get("error")

    @property
    def field_errors(self) -> Collection[str]:
        """The names of the fields that the body finds wrong."""
        found = self._error_body.get("field_errors")
        return found.keys() if isinstance(found, dict) else ()

    @property
    def _error_body(self) -> dict[str, JSON]:
        try:
            body = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    def is_(self, status: int, code: str | None = None) -> bool:
        """Whether the answer has the status, and the error code where one is expected."""
        return self.status == status and (code is None or self.error == code)

    @property
    def _shown(self) -> str:
        return f"{self.status} {shorten(self.text)!r}"

    def __str__(self) -> str:
        return f"{self.status} {shorten(self.text)}"


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
    """Records the exchanges of the check that is running, and the secrets in them."""

    exchanges: list[Exchange] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)
    #: The client of an SDK and its latest calls, in Python.
    snippet: list[str] = field(default_factory=list)
    total: int = 0
    repeated: int = 0
    secrets: set[str] = field(default_factory=set)

    @property
    def median_seconds(self) -> float | None:
        """How long an answer took, None without any."""
        return statistics.median(exchange.seconds for exchange in self.exchanges) if self.exchanges else None

    def add(self, exchange: Exchange) -> None:
        """Record one exchange; of a check with very many, those in the middle are dropped."""
        self.total += 1
        self.secrets.update(secrets_of(exchange.answer), secrets_of(exchange.body or ""))
        self.secrets.update(secrets_of_cookies(exchange.headers.get("cookie", "")))
        self.exchanges.append(exchange)
        if len(self.exchanges) > _MAX_EXCHANGES:
            del self.exchanges[_MAX_EXCHANGES // 2]


class CallHooks(Protocol):
    """What happens around every call of an actor; a shared target permits only some calls."""

    def before(self, method: str, path: str, token: str | None, body: JSON) -> None:
        """Permit a call with this token and JSON body, or raise Unavailable."""

    def answer(self, call: "Call", send: Callable[[], Answer]) -> Answer:
        """Return the answer to a call, which ``send`` makes, as often as that is safe and necessary."""

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record what the call changed."""


@dataclass(frozen=True)
class Actor:
    """A caller with a credential, or with none."""

    name: str
    token: str | None = field(repr=False)
    http: httpx.Client
    recorder: Recorder
    throttle: Callable[[], None]
    hooks: CallHooks | None = None

    def call(self, method: str, path: str, **arguments: Any) -> Answer:
        """Make a call and return its answer, whatever the status. Raises Unanswered, NotReached."""
        if self.token is not None:
            arguments["headers"] = {"Authorization": f"Bearer {self.token}"} | arguments.get("headers", {})
        if self.hooks is None:
            self.throttle()
            return self._call(method, path, arguments)
        self.hooks.before(method, path, self.token, arguments.get("json"))
        send = partial(self._recorded_call, self.hooks, method, path, arguments)
        return self.hooks.answer(Call(self, method.upper(), path, arguments.get("json")), send)

    def _recorded_call(self, hooks: CallHooks, method: str, path: str, arguments: dict[str, Any]) -> Answer:
        """Make a call when it is allowed and record what it changed, without an interrupt in between."""
        self.throttle()
        with deferred_interrupts():
            answer = self._call(method, path, arguments)
            hooks.after(method, path, answer)
        return answer

    def _call(self, method: str, path: str, arguments: dict[str, Any]) -> Answer:
        started = time.monotonic()
        try:
            with self.http.stream(method, path, **arguments) as response:
                body = read_body(response, MAX_BODY_BYTES, started + MAX_BODY_SECONDS)
        except httpx.HTTPError as error:
            raise Unanswered(f"{method} {path}: {type(error).__name__}: {error}") from None
        answer = Answer(response.status_code, response.headers, body)
        self.recorder.secrets.update(_credentials(self.token, response))
        self.recorder.add(_exchange(self, response, answer, time.monotonic() - started))
        self.recorder.steps.add(_step(self.http, response, answer))
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


@dataclass(frozen=True)
class Call:
    """A call of an actor: what was asked, and with which JSON body, if with one."""

    actor: Actor
    method: str
    path: str
    body: JSON = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@contextmanager
def deferred_interrupts() -> Iterator[None]:
    """Deliver an interrupt of the block after its end; does nothing outside the main thread, which alone gets them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    deferred: list[tuple[int, FrameType | None]] = []
    former = signal.signal(signal.SIGINT, lambda number, frame: deferred.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
        if deferred and callable(former):
            former(*deferred[0])


def _credentials(token: str | None, response: httpx.Response) -> set[str]:
    """Return what a call was made with, and the values of the cookies that its answer sets."""
    given = (text.partition(";")[0] for text in response.headers.get_list("set-cookie"))
    return {token or "", *(secret for text in given for secret in secrets_of_cookies(text))} - {""}


def step_of(request: Any, content: bytes, base_url: str, configured: Mapping[str, str], answer: Answer) -> Step:
    """Return a call, a request of httpx or of requests, as a step of a script that repeats it."""
    return Step(
        API,
        request.method,
        str(request.url).removeprefix(base_url.rstrip("/")),
        answer.status,
        answer.text[: steps.MAX_TEXT_CHARS + 1],
        content.decode(errors="surrogateescape") if content else None,
        steps.of_request(request.headers, configured),
        steps.of_answer(answer.headers),
    )


def _step(http: httpx.Client, response: httpx.Response, answer: Answer) -> Step:
    return step_of(response.request, _content(response.request), str(http.base_url), http.headers, answer)


def _content(request: httpx.Request) -> bytes:
    try:
        return request.content
    except httpx.RequestNotRead:
        return b""


def _exchange(actor: Actor, response: httpx.Response, answer: Answer, seconds: float) -> Exchange:
    request = response.request
    own = {**actor.http.headers, "authorization": f"Bearer {actor.token}", "host": "", "content-length": ""}
    return Exchange(
        actor=actor.name,
        method=request.method,
        url=str(request.url),
        body=shorten(_content(request).decode(errors="replace"), MAX_EVIDENCE_CHARS) or None,
        status=answer.status,
        answer=shorten(answer.text, MAX_EVIDENCE_CHARS),
        request_id=answer.headers.get("x-request-id"),
        seconds=round(seconds, 4),
        headers={name: text for name, text in request.headers.items() if own.get(name) not in ("", text)},
    )
