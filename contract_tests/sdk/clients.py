"""Both clients of an SDK behind one face, so that a check is written once and made of either."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from contract_tests.actors import Exchange, Recorder
from contract_tests.sdk import fake_sleep, timeout, traffic
from contract_tests.sdk.traffic import Sent, Server
from contract_tests.verdicts import Unavailable, Violation

BLOCKING, AWAITED = "blocking", "awaited"
KINDS = (BLOCKING, AWAITED)
#: Names that the pages give to one and the same thing.
_ALSO = {"rules": "alert_rules", "alert_rules": "rules", "remove": "delete", "delete": "remove"}
_SECONDS = 20.0
#: Whoever walks farther than this goes in circles.
_MOST_ITEMS = 1000
_END = object()


@dataclass
class Client:
    """A client of one of the two kinds. Its calls take no pauses: each is told instead.

    ``pauses`` and ``sent`` are all of it so far. ``server`` answers in place of the network, ``passing`` is told of
    every pause as it comes.
    """

    raw: Any
    kind: str
    actor: str
    recorder: Recorder
    runner: asyncio.Runner
    pauses: list[float] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    server: Server | None = None
    passing: Callable[[float], object] = lambda seconds: None

    def __repr__(self) -> str:
        return f"the {self.kind} client"

    @property
    def last(self) -> Sent:
        """The last request. Raises Violation when there was none."""
        if not self.sent:
            raise Violation("", f"a request by {self}", "none")
        return self.sent[-1]

    def part(self, path: str) -> Any:
        """Return a namespace, or what is in one, such as ``cameras.list``, by either of its documented names.

        Raises Violation.
        """
        found = self.raw
        for name in path.split("."):
            found = _named(found, name, path)
        return found

    def has(self, path: str) -> bool:
        """Whether there is such a part."""
        try:
            return self.part(path) is not None
        except Violation:
            return False

    def verb(self, path: str) -> Callable[..., Any]:
        """Return a method. Raises Violation."""
        found = self.part(path)
        if not callable(found):
            raise Violation("", f"{path} to be a method of {self}", repr(found)[:200])
        method: Callable[..., Any] = found
        return method

    def call(self, path: str, *arguments: Any, **fields: Any) -> Any:
        """Call a verb and return its answer. Raises Violation when it raises an error."""
        with _blamed(path):
            return self._run(self.verb(path), *arguments, **fields)

    def fails(self, path: str, *arguments: Any, **fields: Any) -> Exception:
        """Call a verb and return the error that it raises. Raises Violation when it raises none."""
        return self.refusal(self.verb(path), *arguments, **fields)

    def attempt(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call something of the SDK and return what comes. Raises Violation when it raises an error."""
        with _blamed(getattr(function, "__name__", "the call")):
            return self._run(function, *arguments, **fields)

    def refusal(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Exception:
        """Call something of the SDK and return the error that it raises. Raises Violation when it raises none."""
        try:
            found = self._run(function, *arguments, **fields)
        except (Violation, Unavailable):
            raise
        except Exception as error:
            return error
        raise Violation("", "an error", f"{found!r}"[:200])

    def start(self, namespace: str, **filters: Any) -> Any:
        """Return what ``iter``, or for the other client ``aiter``, gives. Raises Violation."""
        name = "iter" if self.kind == BLOCKING else "aiter"
        method = self.verb(f"{namespace}.{name}")
        with _blamed(f"{namespace}.{name}"), self._watched():
            return method(**filters)

    def walk(self, namespace: str, **filters: Any) -> Iterator[Any]:
        """Walk along a list, an item at a time. Raises Violation, also where there is no end."""
        yield from self.steps(self.start(namespace, **filters))

    def steps(self, walk: Any) -> Iterator[Any]:
        """Take what ``start`` gave an item at a time."""
        with _blamed("the walk"):
            walk = iter(walk) if self.kind == BLOCKING else aiter(walk)
        for _ in range(_MOST_ITEMS):
            with _blamed("the walk"):
                item = self._step(walk)
            if item is _END:
                return
            yield item
        raise Violation("", f"a walk that ends within {_MOST_ITEMS} items", "one more item")

    def _step(self, walk: Any) -> Any:
        with self._watched():
            return next(walk, _END) if self.kind == BLOCKING else self.runner.run(_next(walk))

    def _run(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call, and await what is to be awaited. Raises Violation when the kind of client says otherwise."""
        with self._watched():
            if self.kind == AWAITED:
                return self.runner.run(_awaited(function, arguments, fields))
            found = function(*arguments, **fields)
            if inspect.isawaitable(found):
                raise Violation("", f"{self} to answer by itself", "something to await")
            return found

    @contextmanager
    def _watched(self) -> Iterator[None]:
        with timeout.within(_SECONDS), fake_sleep.told(self._pause), traffic.tapped(self._note, self.server):
            yield

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passing(seconds)

    def _note(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.recorder.add(_exchange(self.actor, sent))


def _named(thing: Any, name: str, path: str) -> Any:
    for known in (name, _ALSO.get(name, name)):
        if hasattr(thing, known):
            return getattr(thing, known)
    raise Violation("", path, f"no {name}")


@contextmanager
def _blamed(what: str) -> Iterator[None]:
    """Hold an error of the block against the SDK."""
    try:
        yield
    except (Violation, Unavailable):
        raise
    except Exception as error:
        raise Violation("", f"{what} to succeed", f"{type(error).__name__}: {error}"[:500]) from error


async def _awaited(function: Callable[..., Any], arguments: Any, fields: Any) -> Any:
    found = function(*arguments, **fields)
    if not inspect.isawaitable(found):
        raise Violation("", "something to await", f"{found!r}"[:200])
    return await found


async def _next(walk: AsyncIterator[Any]) -> Any:
    return await anext(walk, _END)


def _exchange(actor: str, sent: Sent) -> Exchange:
    request, content = sent.request, sent.content
    return Exchange(
        actor=actor,
        method=request.method,
        url=str(request.url),
        body=content.decode(errors="replace")[:4096] or None,
        status=sent.status,
        answer=sent.text[:4096],
        request_id=sent.headers.get("x-request-id"),
        seconds=0.0,
        headers={"content-type": request.headers.get("content-type", "")} if content else {},
    )
