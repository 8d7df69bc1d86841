"""Both clients of an SDK behind one interface, so that a check is written once and runs with each."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from contract_tests.actors import Exchange, Recorder
from contract_tests.output.texts import MAX_EVIDENCE_CHARS, shorten
from contract_tests.sdk import timing, traffic
from contract_tests.sdk.traffic import SentRequest, Server
from contract_tests.verdicts import Unavailable, Violation

BLOCKING, AWAITED = "blocking", "awaited"
KINDS = (BLOCKING, AWAITED)
#: The other documented name of a part.
_OTHER_NAME = {"rules": "alert_rules", "alert_rules": "rules", "remove": "delete", "delete": "remove"}
#: The limit of a call in real time.
TIMEOUT_SECONDS = 20.0
#: A walk with more items than this is taken to be endless.
MAX_ITEMS = 1000
#: A call with more requests than this is taken to be endless.
MAX_REQUESTS = 300
_END = object()


@dataclass
class Client:
    """A client of one of the two kinds, whose calls do not really sleep.

    ``sleeps`` are the seconds of all sleeps so far, ``sent`` all requests. ``server`` answers requests instead of the
    network. ``on_sleep`` is called with the seconds of each sleep.
    """

    raw: Any
    kind: str
    actor: str
    recorder: Recorder
    runner: asyncio.Runner
    sleeps: list[float] = field(default_factory=list)
    sent: list[SentRequest] = field(default_factory=list)
    server: Server | None = None
    on_sleep: Callable[[float], object] = lambda seconds: None
    _requests: int = 0

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print the kind alone where Hypothesis prints an example."""
        printer.text(repr(self))

    def __repr__(self) -> str:
        return f"the {self.kind} client"

    @property
    def last(self) -> SentRequest:
        """The last request. Raises Violation when there was none."""
        if not self.sent:
            raise Violation("", f"a request by {self}", "none")
        return self.sent[-1]

    @property
    def walk_name(self) -> str:
        """The name of the verb that walks along a list."""
        return "iter" if self.kind == BLOCKING else "aiter"

    def part(self, path: str) -> Any:
        """Return a namespace, or a part of one such as ``cameras.list``, by either of its documented names.

        Raises Violation when it does not exist.
        """
        found = self.raw
        for name in path.split("."):
            found = _named(found, name, path)
        return found

    def has(self, path: str) -> bool:
        """Whether the client has a part."""
        try:
            return self.part(path) is not None
        except Violation:
            return False

    def verb(self, path: str) -> Callable[..., Any]:
        """Return a method. Raises Violation when it does not exist or cannot be called."""
        found = self.part(path)
        if not callable(found):
            raise Violation("", f"{path} to be a method of {self}", shorten(repr(found)))
        method: Callable[..., Any] = found
        return method

    def call(self, path: str, *arguments: Any, **fields: Any) -> Any:
        """Call a verb and return its answer. Raises Violation when it raises an error."""
        with _violation_on_error(path):
            return self._invoke(self.verb(path), *arguments, **fields)

    def fails(self, path: str, *arguments: Any, **fields: Any) -> Exception:
        """Call a verb and return the error that it raises. Raises Violation when it raises none."""
        return self.attempt_fails(self.verb(path), *arguments, **fields)

    def attempt(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call a function and return its result. Raises Violation when it raises an error."""
        with _violation_on_error(getattr(function, "__name__", "the call")):
            return self._invoke(function, *arguments, **fields)

    def attempt_fails(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Exception:
        """Call a function and return the error that it raises. Raises Violation when it raises none."""
        try:
            found = self._invoke(function, *arguments, **fields)
        except (Violation, Unavailable):
            raise
        except Exception as error:
            return error
        raise Violation("", "an error", shorten(repr(found)))

    def start(self, namespace: str, **filters: Any) -> Any:
        """Return the result of ``iter``, or of ``aiter`` for the asyncio client. Raises Violation on an error."""
        name = f"{namespace}.{self.walk_name}"
        method = self.verb(name)
        self._note(method, (), filters)
        with _violation_on_error(name), self._observed():
            return method(**filters)

    def walk(self, namespace: str, **filters: Any) -> Iterator[Any]:
        """Yield the items of a walk. Raises Violation on an error, and after MAX_ITEMS."""
        yield from self.steps(self.start(namespace, **filters))

    def steps(self, walk: Any) -> Iterator[Any]:
        """Yield the items of a walk that was started with ``start``."""
        with _violation_on_error("the walk"):
            walk = iter(walk) if self.kind == BLOCKING else aiter(walk)
        for _ in range(MAX_ITEMS):
            with _violation_on_error("the walk"):
                item = self._step(walk)
            if item is _END:
                return
            yield item
        raise Violation("", f"a walk that ends within {MAX_ITEMS} items", "one more item")

    def _step(self, walk: Any) -> Any:
        with self._observed():
            return next(walk, _END) if self.kind == BLOCKING else self.runner.run(_next(walk))

    def _invoke(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call a function, and await its result. Raises Violation for a result of the other kind of client."""
        self._note(function, arguments, fields)
        with self._observed():
            if self.kind == AWAITED:
                return self.runner.run(_awaited(function, arguments, fields))
            found = function(*arguments, **fields)
            if inspect.isawaitable(found):
                raise Violation("", f"{self} to return its answer", "an awaitable")
            return found

    def _note(self, function: Callable[..., Any], arguments: Sequence[Any], fields: Mapping[str, Any]) -> None:
        """Note a call as somebody would write it, after the client and the call before it."""
        parts, owner = getattr(self.raw, "__dict__", {}), getattr(function, "__self__", None)
        namespace = next((f"{name}." for name, part in parts.items() if part is owner and owner is not None), "")
        given = ", ".join([*map(repr, arguments), *(f"{name}={value!r}" for name, value in fields.items())])
        before = "await " if self.kind == AWAITED and not _name(function).startswith("aiter") else ""
        call = f"{before}client.{namespace}{_name(function)}({shorten(given)})"
        self.recorder.snippet[1:] = [*self.recorder.snippet[1:][-1:], call]

    @contextmanager
    def _observed(self) -> Iterator[None]:
        self._requests = 0
        limit, sleeps = timing.time_limit(TIMEOUT_SECONDS), timing.fake_sleeps(self._slept)
        with limit, sleeps, traffic.intercepted(self._sent, self.server):
            yield

    def _slept(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.on_sleep(seconds)

    def _sent(self, sent: SentRequest) -> None:
        self.sent.append(sent)
        self._requests += 1
        if self._requests > MAX_REQUESTS:
            raise Violation("", f"an end after at most {MAX_REQUESTS} requests", "one more request")
        self.recorder.add(_exchange(self.actor, sent))


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "verb"))


def _named(thing: Any, name: str, path: str) -> Any:
    for known in (name, _OTHER_NAME.get(name, name)):
        if hasattr(thing, known):
            return getattr(thing, known)
    raise Violation("", path, f"no {name}")


@contextmanager
def _violation_on_error(what: str) -> Iterator[None]:
    """Turn an error of the block into a Violation."""
    try:
        yield
    except (Violation, Unavailable):
        raise
    except Exception as error:
        raise Violation("", f"{what} to succeed", shorten(f"{type(error).__name__}: {error}", 500)) from error


async def _awaited(function: Callable[..., Any], arguments: Any, fields: Any) -> Any:
    found = function(*arguments, **fields)
    if not inspect.isawaitable(found):
        raise Violation("", "an awaitable", shorten(repr(found)))
    return await found


async def _next(walk: AsyncIterator[Any]) -> Any:
    return await anext(walk, _END)


def _exchange(actor: str, sent: SentRequest) -> Exchange:
    request, content = sent.request, sent.content
    return Exchange(
        actor=actor,
        method=request.method,
        url=str(request.url),
        body=shorten(content.decode(errors="replace"), MAX_EVIDENCE_CHARS) or None,
        status=sent.status,
        answer=shorten(sent.text, MAX_EVIDENCE_CHARS),
        request_id=sent.headers.get("x-request-id"),
        seconds=0.0,
        headers={"content-type": request.headers.get("content-type", "")} if content else {},
    )
