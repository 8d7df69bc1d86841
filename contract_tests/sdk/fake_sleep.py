"""The sleeps of this process: told and over at once while somebody listens, real otherwise."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from contract_tests.verdicts import Violation

#: Who pauses more often than this in one call goes on for ever.
_MOST = 200
_sleep, _asleep = time.sleep, asyncio.sleep
_listeners: list[Callable[[float], object]] = []


def install() -> None:
    """Put these sleeps in the place of the library's.

    It has to be done before the SDK is imported, so that whatever it takes over then, by whatever name, is ours.
    """
    setattr(time, "sleep", sleep)  # noqa: B010
    setattr(asyncio, "sleep", asleep)  # noqa: B010


@contextmanager
def told(listener: Callable[[float], object]) -> Iterator[None]:
    """Tell a listener of every pause until the block ends; none takes any time. Raises Violation when there is no end.

    A pause of no length is none: it only lets others have their turn.
    """
    lengths: list[float] = []

    def listen(seconds: float) -> None:
        lengths.append(seconds)
        if len(lengths) > _MOST:
            raise Violation("", f"an end after at most {_MOST} pauses", "one more pause")
        listener(seconds)

    _listeners.append(listen)
    try:
        yield
    finally:
        _listeners.pop()


def sleep(seconds: float) -> None:
    """Sleep as time.sleep does, unless somebody listens."""
    if _listeners and seconds > 0:
        _listeners[-1](float(seconds))
    else:
        _sleep(seconds)


async def asleep(delay: float, result: Any = None) -> Any:
    """Sleep as asyncio.sleep does, unless somebody listens."""
    if _listeners and delay > 0:
        _listeners[-1](float(delay))
        delay = 0
    return await _asleep(delay, result)
