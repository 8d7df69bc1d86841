"""The mutants: which there are, what each breaks, and which are active."""

from typing import Any

from starlette.responses import Response

from mockserver.asgi import base_url
from mockserver.console import CONSOLE
from mockserver.console.calls import CallFailed
from mockserver.console.visit import PAGE_ROWS, Handler, Visit

PATH = f"{CONSOLE}/mutants"
_CATALOGUE = "/mutants/catalogue"


async def show(visit: Visit) -> Response:
    """Show the active mutants, and those that have the words of the query."""
    return await _page(visit)


async def switch(visit: Visit) -> Response:
    """Restart the mock with one mutant more or less, or with none, as the form says."""
    form = await visit.form()
    active = [] if "none" in form else (await visit.calls.control("GET", "/mutants"))["ids"]
    ids = [mutant for mutant in active if mutant != form.get("off")]
    if "on" in form and form["on"] not in ids:
        ids.append(form["on"])
    try:
        await visit.calls.control("PUT", "/mutants", json={"ids": ids})
    except CallFailed as error:
        return await _page(visit, error)
    return visit.to(f"{PATH}?done=restarted")


async def _page(visit: Visit, error: CallFailed | None = None) -> Response:
    query = {name: visit.query.get(name, "") for name in ("text", "after")}
    generated = "generated" in visit.query
    wanted = query | {"generated": str(generated).lower(), "limit": PAGE_ROWS}
    try:
        mutants = await visit.calls.control("GET", _CATALOGUE, params=wanted)
    except CallFailed as failed:
        error, mutants = failed, {"data": [], "total": 0}
    return visit.page(
        "mutants.html",
        error.status if error else 200,
        place=PATH,
        mutants=mutants,
        active=await _active(visit),
        query=query,
        page_rows=PAGE_ROWS,
        generated=generated,
        address=base_url(visit.request.scope),
        error=error,
    )


async def _active(visit: Visit) -> list[dict[str, Any]]:
    """Return the active mutants with their rules; generated ones are looked for only if there is one."""
    ids = (await visit.calls.control("GET", "/mutants"))["ids"]
    found: list[dict[str, Any]] = []
    for kind in ("false", "true"):
        if len(found) < len(ids):
            params = {"active": "true", "generated": kind}
            found += (await visit.calls.control("GET", _CATALOGUE, params=params))["data"]
    return found


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", PATH, show),
    ("POST", PATH, switch),
)
