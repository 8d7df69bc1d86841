"""The state of one org: its clock, and how it was at the beginning."""

from typing import Any

from mockserver.control import orgs, state
from mockserver.control.context import Request
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.operations import orgs as making
from mockserver.operations import seeding
from mockserver.store.kinds import ORGS


async def get_org_clock(request: Request) -> dict[str, Any]:
    """Return the time of an org, whether it stands still, and whether the org has a clock of its own."""
    async with request.context.store.snapshot() as tx:
        await orgs.existing(tx, request.params["id"])
    clock, org_id = request.context.clock, request.params["id"]
    shown = clock.of(org_id)
    return {"now": shown.now(), "frozen": shown.frozen, "own": org_id in clock.own_clocks}


async def move_org_clock(request: Request) -> dict[str, Any]:
    """Move, stop or start the clock of an org, or have it go by the mock's again. Raises InvalidInput."""
    async with request.context.store.snapshot() as tx:
        await orgs.existing(tx, request.params["id"])
    control = request.context.org_clock_control(request.params["id"])
    if "own" in request.body:
        await control.release()
    else:
        await state.move(control, request.body)
    try:
        return await get_org_clock(request)
    except NotFound:  # it was removed meanwhile, perhaps before it had this clock
        await control.release()
        raise


async def reset_org(request: Request) -> dict[str, Any] | None:
    """Make an org again as it was made, or seeded, with the same ids and secrets. Raises InvalidInput."""
    context, org_id = request.context, request.params["id"]
    now = context.clock.now()
    data = context.initial_state.seed_data(now)
    async with context.store.snapshot() as tx:
        origin = (await orgs.existing(tx, org_id)).origin
    if origin is None and all(org.id != org_id for org in data.records[ORGS.name]):
        raise InvalidInput({"id": ["is an org of a snapshot, of which the mock does not know how it was made"]})
    await orgs.remove(context, org_id)
    if origin is None:
        await seeding.add_org(context.store, context.random_source, data, org_id)
    else:
        await making.create(context.store, origin, now)
    return await orgs.described(context, org_id)
