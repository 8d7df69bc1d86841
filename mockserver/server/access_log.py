"""The access log: one line a request, as text or JSON, written in small batches so that a line costs microseconds."""

import asyncio
from collections.abc import Callable
from urllib.parse import quote

import msgspec

from mockserver.runtime.journal import RecordedCall

_FLUSH_INTERVAL_SECONDS = 0.02
_JSON_FIELDS = (
    "at", "request_id", "method", "path", "query", "operation", "org_id", "actor", "status", "duration_ms"
)  # fmt: skip


class AccessLog:
    """A watcher of the journal that passes a line for each call to ``write``, within 20 ms."""

    def __init__(self, write: Callable[[str], object], format_call: Callable[[RecordedCall], str]) -> None:
        self._write = write
        self._format_call = format_call
        self._batch: list[RecordedCall] = []

    def __call__(self, call: RecordedCall) -> None:
        """Add a call to the next batch."""
        if not self._batch:
            asyncio.get_running_loop().call_later(_FLUSH_INTERVAL_SECONDS, self.flush)
        self._batch.append(call)

    def flush(self) -> None:
        """Write the current batch."""
        lines, self._batch = "".join(self._format_call(call) + "\n" for call in self._batch), []
        self._write(lines)


def as_text(call: RecordedCall) -> str:
    """Return the call as a line to read; unprintable characters are percent-encoded, so no path can forge a line."""
    target = f"{call.path}?{call.query}" if call.query else call.path
    at = call.at.isoformat(timespec="seconds").replace("+00:00", "Z")
    line = (
        f"{at} {call.status or '---'} {call.method} {target} {call.duration_ms:.1f}ms "
        f"{call.actor or '-'} {call.request_id}"
    )
    return line if line.isprintable() else "".join(char if char.isprintable() else quote(char) for char in line)


def as_json(call: RecordedCall) -> str:
    """Return the call as JSON, without headers and bodies."""
    fields = {name: getattr(call, name) for name in _JSON_FIELDS}
    return msgspec.json.encode({**fields, "duration_ms": round(call.duration_ms, 3)}).decode()


FORMATS = {"text": as_text, "json": as_json}
