"""The mock as a whole: health, document, reset, mutants, snapshot."""

from typing import Any, Literal

import msgspec

from mockserver import __version__, fixtures
from mockserver.backends.base import ClockState, State, seed
from mockserver.control.parts import Request
from mockserver.domain.errors import InvalidInput
from mockserver.fixtures import FixtureError, World
from mockserver.runtime.clock import within_reach
from mockserver.runtime.faults import Fault
from mockserver.runtime.journal import Entry
from mockserver.runtime.random_source import RandomState


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole state; ``data`` has the records of each kind as a fixture has them."""

    version: Literal[1] = 1
    clock: ClockState
    random: RandomState = msgspec.field(name="chance")
    data: dict[str, Any]
    journal: list[Entry]
    faults: list[Fault]


async def health(request: Request) -> dict[str, Any]:
    """Return that the mock is up, and what it is."""
    parts = request.parts
    return {
        "status": "ok",
        "version": __version__,
        "api_version": parts.document.version,
        "store": parts.store.name,
        "now": parts.clock.now(),
    }


async def document(request: Request) -> dict[str, Any]:
    """Return the control plane's OpenAPI document."""
    return request.parts.control_document.raw


async def reset(request: Request) -> dict[str, Any]:
    """Go back to the fixture: data, rate limits, clock, random counters, journal and faults."""
    initial_state = request.parts.initial_state
    return {"fixture": initial_state.fixture, "now": await seed(initial_state, request.parts.state_manager)}


async def mutants(request: Request) -> dict[str, Any]:
    """Return the ids of the active mutants."""
    return {"ids": request.parts.initial_state.mutants}


async def change_mutants(request: Request) -> dict[str, Any]:
    """Restart the mock with other mutants active, or with none. Raises InvalidInput."""
    try:
        await request.parts.restart(request.body["ids"])
    except ValueError as error:
        raise InvalidInput({"ids": [str(error)]}) from None
    return {"ids": request.body["ids"]}


async def snapshot(request: Request) -> Snapshot:
    """Return the whole state."""
    parts = request.parts
    taken = await parts.state_manager.capture()
    return Snapshot(
        clock=taken.clock,
        random=taken.random,
        data=await parts.store.dump(),
        journal=list(taken.journal),
        faults=list(taken.faults),
    )


async def restore(request: Request) -> dict[str, Any]:
    """Restore a snapshot; one that cannot be used changes nothing."""
    taken, world = _read(request.body)
    state = State(clock=taken.clock, random=taken.random, journal=taken.journal, faults=taken.faults)
    await request.parts.state_manager.restore(state, world)
    return {"now": request.parts.clock.now()}


def _read(body: dict[str, Any]) -> tuple[Snapshot, World]:
    """Return the snapshot and its records. Raises InvalidInput naming the key."""
    try:
        taken = msgspec.convert(body, Snapshot)
        now = within_reach(taken.clock.now)
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
