"""The mock as a whole: health, document, clock, reset, mutants, snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import msgspec

from mockserver import __version__, fixtures
from mockserver.asgi import encode
from mockserver.backends.base import ClockState, State, seed
from mockserver.control.context import JsonParts, Request
from mockserver.domain import dates
from mockserver.domain.errors import InvalidInput
from mockserver.fixtures import FixtureError, SeedData
from mockserver.openapi.validation import BodySchema
from mockserver.runtime.clock import ClockRunsForwardOnly, in_range
from mockserver.runtime.faults import Fault, FaultError, check
from mockserver.runtime.journal import Entry
from mockserver.runtime.random_source import RandomState
from mockserver.store.kinds import WEBHOOKS

#: So many records are encoded at once.
_PART_SIZE = 200


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole state; ``data`` holds the records of each kind in the format of a fixture."""

    version: Literal[1] = 1
    clock: ClockState
    random: RandomState = msgspec.field(name="chance")
    data: dict[str, Any]
    journal: list[Entry]
    faults: list[Fault]


class _Beginning(Snapshot, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A snapshot whose records are objects."""

    data: dict[str, list[dict[str, Any]]]


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
    """Return the control plane's OpenAPI document."""
    return request.context.control_document.raw


async def get_clock(request: Request) -> dict[str, Any]:
    """Return the time and whether the clock is stopped."""
    clock = request.context.clock
    return {"now": clock.now(), "frozen": clock.frozen}


async def move_clock(request: Request) -> dict[str, Any]:
    """Advance, set, stop or start the clock; what falls due until the new time has happened on return.

    Raises InvalidInput.
    """
    clock_control, body = request.context.clock_control, request.body
    try:
        if "freeze" in body:
            await clock_control.freeze(body["freeze"])
        elif "advance" in body:
            await clock_control.advance(body["advance"])
        else:
            await clock_control.set(dates.parse(body["set"]))
    except (ClockRunsForwardOnly, OverflowError, ValueError) as error:
        raise InvalidInput({next(iter(body)): [str(error)]}) from None
    return await get_clock(request)


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
    context = request.context
    taken = await context.state_manager.capture()
    return JsonParts(_parts(taken, await context.store.dump()))


def _parts(taken: State, data: Mapping[str, Sequence[Any]]) -> Iterator[bytes]:
    """Yield a snapshot as JSON."""
    yield encode({"version": 1, "clock": taken.clock, "chance": taken.random})[:-1] + b',"data":{'
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


def check_beginning(text: bytes) -> None:
    """Raise InvalidInput if a body that begins like this cannot be a snapshot."""
    try:
        msgspec.json.decode(text, type=_Beginning)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        raise InvalidInput({path.strip("`").removeprefix("$.") or "body": [message]}) from None
    except msgspec.DecodeError as error:
        if "truncated" not in str(error):
            raise InvalidInput({"body": [f"is not JSON: {error}"]}) from None


async def put_snapshot(request: Request) -> dict[str, Any]:
    """Restore a snapshot. Raises InvalidInput for one that cannot be used, which changes nothing."""
    taken, data = _read(request.body)
    _check_as_calls(request, data)
    state = State(clock=taken.clock, random=taken.random, journal=taken.journal, faults=taken.faults)
    await request.context.state_manager.restore(state, data)
    return {"now": request.context.clock.now()}


def _check_as_calls(request: Request, data: SeedData) -> None:
    """Check faults and webhooks as the calls do that make them. Raises InvalidInput that names the key."""
    context = request.context
    schema = BodySchema(context.control_document, {"$ref": "#/components/schemas/Fault"})
    for index, fault in enumerate(request.body["faults"]):
        with _naming(f"faults[{index}]"):
            schema.check({"matched": 0, **fault})
            check(msgspec.convert(fault, Fault), context.router.operations)
    creation = context.router.operations.get("createWebhook")
    if creation and creation.body:
        for index, webhook in enumerate(data.records[WEBHOOKS.name]):
            with _naming(f"data.webhooks[{index}]"):
                fields = msgspec.to_builtins(webhook)
                creation.body.check({name: fields[name] for name in ("name", "url", "event_types")})


@contextmanager
def _naming(place: str) -> Iterator[None]:
    """Raise InvalidInput with the place before its keys, for that of the block and for a FaultError."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput({f"{place}.{key}": texts for key, texts in error.field_errors.items()}) from None
    except FaultError as error:
        raise InvalidInput({f"{place}.{error.key}": [error.text]}) from None


def _read(body: dict[str, Any]) -> tuple[Snapshot, SeedData]:
    """Return the snapshot and its records. Raises InvalidInput that names the key."""
    try:
        taken = msgspec.convert(body, Snapshot)
        now = in_range(taken.clock.now)
        taken = msgspec.structs.replace(taken, clock=ClockState(now, taken.clock.frozen))
        if "bulk" in taken.data:
            raise FixtureError("data: bulk: a snapshot holds events, it does not ask for them")
        return taken, fixtures.parse(taken.data, "data", now)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        raise InvalidInput({path.strip("`").removeprefix("$.") or "body": [message]}) from None
    except FixtureError as error:
        raise InvalidInput({"data": [str(error)]}) from None
    except ValueError as error:
        raise InvalidInput({"clock.now": [str(error)]}) from None
