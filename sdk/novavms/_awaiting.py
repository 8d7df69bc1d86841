"""Input and output of the asyncio client: sends calls, and turns verbs into methods that are awaited."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from types import GenericAlias
from typing import Any, Concatenate, ParamSpec, TypeVar

from novavms._connections import AsyncConnections
from novavms._core import exchange
from novavms._core.binding import WALK_DOC, answer_type, documented, item_type
from novavms._core.call import Call
from novavms._core.options import Options
from novavms._core.pages import Page, next_page

P = ParamSpec("P")
T = TypeVar("T")


class AsyncChannel:
    """Sends calls to the server."""

    def __init__(
        self, options: Options, http: AsyncConnections, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._options = options
        self._http = http
        self._sleep = sleep

    async def send(self, call: Call[T]) -> T:
        """Send a call, repeat it as ``exchange.retry_delay`` decides, and return its answer."""
        attempt = 0
        while True:
            request = exchange.request(self._options, self._http, call)
            with exchange.transport_errors(self._options, request):
                response = await self._http.send(request, auth=None, follow_redirects=False)
            delay = exchange.retry_delay(self._options, response, attempt)
            if delay is None:
                return exchange.answer(call, response)
            await self._sleep(delay)
            attempt += 1

    async def walk(self, call: Call[Page[T]]) -> AsyncGenerator[T, None]:
        """Yield the items of a list; a page is fetched when the one before is used up."""
        upcoming: Call[Page[T]] | None = call
        while upcoming is not None:
            page = await self.send(upcoming)
            for each in page.data:
                yield each
            upcoming = next_page(upcoming, page)


class AsyncNamespace:
    """The verbs of one resource."""

    def __init__(self, channel: AsyncChannel) -> None:
        self._channel = channel


def awaited(verb: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncNamespace, P], Coroutine[Any, Any, T]]:
    """Return the method that sends a verb's call and is awaited for its answer."""

    async def method(self: AsyncNamespace, /, *arguments: P.args, **fields: P.kwargs) -> T:
        return await self._channel.send(verb(*arguments, **fields))

    return documented(method, verb, answer_type(verb))


def walking(verb: Callable[P, Call[Page[T]]]) -> Callable[Concatenate[AsyncNamespace, P], AsyncGenerator[T, None]]:
    """Return the method that yields the items of all pages of a list."""

    def method(self: AsyncNamespace, /, *arguments: P.args, **fields: P.kwargs) -> AsyncGenerator[T, None]:
        return self._channel.walk(verb(*arguments, **fields))

    return documented(
        method, verb, GenericAlias(AsyncGenerator, (item_type(verb), None)), name="aiter", doc_prefix=WALK_DOC
    )
