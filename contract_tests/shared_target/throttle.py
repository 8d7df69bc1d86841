"""How fast a run may call: the rate of the target file, and how long the target asks to wait."""

import fcntl
import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

#: The wait for an answer that does not say how long, and the shortest.
_MIN_WAIT_SECONDS = 1.0
#: A minute, and by how much two calls may come closer to each other on their way.
PERIOD_SECONDS = 60.5
#: By how much a call that came late on a busy machine may bring the next one closer: less than the half second above.
_MAX_LATE_SECONDS = 0.25
_INSTANT = struct.Struct("d")


class Throttle:
    """Spaces the calls of all processes of a run evenly, so that no 60 s have more of them than allowed.

    They share a file, which holds the instant before which none of them may call; without a file this process is the
    only one. ``per_minute`` is None if the target file allows any number.
    """

    def __init__(self, per_minute: int | None = None, file: Path | None = None) -> None:
        self._interval_seconds = PERIOD_SECONDS / per_minute if per_minute else 0.0
        with file.open("r+b") if file else tempfile.TemporaryFile() as opened:
            self._descriptor = os.dup(opened.fileno())
        self._threads = threading.Lock()

    def __call__(self) -> None:
        """Wait until one more call is allowed."""
        while (seconds := self._seconds_until_allowed()) > 0:
            time.sleep(seconds)

    def hold(self, seconds: float) -> None:
        """Let no process call for some seconds."""
        with self._locked() as instant:
            self._write(max(instant, time.monotonic() + seconds))

    def _seconds_until_allowed(self) -> float:
        """Return how long to wait before asking again; with 0 the call is allowed."""
        with self._locked() as instant:
            now = time.monotonic()
            if instant > now:
                return instant - now
            self._write(max(instant, now - _MAX_LATE_SECONDS) + self._interval_seconds)
            return 0.0

    @contextmanager
    def _locked(self) -> Iterator[float]:
        """Yield the instant that the file holds, which no other thread or process changes until the block ends."""
        with self._threads:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                content = os.pread(self._descriptor, _INSTANT.size, 0)
                yield _INSTANT.unpack(content)[0] if content else 0.0
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _write(self, instant: float) -> None:
        os.pwrite(self._descriptor, _INSTANT.pack(instant), 0)


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Return how long Retry-After asks to wait, in seconds or until a date; a second where it cannot be read."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return max(_MIN_WAIT_SECONDS, float(text[:9]))
    try:
        until = parsedate_to_datetime(text)
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return max(_MIN_WAIT_SECONDS, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return _MIN_WAIT_SECONDS
