"""Gives memory that is not used any more back to the system, where the C library keeps it (glibc does)."""

import asyncio
import ctypes
from typing import Any

_DELAY_SECONDS = 1.0
_trim: Any = getattr(ctypes.CDLL(None), "malloc_trim", None)
_waiting: set[asyncio.AbstractEventLoop] = set()


def give_back_soon() -> None:
    """Give unused memory back in a second, once for all calls until then."""
    loop = asyncio.get_running_loop()
    if _trim is not None and loop not in _waiting:
        _waiting.add(loop)
        loop.call_later(_DELAY_SECONDS, _give_back, loop)


def _give_back(loop: asyncio.AbstractEventLoop) -> None:
    _waiting.discard(loop)
    _trim(0)
