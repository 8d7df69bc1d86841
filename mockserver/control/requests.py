"""The journal of calls: search it, clear it."""

from itertools import islice
from typing import Any

from mockserver.control.parts import Request


async def listing(request: Request) -> dict[str, Any]:
    """Return the newest calls that match, and how many do in all."""
    params = request.params
    found = list(
        request.parts.journal.search(
            org_id=params.get("org"), operation=params.get("operation"), status=params.get("status")
        )
    )
    return {"data": list(islice(found, params["limit"])), "total": len(found)}


async def clear(request: Request) -> None:
    """Forget all calls."""
    request.parts.journal.clear()
