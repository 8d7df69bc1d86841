"""How fast a run may call: the rate of the target file, and how long the target asks to wait."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: The wait for an answer that does not say how long, and the shortest.
_MIN_WAIT_SECONDS = 1.0


@dataclass
class Throttle:
    """Spaces calls evenly, so that a minute has no more of them than allowed."""

    per_minute: int
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> None:
        """Wait until one more call is allowed."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + 60 / self.per_minute
        time.sleep(start - now)


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
