"""Time while the SDK is called: sleeps are reported and end at once, and a call has a limit in real time."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from contract_tests.verdicts import Violation

#: A call that sleeps more often than this is taken to be endless.
MAX_SLEEPS = 200
_sleep, _async_sleep = time.sleep, asyncio.sleep
#: Each with the threads that it does not listen to.
_listeners: list[tuple[Callable[[float], object], frozenset[threading.Thread]]] = []


def install() -> None:
    """Replace time.sleep and asyncio.sleep of this process.

    It has to be called before the SDK is imported, so that ``from time import sleep`` there imports the replacement.
    """
    setattr(time, "sleep", sleep)  # noqa: B010
    setattr(asyncio, "sleep", async_sleep)  # noqa: B010


@contextmanager
def fake_sleeps(listener: Callable[[float], object]) -> Iterator[None]:
    """Report the seconds of every sleep to a listener until the block ends; none takes any time.

    A sleep of 0 s is not reported, because it only lets other tasks run. Other threads that run already, a server's for
    one, sleep as before. Raises Violation after MAX_SLEEPS.
    """
    others = frozenset(threading.enumerate()) - {threading.current_thread()}
    count = 0

    def listen(seconds: float) -> None:
        nonlocal count
        count += 1
        if count > MAX_SLEEPS:
            raise Violation("", f"an end after at most {MAX_SLEEPS} sleeps", "one more sleep")
        listener(seconds)

    _listeners.append((listen, others))
    try:
        yield
    finally:
        _listeners.pop()


def sleep(seconds: float) -> None:
    """Sleep as time.sleep does, or report to the latest listener."""
    listener = _listener()
    if listener and seconds > 0:
        listener(float(seconds))
    else:
        _sleep(seconds)


async def async_sleep(delay: float, result: Any = None) -> Any:
    """Sleep as asyncio.sleep does, or report to the latest listener."""
    listener = _listener()
    if listener and delay > 0:
        listener(float(delay))
        delay = 0
    return await _async_sleep(delay, result)


def _listener() -> Callable[[float], object] | None:
    """Return the latest listener, if it listens to this thread."""
    listener, others = _listeners[-1] if _listeners else (None, frozenset[threading.Thread]())
    return None if threading.current_thread() in others else listener


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit the real time of a block. Raises Violation in the block when it takes longer."""

    def interrupt(*_: object) -> None:
        raise Violation("", f"an end within {seconds:g} s", "none")

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
