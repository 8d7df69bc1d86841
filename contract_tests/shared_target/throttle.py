"""How fast a run may call: the rate of the target file, and the rate limit of the target."""

import threading
import time
from dataclasses import dataclass, field

from contract_tests.actors import Answer
from contract_tests.verdicts import Unavailable

_MAX_WAITS = 5
_MAX_RETRY_AFTER_SECONDS = 60


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


@dataclass
class RateLimitWaits:
    """Waits where the target answers that its rate limit is used up."""

    _waits: int = 0

    def wait_to_retry(self, answer: Answer) -> bool:
        """Wait as long as Retry-After says if the answer is of the rate limit, and return whether it is.

        Raises Unavailable after five waits in a row, or for a wait of more than a minute.
        """
        if not is_rate_limited(answer):
            self._waits = 0
            return False
        wait = answer.headers.get("retry-after", "1")
        self._waits += 1
        if self._waits > _MAX_WAITS or not wait.isdigit() or int(wait) > _MAX_RETRY_AFTER_SECONDS:
            raise Unavailable("the rate limit is used up; requests_per_minute in the target file slows the run down")
        time.sleep(max(1, int(wait)))
        return True


def is_rate_limited(answer: Answer) -> bool:
    """Whether a call was refused for the rate of calls, and not for some other limit."""
    return answer.status == 429 and answer.headers.get("x-ratelimit-remaining") == "0"
