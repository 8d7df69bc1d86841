"""The calls of the journal as they come: by calls that wait for the next, and so few that nobody else is slower."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.console.calls import CallFailed, Calls
from mockserver.console.visit import PAGE_ROWS

_WAIT_SECONDS = 15
#: At least so long between two answers, and while more calls come than are shown.
_INTERVAL_SECONDS, _BUSY_INTERVAL_SECONDS = 0.5, 1.5
_RETRY_SECONDS = 5


class Event(NamedTuple):
    """Calls that came, newest first, and how many others came in the same time; or why there are none."""

    calls: Sequence[Mapping[str, Any]] = ()
    skipped: int = 0
    failed: str | None = None


async def followed(calls: Calls, filters: Mapping[str, str], after: str | None) -> AsyncIterator[Event]:
    """Yield the calls that match and come after one, which may be gone, and an empty event now and then.

    It ends with the mock, and when the filters are refused.
    """
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        sought = {**filters, "after": after, "limit": PAGE_ROWS, "wait": _WAIT_SECONDS}
        try:
            found = await calls.control("GET", "/requests", params=sought)
        except CallFailed as error:
            if after and "after" in error.field_errors:
                after = None
                continue
            yield Event(failed=error.message)
            if error.status < 500:
                return
            await asyncio.sleep(_RETRY_SECONDS)
            continue
        came = found["data"]
        skipped = found["total"] - len(came)
        yield Event(came, skipped)
        if came:
            after = came[0]["request_id"]
        elif loop.time() - started < _WAIT_SECONDS / 2:
            return  # the mock stops
        await asyncio.sleep(_BUSY_INTERVAL_SECONDS if skipped else _INTERVAL_SECONDS)
