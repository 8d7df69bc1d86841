"""The mock as a whole: health, document, clock, reset, mutants, snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver import __version__
from mockserver.asgi import encode
from mockserver.backends.base import ClockControl, State, seed
from mockserver.control import snapshots
from mockserver.control.context import JsonParts, Request
from mockserver.domain import dates
from mockserver.domain.errors import InvalidInput

#: So many records are encoded at once.
_PART_SIZE = 200


async def get_control_health(request: Request) -> dict[str, Any]:
    """Return that the mock is running, its versions, its store and its time. Raises Unavailable."""
    context = request.context
    async with context.store.snapshot() as tx:
        await tx.check()
    return {
        "status": "ok",
        "version": __version__,
        "api_version": context.document.version,
        "store": context.store.name,
        "now": context.clock.now(),
    }


async def get_control_document(request: Request) -> dict[str, Any]:
    """Return the control plane's OpenAPI document, with the address by which it was asked for."""
    document = request.context.control_document.raw
    return document | {"servers": [document["servers"][0] | {"url": request.base_url}]}


async def get_clock(request: Request) -> dict[str, Any]:
    """Return the time and whether the clock is stopped."""
    clock = request.context.clock
    return {"now": clock.now(), "frozen": clock.frozen}


async def move_clock(request: Request) -> dict[str, Any]:
    """Advance, set, stop or start the clock; what falls due until the new time has happened on return.

    Raises InvalidInput.
    """
    await move(request.context.clock_control, request.body)
    return await get_clock(request)


async def move(clock_control: ClockControl, body: Mapping[str, Any]) -> None:
    """Move a clock as a body asks for. Raises InvalidInput."""
    try:
        if "freeze" in body:
            await clock_control.freeze(body["freeze"])
        elif "advance" in body:
            await clock_control.advance(body["advance"])
        else:
            await clock_control.set(dates.parse(body["set"]))
    except (OverflowError, ValueError) as error:
        raise InvalidInput({next(iter(body)): [str(error)]}) from None


async def reset_mock(request: Request) -> dict[str, Any]:
    """Restore the initial state: data, rate limits, clock, random counters, journal and faults."""
    initial_state = request.context.initial_state
    return {"fixture": initial_state.fixture, "now": await seed(initial_state, request.context.state_manager)}


async def get_mutants(request: Request) -> dict[str, Any]:
    """Return the ids of the active mutants."""
    return {"ids": request.context.initial_state.mutants}


async def change_mutants(request: Request) -> dict[str, Any]:
    """Restart the mock with other mutants active, or with none. Raises InvalidInput."""
    try:
        await request.context.restart(request.body["ids"])
    except ValueError as error:
        raise InvalidInput({"ids": [str(error)]}) from None
    return {"ids": request.body["ids"]}


async def get_snapshot(request: Request) -> JsonParts:
    """Return the whole state."""
    return JsonParts(_parts(*await request.context.state_manager.capture()))


def _parts(taken: State, data: Mapping[str, Sequence[Any]]) -> Iterator[bytes]:
    """Yield a snapshot as JSON."""
    beginning = {"version": 1, "clock": taken.clock, "org_clocks": taken.org_clocks, "chance": taken.random}
    yield encode(beginning)[:-1] + b',"data":{'
    for number, (name, rows) in enumerate(data.items()):
        yield (b"," if number else b"") + encode(name) + b":"
        yield from _list_parts(rows)
    yield b'},"journal":'
    yield from _list_parts(taken.journal)
    yield b',"faults":'
    yield from _list_parts(taken.faults)
    yield b"}"


def _list_parts(items: Sequence[Any]) -> Iterator[bytes]:
    yield b"["
    for start in range(0, len(items), _PART_SIZE):
        yield (b"," if start else b"") + encode(items[start : start + _PART_SIZE])[1:-1]
    yield b"]"


async def put_snapshot(request: Request) -> dict[str, Any]:
    """Restore a snapshot. Raises InvalidInput for one that cannot be used, which changes nothing."""
    state, data = await snapshots.checked(request.body)
    await request.context.state_manager.restore(state, data)
    return {"now": request.context.clock.now()}
