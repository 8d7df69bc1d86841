"""Speaks to a mock over a bare socket, to say what no proper client would."""

import json
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.harness import JSON, Running


@dataclass(frozen=True)
class RawAnswer:
    """What came back: the status, the headers by lower-case name, the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> JSON:
        found: JSON = json.loads(self.body)
        return found


def exchange(running: Running, sent: bytes, *, end: bool = False) -> bytes:
    """Send bytes, say that no more follow if asked to, and return all that comes back until the mock hangs up."""
    address = urlsplit(running.base_url)
    assert address.hostname
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        try:
            connection.sendall(sent)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough already
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            pass
        return received


def ask(running: Running, sent: bytes) -> RawAnswer:
    """Send one request and return the answer to it."""
    head, _, body = exchange(running, sent).partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return RawAnswer(int(status_line.split()[1]), headers, body[: int(headers.get("content-length", 0))])


def head(request_line: str, *headers: str) -> bytes:
    """Return the head of a request that asks for the connection to be closed."""
    return "\r\n".join([request_line, "Host: mock", "Connection: close", *headers, "", ""]).encode("latin-1")
