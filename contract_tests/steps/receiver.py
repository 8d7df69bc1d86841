"""A receiver of webhooks: an HTTPS server on this machine that answers in threads and has a path for every check."""

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any

import trustme

from contract_tests.output.texts import shorten
from contract_tests.verdicts import Violation

_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Received:
    """One request as it was received; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header. Raises Violation."""
        found = self.headers.get(name.lower())
        if found is None:
            raise Violation("", f"a message with the header {name}", f"{sorted(self.headers)}")
        return found

    @property
    def message(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Violation."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Violation("", "a message that is a JSON object", shorten(repr(self.body)))
        return found

    @property
    def data(self) -> dict[str, Any]:
        """The ``data`` of the message. Raises Violation."""
        found = self.message.get("data")
        if not isinstance(found, dict):
            raise Violation("", "data that is an object", shorten(repr(self.body)))
        return found


@dataclass(frozen=True)
class Reply:
    """What the receiver answers."""

    status: int = 200
    body: bytes = b"received"
    headers: Mapping[str, str] = field(default_factory=dict)


#: Returns the reply to a request, or None to close the connection without one.
Responder = Callable[[Received], Reply | None]


@dataclass
class Inbox:
    """One path of the receiver: the requests received, oldest first, and what replies to them."""

    url: str
    responder: Responder
    received: list[Received] = field(default_factory=list)


class Receiver:
    """Keeps the requests sent to it, by path; ``ca`` is the certificate by which a sender trusts it, as PEM."""

    def __init__(self, port: int, ca: bytes) -> None:
        self.ca = ca
        self._url = f"https://{_HOST}:{port}"
        self._inboxes: dict[str, Inbox] = {}
        self._serial = count(1)

    def inbox(self, responder: Responder) -> Inbox:
        """Return a new inbox, at a path of its own."""
        path = f"/{next(self._serial)}"
        self._inboxes[path] = Inbox(f"{self._url}{path}", responder)
        return self._inboxes[path]

    def handle(self, received: Received) -> Reply | None:
        """Keep a request and return the reply to it."""
        inbox = self._inboxes.get(received.path)
        if inbox is None:
            return Reply(404)
        inbox.received.append(received)
        return inbox.responder(received)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver, with a certificate issued by an authority of its own, until the block ends."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(_HOST).configure_cert(context)
    with _Server((_HOST, 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.receiver = Receiver(server.server_address[1], authority.cert_pem.bytes())
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.receiver
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing about senders that do not trust the certificate or close the connection."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Handle a request of any method and reply as the inbox does."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): text for name, text in self.headers.items()}
        reply = self.server.receiver.handle(Received(self.command, self.path, headers, body))
        if reply is not None:
            self.send_response(reply.status)
            for name, text in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(reply.body)

    do_GET = do_PUT = do_POST

    def log_message(self, *_: Any) -> None:
        """Write no log."""
