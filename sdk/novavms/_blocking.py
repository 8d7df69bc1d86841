"""Input and output of the blocking client: sends calls, and turns verbs into methods that send."""

import time
from collections.abc import Callable, Generator
from types import GenericAlias
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from novavms._connections import Connections
from novavms._core import exchange
from novavms._core.binding import WALK_DOC, Method, answer_type, documented, item_type
from novavms._core.call import Call
from novavms._core.options import Options, changed
from novavms._core.pages import Listed, attached, next_page

P = ParamSpec("P")
T = TypeVar("T")


class Channel:
    """Sends calls to the server."""

    def __init__(self, options: Options, http: Connections, sleep: Callable[[float], None] = time.sleep) -> None:
        self._options = options
        self._http = http
        self._sleep = sleep

    def send(self, call: Call[T]) -> T:
        """Send a call, repeat it as ``exchange.retry_delay`` decides, and return its answer."""
        options = changed(self._options, call.options)
        attempt = 0
        while True:
            request = exchange.request(options, self._http, call)
            with exchange.transport_errors(options, request):
                response = self._http.send(request, auth=None, follow_redirects=False)
            delay = exchange.retry_delay(options, response, attempt)
            exchange.log_answer(response, delay)
            if delay is None:
                return self._read(call, response)
            self._sleep(delay)
            attempt += 1

    def walk(self, call: Call[Listed[T]]) -> Generator[T, None, None]:
        """Yield the items of a list; a page is fetched when the one before is used up."""
        upcoming: Call[Listed[T]] | None = call
        while upcoming is not None:
            page = self.send(upcoming)
            yield from page.data
            upcoming = next_page(upcoming, page)

    def _read(self, call: Call[T], response: Any) -> T:
        return attached(exchange.answer(call, response), self.send, call)


class RawChannel(Channel):
    """Returns a RawResponse for each call that is sent."""

    def walk(self, call: Call[Listed[T]]) -> Generator[T, None, None]:
        """Yield the items of a list, as without ``with_raw_response``."""
        return Channel(self._options, self._http, self._sleep).walk(call)

    def _read(self, call: Call[T], response: Any) -> Any:
        plain = Channel(self._options, self._http, self._sleep)
        return exchange.raw(response, lambda: plain._read(call, response))


class Namespace:
    """The verbs of one resource."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._channel._options.base_url}>"

    def _raw(self) -> RawChannel:
        channel = self._channel
        return RawChannel(channel._options, channel._http, channel._sleep)


def blocking(verb: Callable[P, Call[T]]) -> Method[P, T]:
    """Return the method that sends a verb's call and returns its answer."""

    def method(self: Namespace, /, *arguments: P.args, **fields: P.kwargs) -> T:
        return self._channel.send(verb(*arguments, **fields))

    return cast("Method[P, T]", documented(method, verb, answer_type(verb)))


def walking(verb: Callable[P, Call[Listed[T]]]) -> Callable[Concatenate[Namespace, P], Generator[T, None, None]]:
    """Return the method that yields the items of all pages of a list."""

    def method(self: Namespace, /, *arguments: P.args, **fields: P.kwargs) -> Generator[T, None, None]:
        return self._channel.walk(verb(*arguments, **fields))

    return documented(
        method, verb, GenericAlias(Generator, (item_type(verb), None, None)), name="iter", doc_prefix=WALK_DOC
    )
