"""Intercepts the requests of the SDK where HTTPX passes them to the network."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from contract_tests.config import CONTROL_PREFIX

#: Answers requests instead of the network.
Server = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class SentRequest:
    """A request and its answer; status 0 means that there was none."""

    request: httpx.Request
    status: int = 0
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes = b""

    @property
    def content(self) -> bytes:
        """The body of the request; empty for a streamed one."""
        stream = self.request.stream
        return b"".join(stream) if isinstance(stream, httpx.ByteStream) else b""

    @property
    def text(self) -> str:
        """The body of the answer as text."""
        return self.body.decode(errors="replace")


class _Interceptor:
    """Records every request, and passes it to the network or to a server instead."""

    def __init__(self, record: Callable[[SentRequest], object], server: Server | None) -> None:
        self._record = record
        self._server = server

    def blocking(self, original: Callable[..., httpx.Response]) -> Any:
        """Return the replacement of HTTPTransport.handle_request."""

        def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            if request.url.path.startswith(f"{CONTROL_PREFIX}/"):
                return original(transport, request)
            with self._recorded_if_unanswered(request):
                response = self._server(request) if self._server else original(transport, request)
                body = b"".join(response.stream)  # type: ignore[arg-type]
                response.close()
            return self._recorded(request, response, body)

        return handle

    def awaited(self, original: Callable[..., Any]) -> Any:
        """Return the replacement of AsyncHTTPTransport.handle_async_request."""

        async def handle(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            with self._recorded_if_unanswered(request):
                if self._server:
                    await asyncio.sleep(0)  # lets other calls go on, as a network does
                    response = self._server(request)
                    return self._recorded(request, response, response.content)
                response = await original(transport, request)
                body = b"".join([part async for part in response.stream])
                await response.aclose()
            return self._recorded(request, response, body)

        return handle

    @contextmanager
    def _recorded_if_unanswered(self, request: httpx.Request) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError:
            self._record(SentRequest(request))
            raise

    def _recorded(self, request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
        """Record an answer, and return a copy of it with its body, which has been read."""
        self._record(SentRequest(request, response.status_code, response.headers, body))
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(body),
            extensions=response.extensions,
        )


@contextmanager
def intercepted(record: Callable[[SentRequest], object], server: Server | None = None) -> Iterator[None]:
    """Record every request of this process until the block ends; with a server, none reaches the network."""
    blocking, awaited = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request
    interceptor = _Interceptor(record, server)
    setattr(httpx.HTTPTransport, "handle_request", interceptor.blocking(blocking))  # noqa: B010
    setattr(httpx.AsyncHTTPTransport, "handle_async_request", interceptor.awaited(awaited))  # noqa: B010
    try:
        yield
    finally:
        setattr(httpx.HTTPTransport, "handle_request", blocking)  # noqa: B010
        setattr(httpx.AsyncHTTPTransport, "handle_async_request", awaited)  # noqa: B010
