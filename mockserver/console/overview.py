"""The first page: how the mock is, its clock, and its orgs."""

from collections.abc import Mapping

from starlette.responses import Response

from mockserver.console import CONSOLE, HOME
from mockserver.console.calls import CallFailed
from mockserver.console.visit import PAGE_ROWS, Handler, Visit, number

#: So many expiries are read to find one that the mock's clock reaches.
_EXPIRIES = 1000


async def show(visit: Visit) -> Response:
    """Show the overview."""
    return await page(visit)


async def move_clock(visit: Visit) -> Response:
    """Move, stop or start the mock's clock, as the form says."""
    try:
        move = await clock_move(visit, await visit.form())
        await visit.calls.control("POST", "/clock", json=move)
    except CallFailed as error:
        return await page(visit, clock=error)
    return visit.to(HOME)


async def clock_move(visit: Visit, form: Mapping[str, str], org_id: str | None = None) -> dict[str, object]:
    """Return the body of the call that moves the clock, of an org or of the mock, as a form says.

    Its field is ``advance`` (seconds), ``freeze`` (true or false) or ``expiry``. Raises CallFailed if nothing expires.
    """
    if "freeze" in form:
        return {"freeze": form["freeze"] == "true"}
    if "expiry" not in form:
        return {"advance": number(form.get("advance", ""))}
    listed = await visit.calls.control("GET", "/expiries", params={"org": org_id, "limit": _EXPIRIES})
    reached = [one["seconds"] for one in listed["data"] if org_id or not one["stopped"]]
    if not reached:
        raise CallFailed(409, "Nothing expires: there is no active pairing code, session or key with an expiry.")
    return {"advance": reached[0]}


async def page(visit: Visit, **errors: CallFailed) -> Response:
    """Return the overview, with errors beside the forms that made them: ``clock``, ``new_org``."""
    calls, after = visit.calls, visit.query.get("after")
    return visit.page(
        "overview.html",
        visit.status_of(errors),
        errors=errors,
        health=await calls.control("GET", "/health"),
        clock=await calls.control("GET", "/clock"),
        mutants=(await calls.control("GET", "/mutants"))["ids"],
        orgs=await calls.control("GET", "/orgs", params={"limit": PAGE_ROWS, "after": after}),
        origins=await calls.control("GET", "/scenarios"),
        after=after,
    )


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", HOME, show),
    ("POST", f"{CONSOLE}/clock", move_clock),
)
