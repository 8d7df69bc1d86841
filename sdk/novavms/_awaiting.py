"""Input and output of the asyncio client: sends calls, and turns verbs into methods that are awaited."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Generator
from dataclasses import replace
from types import GenericAlias
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, overload

from novavms._connections import AsyncConnections
from novavms._core import exchange
from novavms._core.binding import WALK_DOC, AsyncMethod, Raw, answer_type, documented, item_type
from novavms._core.call import Call, ListCall
from novavms._core.options import Options, changed
from novavms._core.pages import AsyncPage, Listed, attached, next_page
from novavms._core.responses import RawResponse

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT")
PageT_co = TypeVar("PageT_co", covariant=True)


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
        options = changed(self._options, call.options)
        attempt = 0
        while True:
            request = exchange.request(options, self._http, call)
            with exchange.transport_errors(options, request):
                response = await self._http.send(request, auth=None, follow_redirects=False)
            delay = exchange.retry_delay(options, response, attempt)
            exchange.log_answer(response, delay)
            if delay is None:
                return self._read(call, response)
            await self._sleep(delay)
            attempt += 1

    async def walk(self, call: Call[Listed[T]]) -> AsyncGenerator[T, None]:
        """Yield the items of a list; a page is fetched when the one before is used up."""
        upcoming: Call[Listed[T]] | None = call
        while upcoming is not None:
            page = await self.send(upcoming)
            for each in page.data:
                yield each
            upcoming = next_page(upcoming, page)

    def _read(self, call: Call[T], response: Any) -> T:
        return attached(exchange.answer(call, response), self.send, call)


class AsyncRawChannel(AsyncChannel):
    """Returns a RawResponse for each call that is sent."""

    def walk(self, call: Call[Listed[T]]) -> AsyncGenerator[T, None]:
        """Yield the items of a list, as without ``with_raw_response``."""
        return AsyncChannel(self._options, self._http, self._sleep).walk(call)

    def _read(self, call: Call[T], response: Any) -> Any:
        plain = AsyncChannel(self._options, self._http, self._sleep)
        return exchange.raw(response, lambda: plain._read(call, response))


class Listing(Coroutine[Any, Any, PageT_co], Generic[PageT_co]):
    """The call of a list: ``await`` returns a page, ``async for`` yields the items of all pages."""

    def __init__(self, page: Coroutine[Any, Any, PageT_co]) -> None:
        self._page = page

    def __await__(self) -> Generator[Any, Any, PageT_co]:
        return self._page.__await__()

    async def __aiter__(self: "Listing[AsyncPage[T]]") -> AsyncIterator[T]:
        async for item in await self._page:
            yield item

    def send(self, value: Any) -> Any:
        """Run the call to where it waits next."""
        return self._page.send(value)

    def throw(self, *raised: Any) -> Any:
        """Raise an error where the call waits."""
        return self._page.throw(*raised)

    def close(self) -> None:
        """End the call."""
        self._page.close()


class ListMethod(Protocol[P, PageT_co]):
    """A list of the asyncio client for type checkers."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Callable[Concatenate[Any, P], Listing[PageT_co]]: ...
    @overload
    def __get__(self, instance: Raw, owner: Any) -> Callable[P, Listing[RawResponse[PageT_co]]]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> Callable[P, Listing[PageT_co]]: ...


class AsyncNamespace:
    """The verbs of one resource."""

    def __init__(self, channel: AsyncChannel) -> None:
        self._channel = channel

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._channel._options.base_url}>"

    def _raw(self) -> AsyncRawChannel:
        channel = self._channel
        return AsyncRawChannel(channel._options, channel._http, channel._sleep)


def awaited(verb: Callable[P, Call[T]]) -> AsyncMethod[P, T]:
    """Return the method that sends a verb's call and is awaited for its answer."""

    async def method(self: AsyncNamespace, /, *arguments: P.args, **fields: P.kwargs) -> T:
        return await self._channel.send(verb(*arguments, **fields))

    return cast("AsyncMethod[P, T]", documented(method, verb, answer_type(verb)))


def listed(verb: Callable[P, ListCall[Any, PageT]]) -> ListMethod[P, PageT]:
    """Return the method of a list, which is awaited for a page or iterated for the items of all pages."""

    def method(self: AsyncNamespace, /, *arguments: P.args, **fields: P.kwargs) -> Listing[PageT]:
        async def send() -> PageT:
            call = verb(*arguments, **fields)
            return await self._channel.send(replace(call, read=call.read_awaited))

        return Listing(send())

    return cast("ListMethod[P, PageT]", documented(method, verb, answer_type(verb, awaited=True)))


def walking(verb: Callable[P, Call[Listed[T]]]) -> Callable[Concatenate[AsyncNamespace, P], AsyncGenerator[T, None]]:
    """Return the method that yields the items of all pages of a list."""

    def method(self: AsyncNamespace, /, *arguments: P.args, **fields: P.kwargs) -> AsyncGenerator[T, None]:
        return self._channel.walk(verb(*arguments, **fields))

    return documented(
        method, verb, GenericAlias(AsyncGenerator, (item_type(verb), None)), name="aiter", doc_prefix=WALK_DOC
    )
