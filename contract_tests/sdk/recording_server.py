"""A server on this machine to which the client of a driver sends its requests, each answered by a function."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread

import httpx

#: Answers a request that came to the path and query given; None closes the connection without an answer.
Answer = Callable[[httpx.Request], httpx.Response | None]
_HOST = "127.0.0.1"
_MAX_BODY_BYTES = 16 * 1024 * 1024
_POLL_SECONDS = 0.005
#: Headers that the server writes itself, or that are about a connection.
_OWN_HEADERS = ("connection", "content-length", "transfer-encoding")


@contextmanager
def running(answer: Answer) -> Iterator[str]:
    """Run a server until the block ends, and yield its URL; ``answer`` is called in threads of the server."""
    with _Server((_HOST, 0), _Handler) as server:
        server.answer = answer
        thread = Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield f"http://{_HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    answer: Answer

    def handle_error(self, request: object, client_address: object) -> None:
        """Write no traceback for a client that has closed its connection."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _respond(self) -> None:
        """Answer a request, or close the connection."""
        body = self._body()
        url = self.path if "://" in self.path else f"http://{self.headers.get('Host', _HOST)}{self.path}"
        request = httpx.Request(self.command, url, headers=self.headers.items(), content=body)
        response = self.server.answer(request)
        if response is None:
            self.close_connection = True
            return
        content = b"".join(response.stream)  # type: ignore[arg-type]
        with suppress(OSError):  # the client has gone
            self._write(response, content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _respond

    def _write(self, response: httpx.Response, content: bytes) -> None:
        self.send_response_only(response.status_code)
        for name, text in response.headers.multi_items():
            if name not in _OWN_HEADERS:
                self.send_header(name, text)
        if response.status_code != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if response.status_code != 204 and self.command != "HEAD":
            self.wfile.write(content)

    def _body(self) -> bytes:
        """Return the body of a request, as it was sent: in one piece, or in chunks."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MAX_BODY_BYTES))
        body = b""
        while (size := int(self.rfile.readline(100).partition(b";")[0], 16)) and len(body) < _MAX_BODY_BYTES:
            body += self.rfile.read(min(size, _MAX_BODY_BYTES))
            self.rfile.readline(100)
        self.rfile.readline(100)
        return body

    def log_message(self, *_: object) -> None:
        """Write no log."""
