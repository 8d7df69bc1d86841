"""The clients of an SDK behind one interface, so that a check is written once and runs with each of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from contract_tests.actors import Exchange, Recorder
from contract_tests.output.texts import MAX_EVIDENCE_CHARS, shorten
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
END = object()


@dataclass
class Client(ABC):
    """A client of one of the two kinds, whose calls do not really sleep.

    ``raw`` has the namespaces and their verbs as attributes. ``sleeps`` are the seconds of all sleeps so far, ``sent``
    all requests, ``logged`` what the SDK has logged in another process. ``server`` answers requests instead of the
    network. ``on_sleep`` is called with the seconds of each sleep.
    """

    raw: Any
    kind: str
    actor: str
    recorder: Recorder
    sleeps: list[float] = field(default_factory=list)
    sent: list[SentRequest] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    server: Server | None = None
    on_sleep: Callable[[float], object] = lambda seconds: None
    requests: int = 0
    names: Sequence[str] = ()

    #: Whether a request that was sent shows how long it may take, and which exceptions are errors of the SDK.
    sees_timeouts: ClassVar[bool]
    errors: ClassVar[type[Exception]]

    @abstractmethod
    def invoke(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call a function and return its answer, in the end. Raises Violation, and what the function raises."""

    @abstractmethod
    def step(self, walk: Any) -> Any:
        """Return the next item of a walk, END at its end. Raises Violation, and what the walk raises."""

    @abstractmethod
    def observed(self) -> AbstractContextManager[None]:
        """Note what is sent and slept until the block ends."""

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
        with self._violation_on_error(path):
            return self.invoke(self.verb(path), *arguments, **fields)

    def fails(self, path: str, *arguments: Any, **fields: Any) -> Exception:
        """Call a verb and return the error that it raises. Raises Violation when it raises none."""
        return self.attempt_fails(self.verb(path), *arguments, **fields)

    def attempt(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call a function and return its result. Raises Violation when it raises an error."""
        with self._violation_on_error(getattr(function, "__name__", "the call")):
            return self.invoke(function, *arguments, **fields)

    def attempt_fails(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Exception:
        """Call a function and return the error that it raises. Raises Violation when it raises none."""
        return self._error_of(partial(self.invoke, function, *arguments, **fields))

    def walk_fails(self, walk: Any) -> Exception:
        """Return the error that a walk ends with. Raises Violation when it ends with none, and after MAX_ITEMS."""

        def last() -> Any:
            steps = iter(walk) if self.kind == BLOCKING else aiter(walk)
            items = (self.step(steps) for _ in range(MAX_ITEMS))
            return next((item for item in items if item is END), "one more item")

        return self._error_of(last)

    def _error_of(self, attempt: Callable[[], Any]) -> Exception:
        try:
            found = attempt()
        except (Violation, Unavailable):
            raise
        except self.errors as error:
            return error
        raise Violation("", "an error", shorten(repr(found)))

    def start(self, namespace: str, **filters: Any) -> Any:
        """Return the result of ``iter``, or of ``aiter`` for the asyncio client. Raises Violation on an error."""
        name = f"{namespace}.{self.walk_name}"
        method = self.verb(name)
        self.note(method, (), filters)
        with self._violation_on_error(name), self.observed():
            return method(**filters)

    def walk(self, namespace: str, **filters: Any) -> Iterator[Any]:
        """Yield the items of a walk. Raises Violation on an error, and after MAX_ITEMS."""
        yield from self.steps(self.start(namespace, **filters))

    def steps(self, walk: Any) -> Iterator[Any]:
        """Yield the items of a walk that was started with ``start``."""
        with self._violation_on_error("the walk"):
            walk = iter(walk) if self.kind == BLOCKING else aiter(walk)
        for _ in range(MAX_ITEMS):
            with self._violation_on_error("the walk"):
                item = self.step(walk)
            if item is END:
                return
            yield item
        raise Violation("", f"a walk that ends within {MAX_ITEMS} items", "one more item")

    @contextmanager
    def _violation_on_error(self, what: str) -> Iterator[None]:
        """Turn an error of the SDK in the block into a Violation."""
        try:
            yield
        except (Violation, Unavailable):
            raise
        except self.errors as error:
            raise Violation("", f"{what} to succeed", shorten(f"{type(error).__name__}: {error}", 500)) from error

    def note(self, function: Callable[..., Any], arguments: Sequence[Any], fields: Mapping[str, Any]) -> None:
        """Note a call as somebody would write it, after the client and the call before it."""
        parts, owner = getattr(self.raw, "__dict__", {}), getattr(function, "__self__", None)
        namespace = next((f"{name}." for name, part in parts.items() if part is owner and owner is not None), "")
        given = ", ".join([*map(repr, arguments), *(f"{name}={value!r}" for name, value in fields.items())])
        before = "await " if self.kind == AWAITED and not _name(function).startswith("aiter") else ""
        call = f"{before}client.{namespace}{_name(function)}({shorten(given)})"
        self.recorder.snippet[1:] = [*self.recorder.snippet[1:][-1:], call]

    def note_sleep(self, seconds: float) -> None:
        """Note a sleep."""
        self.sleeps.append(seconds)
        self.on_sleep(seconds)

    def note_request(self, sent: SentRequest) -> None:
        """Note a request with its answer. Raises Violation after MAX_REQUESTS of one call."""
        self.sent.append(sent)
        self.count_request()
        self.recorder.add(exchange(self.actor, sent))

    def count_request(self) -> None:
        """Count a request of the call. Raises Violation after MAX_REQUESTS."""
        self.requests += 1
        if self.requests > MAX_REQUESTS:
            raise Violation("", f"an end after at most {MAX_REQUESTS} requests", "one more request")


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "verb"))


def _named(thing: Any, name: str, path: str) -> Any:
    for known in (name, _OTHER_NAME.get(name, name)):
        if hasattr(thing, known):
            return getattr(thing, known)
    raise Violation("", path, f"no {name}")


def exchange(actor: str, sent: SentRequest) -> Exchange:
    """Return a request and its answer as a report has them."""
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
