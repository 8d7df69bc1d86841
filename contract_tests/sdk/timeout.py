"""How long a call of the SDK may really take, so that one without end does not hold up the run."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from contract_tests.verdicts import Violation


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the block so much time. Raises Violation in it, wherever it is then."""

    def give_up(*_: object) -> None:
        raise Violation("", f"an end within {seconds:g} s", "none")

    former = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
