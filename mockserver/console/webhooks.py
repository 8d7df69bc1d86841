"""The webhooks of an org, and the deliveries to them with every attempt."""

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from mockserver.console import CONSOLE
from mockserver.console.calls import CallFailed
from mockserver.console.visit import PAGE_ROWS, Handler, Visit

PATH = f"{CONSOLE}/webhooks"
_FILTERS = ("org", "webhook", "state", "after")
_MAX_ATTEMPTS = 20
_STATES = ("pending", "succeeded", "failed")


async def show(visit: Visit) -> Response:
    """Show the webhooks of the org of the query, by default the first, and the newest deliveries that it asks for."""
    again = "hx-request" in visit.request.headers  # the deliveries alone, of an org that is known
    orgs = [] if again else (await visit.calls.control("GET", "/orgs"))["data"]
    query = {name: visit.query.get(name, "") for name in _FILTERS}
    query["org"] = query["org"] or (orgs[0]["org_id"] if orgs else "")
    error, webhooks, deliveries = None, _nothing(), _nothing()
    try:
        if query["org"]:
            path = f"/orgs/{quote(query['org'], safe='')}/records/webhooks"
            webhooks = await visit.calls.control("GET", path, params={"limit": PAGE_ROWS})
            deliveries = await visit.calls.control("GET", "/deliveries", params=query | {"limit": PAGE_ROWS})
    except CallFailed as failed:
        error = failed
    return visit.page(
        "webhooks.html",
        error.status if error else 200,
        place=PATH,
        orgs=sorted(orgs, key=lambda org: org["org_id"] != query["org"])[:PAGE_ROWS],
        webhooks=webhooks,
        deliveries=deliveries,
        states=_STATES,
        query=query,
        page_rows=PAGE_ROWS,
        error=error,
    )


async def show_delivery(visit: Visit) -> Response:
    """Show one delivery with its newest attempts."""
    delivery = await visit.calls.control("GET", f"/deliveries/{visit.params['id']}")
    attempts = delivery["attempts"]
    return visit.page(
        "delivery.html",
        place=PATH,
        delivery=delivery,
        attempts=list(enumerate(attempts, 1))[-_MAX_ATTEMPTS:][::-1],
        replayed="replayed" in visit.query,
    )


async def replay(visit: Visit) -> Response:
    """Schedule another attempt of a delivery for now, and show it."""
    path = f"/deliveries/{visit.params['id']}"
    await visit.calls.control("POST", f"{path}/replay")
    return visit.to(f"{PATH}{path}?replayed=1")


def _nothing() -> dict[str, Any]:
    return {"data": [], "total": 0}


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", PATH, show),
    ("GET", f"{PATH}/deliveries/{{id:uuid}}", show_delivery),
    ("POST", f"{PATH}/deliveries/{{id:uuid}}/replay", replay),
)
