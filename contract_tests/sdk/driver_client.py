"""A client in another process, called by a driver: its requests are seen by a server, its pauses are reported."""

import inspect
import logging
from base64 import b64decode
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from inspect import Parameter, Signature
from keyword import iskeyword
from typing import Any

import httpx

from contract_tests.output.texts import shorten
from contract_tests.sdk.clients import AWAITED, END, Client, exchange
from contract_tests.sdk.traffic import SentRequest
from contract_tests.verdicts import Unavailable, Violation

JSON = dict[str, Any]
#: How long a driver waits for the client, and how much longer the suite waits for the driver.
CALL_SECONDS, GRACE_SECONDS = 15.0, 10.0
#: The field that a verb takes after its ids.
VALUES = {
    "star": "starred",
    "add_notes": "notes",
    "change_status": "status",
    "set_users": "user_ids",
    "change_role": "role",
}
_LOGGER = logging.getLogger(__name__)
#: Calls a method of the driver with its parameters, and returns its result. Raises DriverFailure.
Request = Callable[..., JSON]


class JsonObject(dict[str, Any]):
    """An object of an answer, with its fields as attributes, as the models of an SDK have them."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class RaisedError(Exception):
    """An error that the client of a driver has raised, with the attributes that it has."""

    def __init__(self, raised: Mapping[str, Any]) -> None:
        super().__init__(str(raised.get("shown") or raised.get("message") or raised["classes"][0]))
        self.classes: list[str] = raised["classes"]
        for name in ("status", "code", "message", "request_id", "field_errors"):
            if name in raised:
                setattr(self, name, raised[name])
        if "retry_after" in raised:  # JSON has one kind of number
            found = raised["retry_after"]
            self.retry_after = float(found) if type(found) is int else found

    def __repr__(self) -> str:
        return f"{self.classes[0]}({shorten(str(self))!r})"

    def is_a(self, name: str) -> bool:
        """Whether it has the class of that name, however the language spells it."""
        return _plain(name) in map(_plain, self.classes)


@dataclass(repr=False)
class DriverClient(Client):
    """A client that a driver has made.

    ``forward`` passes a request on to the mock; ``called`` is the URL that the requests are taken to begin with, where
    they really begin with the address of the server. One that ``pauses_really`` between tries gets no reason to.
    """

    request: Request = field(kw_only=True)
    forward: Callable[[httpx.Request], httpx.Response] = field(kw_only=True)
    called: httpx.URL | None = None
    pauses_really: bool = False
    sees_timeouts = False
    errors = RaisedError
    _problem: Exception | None = None
    #: Odd while a call is made, and another number in each.
    _period: int = 0
    #: The seconds that the last answer asked to wait for.
    _asked: float = 0.0

    def invoke(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call a verb, or a function that calls some. Raises Violation, RaisedError."""
        self.note(function, arguments, fields)
        with self.observed():
            found = function(*arguments, **fields)
            return _completed(found) if inspect.iscoroutine(found) else found

    def step(self, walk: Any) -> Any:
        """Return the next item of a walk, END at its end. Raises Violation, RaisedError."""
        with self.observed():
            return next(walk, END)

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Note what is sent until the block ends; what is answered later is taken not to be. Raises Violation."""
        self.requests, self._problem, self._asked = 0, None, 0.0
        self._period += 1
        try:
            yield
        except (RaisedError, Violation):
            if self._problem is None:
                raise
        finally:
            self._period += 1
        if self._problem is not None:
            raise self._problem

    def ask(self, method: str, **parameters: Any) -> JSON:
        """Return the result of a method that calls the client. Raises Violation, RaisedError, DriverFailure."""
        result = self.request(method, CALL_SECONDS + GRACE_SECONDS, seconds=CALL_SECONDS, **parameters)
        self.sleeps += result.get("pauses", ())
        for text in result.get("log", ()):
            _LOGGER.debug("%s", text)  # as a client in this process would log it
        self.names = result.get("names", ())
        self.logged += result.get("log", ())
        if result.get("hung"):
            raise Violation("", f"an end within {CALL_SECONDS:g} s", "none")
        if "raised" in result:
            raise RaisedError(result["raised"])
        return result

    def answer(self, request: httpx.Request) -> httpx.Response | None:
        """Answer a request of the client, which is noted; None if there is no answer. Called in other threads."""
        noted = SentRequest(request if self.called is None else _moved(request, self.called))
        period, asked = self._period, self._asked
        self.sent.append(noted)
        try:
            self.count_request()
            if asked:
                self.on_sleep(asked)
            response = self.server(noted.request) if self.server else self.forward(noted.request)
            body = response.read()
        except httpx.HTTPError:
            return None
        except Exception as problem:
            self._problem = problem
            return None
        if self.pauses_really and (response.status_code == 429 or response.status_code >= 500):
            self._problem = Unavailable("the driver does not fake the pauses between tries")
            return httpx.Response(400)
        sent = SentRequest(noted.request, response.status_code, response.headers, body)
        self._asked = _seconds_asked(sent)
        self.recorder.add(exchange(self.actor, sent))
        if self._period == period:
            self.sent[:] = [sent if each is noted else each for each in self.sent]
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(body))


class DriverVerb:
    """A verb of a client in another process: it takes the ids of the path, then a value or fields by name."""

    def __init__(self, client: Callable[[], DriverClient], handle: str, verb: str, hello: JSON) -> None:
        self._client, self._handle, self._verb = client, handle, verb
        self._encodes = "datetimes" in hello["capabilities"]
        self.__name__ = verb.rpartition(".")[2]
        fields = hello.get("fields", {}).get(verb)
        any_field = [Parameter("fields", Parameter.VAR_KEYWORD)]
        named = any_field if fields is None else [_by_name(name) for name in fields if not iskeyword(name)]
        self.__signature__ = Signature([Parameter("values", Parameter.VAR_POSITIONAL), *named])

    def __repr__(self) -> str:
        return self._verb

    def __call__(self, *values: Any, **fields: Any) -> Any:
        """Call it. Raises Violation, RaisedError, DriverFailure."""
        namespace, name = self._verb.split(".")
        if name in VALUES and len(values) > 1:
            values, fields = values[:1], {**fields, VALUES[name]: values[1]}
        encoded = {field: self._encoded(value) for field, value in fields.items()}
        client = self._client()
        if name == "iter":
            found = client.ask("iterate", client=self._handle, namespace=namespace, fields=encoded)
            return DriverWalk(client, found["iterator"])
        found = client.ask("call", client=self._handle, verb=self._verb, ids=list(values), fields=encoded)
        return b64decode(found["bytes"]) if "bytes" in found else as_objects(found["value"])

    def _encoded(self, value: Any) -> Any:
        """Return an argument as JSON. Raises Violation for a time that a driver cannot pass."""
        if isinstance(value, datetime):
            if not self._encodes or value.microsecond % 1000:
                raise Violation("", "a driver that passes such date-times", value)
            return {"$datetime": value.isoformat()}
        if isinstance(value, date):
            raise Violation("", "a driver that passes dates", value)
        if isinstance(value, dict):
            return {name: self._encoded(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._encoded(inner) for inner in value]
        if not isinstance(value, str | int | float | bool | None):
            raise Unavailable(f"a driver cannot pass {type(value).__name__}")
        return value


@dataclass
class DriverWalk:
    """An iterator over the items of a list, in another process; it can be iterated over in both ways."""

    client: DriverClient
    iterator: str

    def __iter__(self) -> "DriverWalk":
        return self

    def __next__(self) -> Any:
        """Return the next item. Raises StopIteration, Violation, RaisedError, DriverFailure."""
        found = self.client.ask("next", iterator=self.iterator)
        if "done" in found:
            raise StopIteration
        return as_objects(found["value"])

    def __aiter__(self) -> "DriverWalk":
        return self

    async def __anext__(self) -> Any:
        """Return the next item. Raises StopAsyncIteration, and the others as for the next one."""
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None


class Parts:
    """The namespaces of a client, or the verbs of one, as attributes; ``shown`` is what a program prints of it."""

    def __init__(self, shown: str, parts: Mapping[str, Any]) -> None:
        self._shown = shown
        self.__dict__.update(parts)

    def __repr__(self) -> str:
        return self._shown


def as_objects(value: Any) -> Any:
    """Return JSON with its objects as JsonObject."""
    if isinstance(value, dict):
        return JsonObject({name: as_objects(inner) for name, inner in value.items()})
    return [as_objects(inner) for inner in value] if isinstance(value, list) else value


def parts(client: Callable[[], DriverClient], handle: str, shown: str, kind: str, hello: JSON) -> Parts:
    """Return the namespaces of a client with the verbs that a driver says it has."""
    found: dict[str, dict[str, Any]] = {}
    for verb in hello["verbs"]:
        namespace, name = verb.split(".")
        known = "aiter" if (kind, name) == (AWAITED, "iter") else name
        found.setdefault(namespace, {})[known] = DriverVerb(client, handle, verb, hello)
    namespaces = {name: Parts(name, verbs) for name, verbs in found.items()}
    for name, verbs in found.items():
        for each in verbs.values():
            each.__self__ = namespaces[name]
    return Parts(shown, namespaces)


def _completed(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of a coroutine that waits for nothing. Raises Unavailable if it does wait."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    finally:
        coroutine.close()
    raise Unavailable("what a driver calls is awaited in the other process")


def _moved(request: httpx.Request, called: httpx.URL) -> httpx.Request:
    """Return a request as if it had been sent to the host of another URL."""
    moved = request.url.copy_with(scheme=called.scheme, host=called.host, port=called.port)
    stream = request.stream
    return httpx.Request(request.method, moved, headers=request.headers, stream=stream)


def _by_name(name: str) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY)


def _seconds_asked(sent: SentRequest) -> float:
    """Return the seconds for which an answer asks to wait, 0 if for none."""
    text = sent.headers.get("retry-after", "") if sent.status in (429, 503) else ""
    return float(text) if text.isdecimal() else 0.0


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
