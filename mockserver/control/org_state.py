"""The state of one org: its clock."""

from typing import Any

from mockserver.control import orgs, state
from mockserver.control.context import Request


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
    return await get_org_clock(request)
