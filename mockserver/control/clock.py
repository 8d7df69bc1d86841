"""The clock: show it, move it forward, stop it."""

from typing import Any

from mockserver.control.parts import Request
from mockserver.domain import dates
from mockserver.domain.errors import InvalidInput
from mockserver.runtime.clock import ClockRunsForwardOnly


async def show(request: Request) -> dict[str, Any]:
    """Return the time and whether it stands still."""
    clock = request.parts.clock
    return {"now": clock.now(), "frozen": clock.frozen}


async def move(request: Request) -> dict[str, Any]:
    """Advance by seconds, set to an instant, freeze or let run; whatever falls due on the way has happened."""
    clock_control, body = request.parts.clock_control, request.body
    try:
        if "freeze" in body:
            await clock_control.freeze(body["freeze"])
        elif "advance" in body:
            await clock_control.advance(body["advance"])
        else:
            await clock_control.set(dates.parse(body["set"]))
    except (ClockRunsForwardOnly, OverflowError, ValueError) as error:
        raise InvalidInput({next(iter(body)): [str(error)]}) from None
    return await show(request)
