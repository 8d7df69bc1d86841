"""Servers that answer in place of NovaVMS: functions for the answers that the mock does not give, and a proxy."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from random import Random
from socketserver import ThreadingTCPServer
from threading import Event, Thread
from typing import Any

import httpx

from contract_tests import document
from contract_tests.sdk import samples, schemas
from contract_tests.sdk.traffic import Server

API = "/api/v1"
REQUEST_ID = "req_5f3c9a1e7b2d"
#: The contents of answers that are no JSON, by media type.
FILES = {"text/csv": 'id,summary\r\n1,"Größe, 5"\r\n'.encode(), "image/jpeg": b"\xff\xd8\xff\xe0\r\n\0\xff\xd9"}


def failing(status: int, code: str, message: str = "No.", headers: dict[str, str] | None = None, **more: Any) -> Server:
    """Return a server that answers every request with an error in the API's format."""
    body = {"error": code, "message": message, "request_id": REQUEST_ID, **more}
    return lambda _: httpx.Response(status, json=body, headers=headers)


def documented(rng: Random) -> Server:
    """Return a server that answers every request as the document says for its operation, with drawn values."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = API + request.url.path.partition(API)[2]
        operation = document.operation_at(request.method, path)
        if operation is None:
            return httpx.Response(404, json={"error": "not_found", "message": "No route.", "request_id": REQUEST_ID})
        return httpx.Response(operation.success, **_content(operation, rng))

    return answer


def _content(operation: document.Operation, rng: Random) -> dict[str, Any]:
    for media_type in document.resolve(operation.raw["responses"][str(operation.success)]).get("content", {}):
        if "json" in media_type:
            return {"json": samples.valid(schemas.of_answer(operation.id), rng)}
        return {"content": FILES[media_type.partition(";")[0]], "headers": {"Content-Type": media_type}}
    return {}


def empty(_: httpx.Request) -> httpx.Response:
    """Answer every request with an empty list."""
    return page([], None)


def page(items: list[Any], cursor: str | None) -> httpx.Response:
    """Return a page of a list."""
    return httpx.Response(200, json={"data": items, "next_cursor": cursor, "total": len(items)})


@dataclass
class Proxy:
    """A running proxy: its URL, and the URLs that were requested."""

    url: str
    requested: list[str] = field(default_factory=list)


@contextmanager
def proxy(*, stalls: bool = False) -> Iterator[Proxy]:
    """Run a proxy on this machine until the block ends; it answers every GET with an empty list.

    One that stalls sends the headers and the first bytes, and the others when the block ends.
    """
    with _ProxyServer(("127.0.0.1", 0), _ProxyHandler) as server:
        server.goes_on = Event()
        if not stalls:
            server.goes_on.set()
        server.proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.proxy
        finally:
            server.goes_on.set()
            server.shutdown()
            thread.join()


class _ProxyServer(ThreadingTCPServer):
    daemon_threads = True
    proxy: Proxy
    goes_on: Event


class _ProxyHandler(BaseHTTPRequestHandler):
    server: _ProxyServer

    def do_GET(self) -> None:
        """Note the requested URL, which is absolute for a proxy, and answer."""
        self.server.proxy.requested.append(self.path)
        answer = page([], None)
        self.send_response(200)
        for name, text in answer.headers.items():
            self.send_header(name, text)
        self.end_headers()
        with suppress(OSError):  # the client has gone
            self.wfile.write(answer.content[:9])
            self.wfile.flush()
            self.server.goes_on.wait()
            self.wfile.write(answer.content[9:])

    def log_message(self, *_: Any) -> None:
        """Write no log."""
