"""Mutants of a client that is used for several things at the same time."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from mutants.patches import Function, Mutant, around, mutant, together
from novavms import _awaiting, _blocking
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core.call import Call
from novavms._core.pages import next_page
from novavms.errors import TransportError

MUTANTS: dict[str, Mutant] = {}


class _Last:
    """The call or page that was looked at last, whoever asked for it."""

    def __init__(self) -> None:
        self.found: Any = None

    def keep(self, found: Any) -> Any:
        """Keep what is looked at."""
        self.found = found
        return found


def _read_as_the_last(last: _Last) -> Mutant:
    """Read each answer as that of the call which was sent last."""

    def send(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
        return original(channel, last.keep(call))

    def read(original: Function, channel: AsyncChannel, call: Call[Any], response: httpx.Response) -> Any:
        return original(channel, last.found, response)

    return together(around(AsyncChannel.send, send), around(AsyncChannel._read, read))


def _walk_shared(walk: Function, within: Any) -> Mutant:
    """Let every walk go on with the page after the one that any walk has got last."""
    last = _Last()

    def start(original: Function, channel: Any, call: Call[Any]) -> Any:
        last.found = None
        return original(channel, call)

    def following(original: Function, call: Call[Any], page: Any) -> Any:
        return last.keep(original(last.found or call, page))

    return together(around(walk, start), around(next_page, following, within=within))


def _one_at_a_time(walk: Function) -> Mutant:
    """End a walk when another one has begun."""
    begun = _Last()

    def only(number: object, items: Callable[[], Any]) -> Any:
        for item in items():
            if begun.found is not number:
                return
            yield item

    def start(original: Function, channel: Any, call: Call[Any]) -> Any:
        return only(begun.keep(object()), lambda: original(channel, call))

    return around(walk, start)


MUTANTS |= {
    "SDK-10/answers-mixed-up": _read_as_the_last(_Last()),
    "SDK-64/walks-share-their-place": _walk_shared(Channel.walk, _blocking),
    "SDK-72/walks-share-their-place": _walk_shared(AsyncChannel.walk, _awaiting),
    "SDK-64/one-walk-at-a-time": _one_at_a_time(Channel.walk),
}


@mutant(MUTANTS, "SDK-10/one-call-at-a-time", AsyncChannel.send)
async def _refuse_a_second_call(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    if getattr(channel._http, "_busy", False):
        raise RuntimeError("another call is under way")
    vars(channel._http)["_busy"] = True
    try:
        return await original(channel, call)
    finally:
        vars(channel._http)["_busy"] = False


@mutant(MUTANTS, "SDK-64/as-deep-as-it-is-long", Channel.walk)
def _walk_recursively(original: Function, channel: Channel, call: Call[Any]) -> Any:
    page = channel.send(call)
    yield from page.data
    following = next_page(call, page)
    if following is not None:
        yield from _walk_recursively(original, channel, following)


@mutant(MUTANTS, "SDK-10/cancelled-is-failed", AsyncChannel.send)
async def _fail_when_cancelled(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    try:
        return await original(channel, call)
    except asyncio.CancelledError as error:
        raise TransportError("cancelled") from error
