"""An org: its clock, its people and their tokens, its pairing codes; making, resetting and removing one."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from mockserver.asgi import base_url
from mockserver.console import CONSOLE, HOME, overview
from mockserver.console.acting import Outcome, call_as
from mockserver.console.calls import CallFailed
from mockserver.console.visit import PAGE_ROWS, Handler, Visit, number

ORG = f"{CONSOLE}/orgs/{{id}}"


async def show(visit: Visit) -> Response:
    """Show an org."""
    return await _page(visit)


async def make(visit: Visit) -> Response:
    """Make an org of the fixture or scenario that the form names, and show it."""
    form = await visit.form()
    kind, _, name = form.get("origin", "").partition(":")
    body: dict[str, Any] = {kind: name} if name else {}
    body |= {field: form[field] for field in ("name",) if field in form}
    body |= {field: number(form[field]) for field in ("events", "seed") if field in form}
    try:
        made = await visit.calls.control("POST", "/orgs", json=body)
    except CallFailed as error:
        return await overview.page(visit, new_org=error)
    return visit.to(f"{CONSOLE}/orgs/{made['org_id']}")


async def reset(visit: Visit) -> Response:
    """Make the org again as it was made."""
    try:
        await visit.calls.control("POST", _path(visit, "/reset"))
    except CallFailed as error:
        return await _page(visit, errors={"removal": error})
    return visit.to(f"{_here(visit)}?done=remade")


async def remove(visit: Visit) -> Response:
    """Remove the org."""
    await visit.calls.control("DELETE", _path(visit))
    return visit.to(f"{HOME}?done=removed")


async def move_clock(visit: Visit) -> Response:
    """Move the org's own clock as the form says, or have it go by the mock's again (``own``)."""
    form = await visit.form()
    try:
        move = {"own": False} if "own" in form else await overview.clock_move(visit, form, visit.params["id"])
        await visit.calls.control("POST", _path(visit, "/clock"), json=move)
    except CallFailed as error:
        return await _page(visit, errors={"clock": error})
    return visit.to(_here(visit))


async def make_code(visit: Visit) -> Response:
    """Make a pairing code as the actor that the form names."""
    form = await visit.form()
    body = {name: form.get(name, "") for name in ("name", "site_id")}
    return await _call_as(visit, form.get("actor"), "/api/v1/gateways/generate-pairing-code", body)


async def redeem_code(visit: Visit) -> Response:
    """Redeem a pairing code, as a gateway does."""
    form = await visit.form()
    body: dict[str, str] = {name: form[name] for name in ("pairing_code", "version") if name in form}
    return await _call_as(visit, None, "/api/v1/gateways/pair", body)


async def _call_as(visit: Visit, role: str | None, path: str, body: Mapping[str, str]) -> Response:
    try:
        org = await visit.calls.control("GET", _path(visit))
        return await _page(visit, await call_as(visit, org, role, "POST", path, body))
    except CallFailed as error:
        return await _page(visit, errors={"codes": error})


async def _page(
    visit: Visit, outcome: Outcome | None = None, errors: Mapping[str, CallFailed] | None = None
) -> Response:
    calls, after = visit.calls, visit.query.get("after")
    org, clock = await calls.control("GET", _path(visit)), await calls.control("GET", _path(visit, "/clock"))
    params = {"limit": PAGE_ROWS, "after": after}
    codes = await calls.control("GET", _path(visit, "/records/pairing_codes"), params=params)
    expiries = await calls.control("GET", "/expiries", params={"org": org["org_id"], "limit": 1})
    now, names = datetime.fromisoformat(clock["now"]), {one["id"]: one["name"] for one in org["gateways"]}
    return visit.page(
        "org.html",
        visit.status_of(errors),
        org=org,
        clock=clock,
        expiry=next(iter(expiries["data"]), None),
        codes=codes | {"data": [_code(code, now, names) for code in codes["data"]]},
        after=after,
        outcome=outcome,
        errors=errors or {},
        base_url=base_url(visit.request.scope),
    )


def _code(code: Mapping[str, Any], now: datetime, names: Mapping[str, str | None]) -> dict[str, Any]:
    """Return a pairing code with its gateway's name, its state, and the seconds that it has left."""
    left = math.ceil((datetime.fromisoformat(code["expires_at"]) - now).total_seconds())
    state = "redeemed" if code["redeemed_at"] else "active" if left > 0 else "expired"
    return {**code, "gateway": names.get(code["gateway_id"]), "state": state, "left": left}


def _path(visit: Visit, below: str = "") -> str:
    """Return the path of the org, or of something of it, in the control plane."""
    return f"/orgs/{visit.params['id']}{below}"


def _here(visit: Visit) -> str:
    return f"{CONSOLE}/orgs/{visit.params['id']}"


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", f"{CONSOLE}/orgs", make),
    ("GET", ORG, show),
    ("POST", f"{ORG}/clock", move_clock),
    ("POST", f"{ORG}/reset", reset),
    ("POST", f"{ORG}/remove", remove),
    ("POST", f"{ORG}/codes", make_code),
    ("POST", f"{ORG}/pair", redeem_code),
)
