"""The access log: one line a request, as text or JSON, written in batches so that a line costs microseconds.

Batches are small, so that no call waits long while one is written.
"""

import asyncio
from collections.abc import Callable
from typing import TextIO
from urllib.parse import quote

import msgspec

from mockserver.runtime.journal import Entry

_EVERY = 0.02


class AccessLog:
    """Watches the journal and writes what passes to a stream, a fiftieth of a second later."""

    def __init__(self, stream: TextIO, line: Callable[[Entry], str]) -> None:
        self._stream = stream
        self._line = line
        self._waiting: list[Entry] = []

    def __call__(self, entry: Entry) -> None:
        """Take note of one entry."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(_EVERY, self.flush)
        self._waiting.append(entry)

    def flush(self) -> None:
        """Write what is waiting."""
        lines, self._waiting = "".join(self._line(entry) + "\n" for entry in self._waiting), []
        self._stream.write(lines)
        self._stream.flush()


def as_text(entry: Entry) -> str:
    """Return the line for people; what cannot be printed is percent-encoded, so that no path can forge a line."""
    target = f"{entry.path}?{entry.query}" if entry.query else entry.path
    at = entry.at.isoformat(timespec="seconds").replace("+00:00", "Z")
    line = (
        f"{at} {entry.status or '---'} {entry.method} {target} {entry.duration_ms:.1f}ms "
        f"{entry.actor or '-'} {entry.request_id}"
    )
    return line if line.isprintable() else "".join(char if char.isprintable() else quote(char) for char in line)


def as_json(entry: Entry) -> str:
    """Return the line for programs: the journal's entry without the bodies."""
    fields = msgspec.to_builtins(entry)
    return msgspec.json.encode({name: value for name, value in fields.items() if "body" not in name}).decode()


FORMATS = {"text": as_text, "json": as_json}
