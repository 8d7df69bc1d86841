"""The first page: how the mock is, its clock, and its orgs."""

from starlette.responses import Response

from mockserver.console import CONSOLE, HOME
from mockserver.console.calls import CallFailed
from mockserver.console.visit import Handler, Visit, number


async def show(visit: Visit) -> Response:
    """Show the overview."""
    return await _page(visit)


async def move_clock(visit: Visit) -> Response:
    """Move, stop or start the mock's clock, as the form says by its field ``advance`` or ``freeze``."""
    try:
        await visit.calls.control("POST", "/clock", json=clock_move(await visit.form()))
    except CallFailed as error:
        return await _page(visit, clock=error)
    return visit.to(HOME)


def clock_move(form: dict[str, str]) -> dict[str, object]:
    """Return the body of the call that moves a clock as a form says."""
    if "freeze" in form:
        return {"freeze": form["freeze"] == "true"}
    return {"advance": number(form.get("advance", ""))}


async def _page(visit: Visit, **errors: CallFailed) -> Response:
    calls = visit.calls
    status = next((error.status for error in errors.values()), 200)
    return visit.page(
        "overview.html",
        status,
        errors=errors,
        health=await calls.control("GET", "/health"),
        clock=await calls.control("GET", "/clock"),
        mutants=(await calls.control("GET", "/mutants"))["ids"],
        orgs=(await calls.control("GET", "/orgs"))["data"],
    )


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", HOME, show),
    ("POST", f"{CONSOLE}/clock", move_clock),
)
