"""A receiver of webhooks: https on this machine, in threads of its own; each check has a path of its own there."""

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

from contract_tests.verdicts import Violation

_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Received:
    """One request as it came; header names are in lower case."""

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
            raise Violation("", "a message that is a JSON object", repr(self.body[:200]))
        return found

    @property
    def data(self) -> dict[str, Any]:
        """What is told. Raises Violation."""
        found = self.message.get("data")
        if not isinstance(found, dict):
            raise Violation("", "data that is an object", repr(self.body[:200]))
        return found


@dataclass(frozen=True)
class Reply:
    """What the receiver answers."""

    status: int = 200
    body: bytes = b"told"
    headers: Mapping[str, str] = field(default_factory=dict)


#: What becomes of a request; None hangs up without an answer.
Answer = Callable[[Received], Reply | None]


@dataclass
class Inbox:
    """One path of the receiver: what came, in its order, and what is answered."""

    url: str
    answer: Answer
    received: list[Received] = field(default_factory=list)


class Receiver:
    """Keeps what is sent to it, by path; ``ca`` is the certificate that makes a sender trust it, as PEM."""

    def __init__(self, port: int, ca: bytes) -> None:
        self.ca = ca
        self._url = f"https://{_HOST}:{port}"
        self._inboxes: dict[str, Inbox] = {}
        self._serial = count(1)

    def inbox(self, answer: Answer) -> Inbox:
        """Return a new inbox."""
        path = f"/{next(self._serial)}"
        self._inboxes[path] = Inbox(f"{self._url}{path}", answer)
        return self._inboxes[path]

    def take(self, received: Received) -> Reply | None:
        """Keep a request and return what is answered to it."""
        inbox = self._inboxes.get(received.path)
        if inbox is None:
            return Reply(404)
        inbox.received.append(received)
        return inbox.answer(received)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver, with a certificate that only its own authority vouches for, until the block ends."""
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
        """Say nothing of senders that do not trust the certificate or hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Take a request of whatever method and answer as the inbox says."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): text for name, text in self.headers.items()}
        reply = self.server.receiver.take(Received(self.command, self.path, headers, body))
        if reply is not None:
            self.send_response(reply.status)
            for name, text in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(reply.body)

    do_GET = do_PUT = do_POST

    def log_message(self, *_: Any) -> None:
        """Write no log."""
