"""A proxy on this machine that answers by itself, so that what comes to it needs no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any

from contract_tests.sdk import fake_servers


@dataclass
class Proxy:
    """Where it is, and the URLs that it was asked for."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def proxying() -> Iterator[Proxy]:
    """Run a proxy that answers every GET with an empty list until the block ends."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.proxy
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    proxy: Proxy


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Note the URL, which a proxy is told in full, and answer."""
        self.server.proxy.asked.append(self.path)
        empty = fake_servers.page([], None)
        self.send_response(200)
        for name, text in empty.headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(empty.content)

    def log_message(self, *_: Any) -> None:
        """Write no log."""
