"""Requests over a plain socket, to send what no HTTP client would."""

import json
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.harness import JSON, Running


@dataclass(frozen=True)
class RawAnswer:
    """An answer: the status, the headers by lower-case name, the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> JSON:
        found: JSON = json.loads(self.body)
        return found


def exchange(running: Running, sent: bytes, *, end: bool = False) -> bytes:
    """Send bytes, shut down the sending side if ``end``, and return all that is received until the mock closes."""
    with connect(running) as connection:
        try:
            connection.sendall(sent)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the mock has closed the connection already
        return read_all(connection)


def connect(running: Running, timeout_seconds: float = 10) -> socket.socket:
    """Return a connection to the mock."""
    address = urlsplit(running.base_url)
    return socket.create_connection((str(address.hostname), address.port or 0), timeout=timeout_seconds)


def read_all(connection: socket.socket) -> bytes:
    """Return all that is received until the mock closes the connection."""
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
