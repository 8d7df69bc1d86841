"""The gateways of all orgs: their status as it changes, and what they report of themselves."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from mockserver.console import CONSOLE
from mockserver.console.calls import CallFailed
from mockserver.console.visit import PAGE_ROWS, Handler, Visit

GATEWAYS = f"{CONSOLE}/gateways"
#: The size of a line of readings, and the largest load of a processor.
WIDTH, HEIGHT, _MAX_PERCENT = 120, 24, 100


async def show(visit: Visit) -> Response:
    """Show a page of the gateways that match."""
    filters = {name: value for name in ("org", "status") if (value := visit.query.get(name))}
    after = visit.query.get("after")
    found: Mapping[str, Any] = {"data": [], "total": 0, "online": 0}
    failed = None
    try:
        sought = {**filters, "after": after, "limit": PAGE_ROWS}
        found = await visit.calls.control("GET", "/gateways", params=sought)
    except CallFailed as error:
        failed = error
    rows = found["data"]
    return visit.page(
        "gateways.html",
        failed.status if failed else 200,
        failed=failed,
        filters={name: visit.query.get(name, "") for name in ("org", "status")},
        gateways=[{**row, "line": line(row["readings"]), "loads": _loads(row["readings"])} for row in rows],
        total=found["total"],
        online=found["online"],
        size=(WIDTH, HEIGHT),
        again=f"{GATEWAYS}?{urlencode({**filters, **({'after': after} if after else {})})}",
        first=f"{GATEWAYS}?{urlencode(filters)}" if after else None,
        following=f"{GATEWAYS}?{urlencode({**filters, 'after': rows[-1]['id']})}" if len(rows) == PAGE_ROWS else None,
    )


def line(readings: Sequence[Mapping[str, Any]]) -> str:
    """Return the points of a line of the processor's load, from left to right, 100 % at the top."""
    step = WIDTH / max(1, len(readings) - 1)
    readings = [*readings, *readings] if len(readings) == 1 else readings
    heights = [min(max(reading["cpu_percent"], 0), _MAX_PERCENT) * HEIGHT / _MAX_PERCENT for reading in readings]
    return " ".join(f"{place * step:.0f},{HEIGHT - height:.1f}" for place, height in enumerate(heights))


def _loads(readings: Sequence[Mapping[str, Any]]) -> Sequence[float]:
    """Return the lowest and the highest load, if there is one."""
    loads = [reading["cpu_percent"] for reading in readings]
    return (min(loads), max(loads)) if loads else ()


PAGES: tuple[tuple[str, str, Handler], ...] = (("GET", GATEWAYS, show),)
