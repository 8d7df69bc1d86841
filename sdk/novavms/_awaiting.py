"""The shell for asyncio: sends calls and awaits, and turns verbs into methods that do so."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from types import GenericAlias
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx

from novavms._core import exchange
from novavms._core.binding import WALK, answered, item, shown
from novavms._core.call import Call
from novavms._core.options import Options
from novavms._core.pages import Page, following

P = ParamSpec("P")
T = TypeVar("T")


class AsyncChannel:
    """The way to the server."""

    def __init__(
        self, options: Options, http: httpx.AsyncClient, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._options = options
        self._http = http
        self._sleep = sleep

    async def send(self, call: Call[T]) -> T:
        """Send a call, as often as the rules of the exchange say, and return its answer."""
        attempt = 0
        while True:
            request = exchange.request(self._options, self._http, call)
            with exchange.trouble(self._options, request):
                response = await self._http.send(request, auth=None, follow_redirects=False)
            pause = exchange.pause(self._options, response, attempt)
            if pause is None:
                return exchange.answer(call, response)
            await self._sleep(pause)
            attempt += 1

    async def walk(self, call: Call[Page[T]]) -> AsyncGenerator[T, None]:
        """Yield the items of a list; a page is fetched when the one before is used up."""
        ahead: Call[Page[T]] | None = call
        while ahead is not None:
            page = await self.send(ahead)
            for each in page.data:
                yield each
            ahead = following(ahead, page)


class AsyncNamespace:
    """The verbs of one resource."""

    def __init__(self, channel: AsyncChannel) -> None:
        self._channel = channel


def awaited(verb: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncNamespace, P], Coroutine[Any, Any, T]]:
    """Return the method that sends a verb's call and is awaited for its answer."""

    async def method(self: AsyncNamespace, /, *arguments: P.args, **fields: P.kwargs) -> T:
        return await self._channel.send(verb(*arguments, **fields))

    return shown(method, verb, answered(verb))


def walking(verb: Callable[P, Call[Page[T]]]) -> Callable[Concatenate[AsyncNamespace, P], AsyncGenerator[T, None]]:
    """Return the method that walks along the pages of a list."""

    def method(self: AsyncNamespace, /, *arguments: P.args, **fields: P.kwargs) -> AsyncGenerator[T, None]:
        return self._channel.walk(verb(*arguments, **fields))

    return shown(method, verb, GenericAlias(AsyncGenerator, (item(verb), None)), name="aiter", text=WALK)
