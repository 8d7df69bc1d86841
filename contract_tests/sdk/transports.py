"""HTTP clients whose transport answers in place of the network, to be passed to a client of the SDK."""

from collections.abc import Callable
from typing import Any

import httpx

from contract_tests.sdk.clients import BLOCKING
from contract_tests.sdk.traffic import Server

#: Makes an HTTP client of a kind; its further arguments are those of HTTPX.
HTTP: dict[str, Callable[..., Any]] = {BLOCKING: httpx.Client, "awaited": httpx.AsyncClient}


class Answering(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that keeps every request, and answers it as a server does."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        return self.server(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        return self.handle_request(request)
