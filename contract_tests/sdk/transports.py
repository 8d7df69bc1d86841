"""HTTP clients whose transport answers in place of the network, to be passed to a client of the SDK."""

import ssl
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx

from contract_tests.sdk.clients import BLOCKING
from contract_tests.sdk.traffic import Server

#: Makes an HTTP client of a kind; its further arguments are those of HTTPX.
HTTP: dict[str, Callable[..., Any]] = {BLOCKING: httpx.Client, "awaited": httpx.AsyncClient}


def share_certificates() -> None:
    """Make all clients of this process share what is made of the same certificates.

    Loading them takes most of the time of making a client, and no check needs a new context.
    """
    setattr(ssl, "create_default_context", cache(ssl.create_default_context))  # noqa: B010


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
