"""A receiver of webhooks in the test's own process: the mock forwards the messages of an org to it."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from novavms_mock.control import Control

_MAX_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Message:
    """A message as it arrived: to be verified with its ``body`` and ``headers``, whose names are in lower case."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes

    def json(self) -> Any:
        """Return the body's JSON."""
        return json.loads(self.body)


class Receiver:
    """Receives the messages to all webhooks of an org while its block runs, and answers with ``status``.

    ``messages`` has those that arrived, oldest first.
    """

    def __init__(self, control: Control, org_id: str) -> None:
        self._control = control
        self._settings = f"/orgs/{org_id}/settings"
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"receiver": self}))
        self._server.daemon_threads = True
        self.status = 204
        self.messages: list[Message] = []

    def wait(self, times: int = 1, timeout: float = 5.0) -> list[Message]:
        """Return the messages once there are so many. Raises AssertionError after ``timeout`` seconds."""
        __tracebackhide__ = True
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.messages) >= times, timeout):
                raise AssertionError(f"expected {times} messages within {timeout:g} s, got {len(self.messages)}")
            return list(self.messages)

    def take(self, message: Message) -> None:
        """Keep a message that has arrived."""
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self._forward(f"http://127.0.0.1:{self._server.server_port}/")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._forward(None)
        self._server.shutdown()
        self._server.server_close()

    def _forward(self, url: str | None) -> None:
        self._control.call("PUT", self._settings, json={"forward_webhooks_to": url})


class _Handler(BaseHTTPRequestHandler):
    """Answers one message."""

    receiver: Receiver

    def do_POST(self) -> None:
        """Take the message."""
        length = min(int(self.headers.get("Content-Length", 0)), _MAX_BODY_BYTES)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.take(Message(headers, self.rfile.read(length)))
        self.send_response(self.receiver.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""
