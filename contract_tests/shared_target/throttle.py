"""How fast a run may call."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Keeps calls so far apart that a minute holds no more of them than allowed."""

    per_minute: int
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> None:
        """Wait for the turn of one more call."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + 60 / self.per_minute
        time.sleep(turn - now)
