"""Servers that answer in place of NovaVMS: functions for the answers that the mock does not give, and a proxy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any

import httpx

from contract_tests.sdk.traffic import Server

REQUEST_ID = "req_5f3c9a1e7b2d"


def failing(status: int, code: str, message: str = "No.", headers: dict[str, str] | None = None, **more: Any) -> Server:
    """Return a server that answers every request with an error in the API's format."""
    body = {"error": code, "message": message, "request_id": REQUEST_ID, **more}
    return lambda _: httpx.Response(status, json=body, headers=headers)


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
def proxy() -> Iterator[Proxy]:
    """Run a proxy on this machine until the block ends; it answers every GET with an empty list."""
    with _ProxyServer(("127.0.0.1", 0), _ProxyHandler) as server:
        server.proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.proxy
        finally:
            server.shutdown()
            thread.join()


class _ProxyServer(ThreadingTCPServer):
    daemon_threads = True
    proxy: Proxy


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
        self.wfile.write(answer.content)

    def log_message(self, *_: Any) -> None:
        """Write no log."""
