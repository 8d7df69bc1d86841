"""The journal of the API's calls: those that match criteria, at once or as they come, and emptying it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from mockserver.asgi import encode
from mockserver.control.context import EventStream, Request
from mockserver.control.explanations import Explanations
from mockserver.domain import dates
from mockserver.domain.errors import InvalidInput, Unavailable
from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.clock import stopwatch
from mockserver.runtime.followers import MAX_FOLLOWERS, Follower, TooManyFollowers
from mockserver.runtime.journal import Entry, entry_of
from mockserver.runtime.memory_journal import UnknownCall

_SAME_NAME = ("operation", "actor", "method", "path", "status", "request_id", "body", "after", "before")
_KEEP_ALIVE_SECONDS = 15


async def list_requests(request: Request) -> dict[str, Any]:
    """Return the newest calls that match, and the number of all that match, at once or when there are enough.

    Raises InvalidInput, Unavailable.
    """
    params = request.params
    sought, limit, count = criteria(request, params), params["limit"], params["count"]
    if "wait" not in params and count > 1:
        raise InvalidInput({"count": ["needs wait: the seconds to wait for so many calls"]})
    found, total = await wait_for(request, limit, sought, count, params.get("wait", 0))
    explanations = await Explanations.read(request.context.router.operations)
    return {"data": await explanations.records(found), "total": total}


async def clear_requests(request: Request) -> None:
    """Remove the calls of an org from the journal, or all."""
    await request.context.journal.clear(request.params.get("org"))


async def stream_requests(request: Request) -> EventStream:
    """Return the calls that match as they come. Raises InvalidInput."""
    return EventStream(_live(request, criteria(request, request.params)))


@asynccontextmanager
async def _live(request: Request, sought: CallCriteria) -> AsyncIterator[AsyncIterator[bytes]]:
    async with _follow(request) as follower:
        yield _events(follower, sought, await Explanations.read(request.context.router.operations))


async def _events(follower: Follower, sought: CallCriteria, explanations: Explanations) -> AsyncIterator[bytes]:
    """Yield server-sent events: calls that match, how many were lost because they were not read, and comments."""
    yield b": the calls from now on\n\n"
    lost = 0
    while not follower.ended:
        calls = [call for call in await follower.take(_KEEP_ALIVE_SECONDS) if sought.match(call)]
        if follower.lost > lost:
            yield b"event: lost\ndata: %s\n\n" % encode({"calls": follower.lost - lost})
            lost = follower.lost
        for call in await explanations.records([entry_of(call) for call in calls]):
            yield b"id: %s\nevent: call\ndata: %s\n\n" % (call["request_id"].encode(), encode(call))
        if not calls:
            yield b":\n\n"


async def wait_for(
    request: Request, limit: int, sought: CallCriteria, count: int, seconds: float
) -> tuple[list[Entry], int]:
    """Return the newest calls that match, and the number of all that match, once there are ``count`` or time is over.

    Raises InvalidInput, Unavailable.
    """
    found, total = await search(request, limit, sought)
    if total >= count or not seconds:
        return found, total
    until = stopwatch() + seconds
    async with _follow(request) as follower, _ended_when_the_caller_leaves(request, follower):
        found, total = await search(request, limit, sought)
        expected, lost = total, 0
        while total < count and stopwatch() < until and not follower.ended:
            expected += sum(map(sought.match, await follower.take(until - stopwatch())))
            if expected >= count or follower.lost > lost or stopwatch() >= until or follower.ended:
                found, total = await search(request, limit, sought)
                expected, lost = total, follower.lost
    return found, total


async def search(request: Request, limit: int, sought: CallCriteria) -> tuple[list[Entry], int]:
    """Return the newest calls that match, and the number of all that match. Raises InvalidInput."""
    try:
        return await request.context.journal.search(limit, sought)
    except UnknownCall as error:
        raise InvalidInput({str(error): ["is not the id of a call that the journal has"]}) from None


def criteria(request: Request, params: Mapping[str, Any]) -> CallCriteria:
    """Return the criteria that parameters, or fields of a body, name. Raises InvalidInput."""
    request.require_operation(params.get("operation"))
    return CallCriteria(
        org_id=params["org"].lower() if "org" in params else None,
        headers=tuple((name.strip().lower(), value) for name, value in _pairs(params, "header", ":")),
        query=tuple(_pairs(params, "query", "=")),
        since=_instant(params, "since"),
        until=_instant(params, "until"),
        **{name: params.get(name) for name in _SAME_NAME},
    )


def _pairs(params: Mapping[str, Any], name: str, separator: str) -> Iterable[tuple[str, str | None]]:
    """Yield names and values of ``name: value`` or ``name=value``; None for the value where there is none."""
    for text in params.get(name, ()):
        key, given, value = text.partition(separator)
        yield key, (value.strip() if separator == ":" else value) if given else None


def _instant(params: Mapping[str, Any], name: str) -> datetime | None:
    if name not in params:
        return None
    try:
        return dates.parse(params[name])
    except (ValueError, OverflowError):
        raise InvalidInput({name: ["is not an instant the mock can handle"]}) from None


@asynccontextmanager
async def _ended_when_the_caller_leaves(request: Request, follower: Follower) -> AsyncIterator[None]:
    watching = asyncio.create_task(request.until_disconnected())
    watching.add_done_callback(lambda _: follower.end())
    try:
        yield
    finally:
        watching.cancel()


@asynccontextmanager
async def _follow(request: Request) -> AsyncIterator[Follower]:
    """Yield a follower of the journal until the block ends. Raises Unavailable."""
    try:
        async with request.context.journal.follow() as follower:
            yield follower
    except TooManyFollowers:
        raise Unavailable(f"There are {MAX_FOLLOWERS} calls already that wait for others; try again.") from None
