"""What the SDK sends, seen where HTTPX hands it to the network, by whichever way the SDK came there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from contract_tests.config import CONTROL_PREFIX

#: Answers requests in place of the network.
Server = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Sent:
    """A request and its answer; status 0 stands for none."""

    request: httpx.Request
    status: int = 0
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes = b""

    @property
    def content(self) -> bytes:
        """The body of the request; one that was sent in parts is not kept."""
        stream = self.request.stream
        return b"".join(stream) if isinstance(stream, httpx.ByteStream) else b""

    @property
    def text(self) -> str:
        """The body of the answer as text."""
        return self.body.decode(errors="replace")


class _Wire:
    """The two places that requests pass: each is told of and goes on to the network, or to a server if there is one."""

    def __init__(self, note: Callable[[Sent], object], server: Server | None) -> None:
        self._note = note
        self._server = server

    def blocking(self, original: Callable[..., httpx.Response]) -> Any:
        """Return what stands in the place of HTTPTransport.handle_request."""

        def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            if request.url.path.startswith(f"{CONTROL_PREFIX}/"):
                return original(transport, request)
            with self._unanswered(request):
                response = self._server(request) if self._server else original(transport, request)
                body = b"".join(response.stream)  # type: ignore[arg-type]
                response.close()
            return self._seen(request, response, body)

        return handle

    def awaited(self, original: Callable[..., Any]) -> Any:
        """Return what stands in the place of AsyncHTTPTransport.handle_async_request."""

        async def handle(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            with self._unanswered(request):
                if self._server:
                    response = self._server(request)
                    return self._seen(request, response, response.content)
                response = await original(transport, request)
                body = b"".join([part async for part in response.stream])
                await response.aclose()
            return self._seen(request, response, body)

        return handle

    @contextmanager
    def _unanswered(self, request: httpx.Request) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError:
            self._note(Sent(request))
            raise

    def _seen(self, request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
        """Tell of an answer and return it anew, for its body has been read."""
        self._note(Sent(request, response.status_code, response.headers, body))
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(body),
            extensions=response.extensions,
        )


@contextmanager
def tapped(note: Callable[[Sent], object], server: Server | None = None) -> Iterator[None]:
    """Tell of every request of this process until the block ends; with a server, none of them leaves it."""
    blocking, awaited = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request
    wire = _Wire(note, server)
    setattr(httpx.HTTPTransport, "handle_request", wire.blocking(blocking))  # noqa: B010
    setattr(httpx.AsyncHTTPTransport, "handle_async_request", wire.awaited(awaited))  # noqa: B010
    try:
        yield
    finally:
        setattr(httpx.HTTPTransport, "handle_request", blocking)  # noqa: B010
        setattr(httpx.AsyncHTTPTransport, "handle_async_request", awaited)  # noqa: B010
