"""What goes wrong between a client and a server, and how often."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """What becomes of one call."""

    NONE = "forwarded and answered"
    DROPPED_BEFORE = "the connection ends, and the server gets nothing"
    DROPPED_AFTER = "the server gets the call, and the connection ends"
    DROPPED_WITHIN = "the connection ends in the middle of the answer"
    BALANCER_ERROR = "502, 503 or 504 with a page of HTML, and the server gets nothing"
    BALANCER_ERROR_AFTER = "the same, and the server has carried the call out"
    RATE_LIMIT = "429 with Retry-After alone, and the server gets nothing"


_DROPS = (Fault.DROPPED_BEFORE, Fault.DROPPED_AFTER, Fault.DROPPED_WITHIN)
_BALANCER_ERRORS = (Fault.BALANCER_ERROR, Fault.BALANCER_ERROR_AFTER)


@dataclass(frozen=True)
class Faults:
    """The shares of calls, from 0 to 1, that something happens to.

    After ``dies_after`` calls every connection is closed, or with ``hangs`` kept open without an answer.
    """

    drops: float = 0.0
    balancer_errors: float = 0.0
    rate_limits: float = 0.0
    delays: float = 0.0
    delay_seconds: float = 0.3
    retry_after: str = "1"
    dies_after: int | None = None
    hangs: bool = False

    def draw(self, seed: int) -> Iterator[tuple[Fault, float]]:
        """Yield what becomes of each call, and its delay in seconds: the same for the same seed."""
        generator = random.Random(seed)
        while True:
            delay = self.delay_seconds if generator.random() < self.delays else 0.0
            kind, which = generator.random(), generator.random()
            if kind < self.drops:
                yield _DROPS[int(which * len(_DROPS))], delay
            elif kind < self.drops + self.balancer_errors:
                yield _BALANCER_ERRORS[int(which * len(_BALANCER_ERRORS))], delay
            elif kind < self.drops + self.balancer_errors + self.rate_limits:
                yield Fault.RATE_LIMIT, delay
            else:
                yield Fault.NONE, delay
