"""Input and output of the blocking client: sends calls, and turns verbs into methods that send."""

import time
from collections.abc import Callable, Generator
from types import GenericAlias
from typing import Concatenate, ParamSpec, TypeVar

from novavms._connections import Connections
from novavms._core import exchange
from novavms._core.binding import WALK_DOC, answer_type, documented, item_type
from novavms._core.call import Call
from novavms._core.options import Options
from novavms._core.pages import Page, next_page

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
        attempt = 0
        while True:
            request = exchange.request(self._options, self._http, call)
            with exchange.transport_errors(self._options, request):
                response = self._http.send(request, auth=None, follow_redirects=False)
            delay = exchange.retry_delay(self._options, response, attempt)
            if delay is None:
                return exchange.answer(call, response)
            self._sleep(delay)
            attempt += 1

    def walk(self, call: Call[Page[T]]) -> Generator[T, None, None]:
        """Yield the items of a list; a page is fetched when the one before is used up."""
        upcoming: Call[Page[T]] | None = call
        while upcoming is not None:
            page = self.send(upcoming)
            yield from page.data
            upcoming = next_page(upcoming, page)


class Namespace:
    """The verbs of one resource."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel


def blocking(verb: Callable[P, Call[T]]) -> Callable[Concatenate[Namespace, P], T]:
    """Return the method that sends a verb's call and returns its answer."""

    def method(self: Namespace, /, *arguments: P.args, **fields: P.kwargs) -> T:
        return self._channel.send(verb(*arguments, **fields))

    return documented(method, verb, answer_type(verb))


def walking(verb: Callable[P, Call[Page[T]]]) -> Callable[Concatenate[Namespace, P], Generator[T, None, None]]:
    """Return the method that yields the items of all pages of a list."""

    def method(self: Namespace, /, *arguments: P.args, **fields: P.kwargs) -> Generator[T, None, None]:
        return self._channel.walk(verb(*arguments, **fields))

    return documented(
        method, verb, GenericAlias(Generator, (item_type(verb), None, None)), name="iter", doc_prefix=WALK_DOC
    )
