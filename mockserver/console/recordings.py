"""What the cameras of an org recorded: its sites and cameras, its events and alerts, and recording one by hand."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from mockserver.console import CONSOLE
from mockserver.console.acting import Outcome, call_as
from mockserver.console.calls import CallFailed
from mockserver.console.visit import PAGE_ROWS, Handler, Visit, number

ORG = f"{CONSOLE}/orgs/{{id}}"
_TEXTS = ("camera_id", "trigger_type", "ai_status", "summary", "narrative", "rule_id", "status")
_NUMBERS = ("count", "confidence")
_LISTS = ("tags", "zones")


async def show_sites(visit: Visit) -> Response:
    """Show the sites of an org."""
    return await _page(visit, "sites")


async def show_cameras(visit: Visit) -> Response:
    """Show the cameras of an org."""
    return await _page(visit, "cameras")


async def show_events(visit: Visit) -> Response:
    """Show the events of an org."""
    return await _page(visit, "events")


async def show_alerts(visit: Visit) -> Response:
    """Show the alerts of an org."""
    return await _page(visit, "alerts")


async def record_events(visit: Visit) -> Response:
    """Record events as the form says."""
    return await _record(visit, "events")


async def record_alerts(visit: Visit) -> Response:
    """Record alerts as the form says."""
    return await _record(visit, "alerts")


async def acknowledge(visit: Visit) -> Response:
    """Acknowledge an alert as the actor that the form names."""
    form = await visit.form()
    org = await visit.calls.control("GET", f"/orgs/{visit.params['id']}")
    path = f"/api/v1/alerts/{form.get('alert', '')}"
    try:
        made = await call_as(visit, org, form.get("actor"), "PATCH", path, {"status": "acknowledged"})
    except CallFailed as error:
        return await _page(visit, "alerts", error=error)
    return await _page(visit, "alerts", made)


async def _record(visit: Visit, kind: str) -> Response:
    form = await visit.form()
    body: dict[str, Any] = {name: form[name] for name in _TEXTS if name in form}
    body |= {name: number(form[name]) for name in _NUMBERS if name in form}
    body |= {name: [one.strip() for one in form[name].split(",") if one.strip()] for name in _LISTS if name in form}
    try:
        await visit.calls.control("POST", f"/orgs/{visit.params['id']}/{kind}", json=body)
    except CallFailed as error:
        return await _page(visit, kind, error=error)
    return visit.to(f"{CONSOLE}/orgs/{visit.params['id']}/{kind}?done=recorded")


async def _page(visit: Visit, kind: str, outcome: Outcome | None = None, error: CallFailed | None = None) -> Response:
    calls, path, after = visit.calls, f"/orgs/{visit.params['id']}", visit.query.get("after")
    org = await calls.control("GET", path)
    rows = await calls.control("GET", f"{path}/records/{kind}", params={"limit": PAGE_ROWS, "after": after})
    rules = await calls.control("GET", f"{path}/records/alert_rules", params={"limit": PAGE_ROWS})
    return visit.page(
        f"org_{kind}.html",
        error.status if error else 200,
        org=org,
        rows=rows,
        rules=rules["data"],
        after=after,
        names=_names(org),
        outcome=outcome,
        error=error,
    )


def _names(org: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of what records refer to, by id."""
    return {one["id"]: one["name"] for kind in ("sites", "cameras", "gateways") for one in org[kind] if one["name"]}


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", f"{ORG}/sites", show_sites),
    ("GET", f"{ORG}/cameras", show_cameras),
    ("GET", f"{ORG}/events", show_events),
    ("POST", f"{ORG}/events", record_events),
    ("GET", f"{ORG}/alerts", show_alerts),
    ("POST", f"{ORG}/alerts", record_alerts),
    ("POST", f"{ORG}/alerts/acknowledge", acknowledge),
)
