"""The helpers for tests with an event loop: the same methods, run in a thread and awaited, so that the loop goes on.

That matters where the test itself answers the mock, as the receiver of a webhook does.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from anyio import to_thread

if TYPE_CHECKING:
    from novavms_mock.clock import Clock
    from novavms_mock.events import Events
    from novavms_mock.faults import Faults
    from novavms_mock.mock import NovaVMSMock
    from novavms_mock.org import Org
    from novavms_mock.requests import Requests

P = ParamSpec("P")
R = TypeVar("R")


def awaited(method: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Return a function that does the same in a thread, under asyncio or trio."""

    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return await to_thread.run_sync(partial(method, *args, **kwargs))

    return run


class AsyncClock:
    """The methods of Clock."""

    def __init__(self, clock: "Clock") -> None:
        self.now = awaited(clock.now)
        self.advance = awaited(clock.advance)
        self.set = awaited(clock.set)
        self.freeze = awaited(clock.freeze)
        self.resume = awaited(clock.resume)


class AsyncFaults:
    """The methods of Faults."""

    def __init__(self, faults: "Faults") -> None:
        self.add = awaited(faults.add)
        self.clear = awaited(faults.clear)


class AsyncRequests:
    """The methods of Requests; ``where`` asks nothing, and is not awaited."""

    def __init__(self, requests: "Requests") -> None:
        self.where = _narrowed(requests.where)
        self.all = awaited(requests.all)
        self.last = awaited(requests.last)
        self.wait = awaited(requests.wait)
        self.assert_called = awaited(requests.assert_called)
        self.assert_not_called = awaited(requests.assert_not_called)


def _narrowed(where: "Callable[P, Requests]") -> Callable[P, AsyncRequests]:
    def narrow(*args: P.args, **kwargs: P.kwargs) -> AsyncRequests:
        return AsyncRequests(where(*args, **kwargs))

    return narrow


class AsyncEvents:
    """The methods of Events."""

    def __init__(self, events: "Events") -> None:
        self.record = awaited(events.record)
        self.record_alerts = awaited(events.record_alerts)


class AsyncOrg:
    """The helpers of an Org."""

    def __init__(self, org: "Org") -> None:
        self.clock = AsyncClock(org.clock)
        self.faults = AsyncFaults(org.faults)
        self.requests = AsyncRequests(org.requests)
        self.events = AsyncEvents(org.events)
        self.settings = awaited(org.settings)
        self.reset = awaited(org.reset)
        self.remove = awaited(org.remove)


class AsyncHelpers:
    """The helpers of a NovaVMSMock."""

    def __init__(self, mock: "NovaVMSMock") -> None:
        self.clock = AsyncClock(mock.clock)
        self.faults = AsyncFaults(mock.faults)
        self.requests = AsyncRequests(mock.requests)
        self.new_org = awaited(mock.new_org)
        self.snapshot = awaited(mock.snapshot)
        self.restore = awaited(mock.restore)
        self.reset = awaited(mock.reset)
