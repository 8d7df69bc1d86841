"""Changes of what one verb of one client does, from what it sends to what it returns."""

import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, fields
from typing import Any

import httpx

from mutants.generated.verbs import Verb
from mutants.patches import Function, Mutant, around, together
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import exchange
from novavms._core.call import Call
from novavms._core.options import Options
from novavms.errors import NovaVMSError

AnyCall = Call[Any]


def _same(value: Any) -> Any:
    return value


def _same_delay(delay: float | None, response: httpx.Response, attempt: int) -> float | None:
    return delay


@dataclass(frozen=True)
class Effect:
    """What is changed; whatever is not given stays."""

    options: Callable[[Options], Options] = _same
    #: Gets the call of each request, that of each page of a walk too.
    call: Callable[[AnyCall], AnyCall] = _same
    request: Callable[[httpx.Request], httpx.Request] = _same
    response: Callable[[httpx.Response], httpx.Response] = _same
    #: Gets the value of a call; of a walk, each page.
    answer: Callable[[Any], Any] = _same
    #: Gets an error, and returns what is raised, or returned in its place if it is no exception.
    error: Callable[[NovaVMSError], Any] = _same
    #: Gets the delay before a repetition, None for no repetition; the response, and the number of repetitions so far.
    delay: Callable[[float | None, httpx.Response, int], float | None] = _same_delay
    #: Whether a walk fetches all pages before it yields the first item.
    eager: bool = False
    #: Whether calls go through another HTTP client than that of the client.
    other_http: bool = False


def on(verb: Verb, effect: Effect) -> Mutant:
    """Change one verb of one client."""
    kind = _Blocking if verb.kind == "blocking" else _Awaiting

    def called(original: Function, namespace: Any, *arguments: Any, **given: Any) -> Any:
        return original(type(namespace)(kind(namespace._channel, effect)), *arguments, **given)

    return together(around(verb.method, called), around(exchange.retry_delay, _delayed))


def _delayed(original: Function, options: Options, response: httpx.Response, attempt: int) -> float | None:
    delay: float | None = original(options, response, attempt)
    return options.effect.delay(delay, response, attempt) if isinstance(options, _Options) else delay


@dataclass(frozen=True)
class _Options(Options):
    """The options of a channel with an effect."""

    effect: Effect


def _with(options: Options, effect: Effect) -> _Options:
    changed = effect.options(options)
    return _Options(**{each.name: getattr(changed, each.name) for each in fields(Options)}, effect=effect)


class _Http:
    """An HTTP client whose requests and responses are changed."""

    def __init__(self, http: Any, effect: Effect) -> None:
        self._http, self._effect = type(http)() if effect.other_http else http, effect

    def __getattr__(self, name: str) -> Any:
        return getattr(self._http, name)

    def build_request(self, *arguments: Any, **given: Any) -> httpx.Request:
        return self._effect.request(self._http.build_request(*arguments, **given))

    def send(self, *arguments: Any, **given: Any) -> Any:
        found = self._http.send(*arguments, **given)
        return self._awaited(found) if inspect.isawaitable(found) else self._effect.response(found)

    async def _awaited(self, found: Any) -> httpx.Response:
        return self._effect.response(await found)


class _Blocking(Channel):
    def __init__(self, channel: Channel, effect: Effect) -> None:
        http: Any = _Http(channel._http, effect)
        super().__init__(_with(channel._options, effect), http, channel._sleep)
        self._effect = effect

    def send(self, call: AnyCall) -> Any:
        try:
            found = super().send(self._effect.call(call))
        except NovaVMSError as error:
            return _raised(self._effect.error(error))
        return self._effect.answer(found)

    def walk(self, call: AnyCall) -> Generator[Any, None, None]:
        items = super().walk(call)
        yield from list(items) if self._effect.eager else items


class _Awaiting(AsyncChannel):
    def __init__(self, channel: AsyncChannel, effect: Effect) -> None:
        http: Any = _Http(channel._http, effect)
        super().__init__(_with(channel._options, effect), http, channel._sleep)
        self._effect = effect

    async def send(self, call: AnyCall) -> Any:
        try:
            found = await super().send(self._effect.call(call))
        except NovaVMSError as error:
            return _raised(self._effect.error(error))
        return self._effect.answer(found)

    async def walk(self, call: AnyCall) -> AsyncGenerator[Any, None]:
        items = super().walk(call)
        if self._effect.eager:
            for item in [each async for each in items]:
                yield item
        else:
            async for item in items:
                yield item


def _raised(found: Any) -> Any:
    if isinstance(found, BaseException):
        raise found
    return found
