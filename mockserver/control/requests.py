"""The journal of calls: search it, clear it."""

from typing import Any

from mockserver.control.parts import Request


async def listing(request: Request) -> dict[str, Any]:
    """Return the newest calls that match, and how many do in all."""
    params = request.params
    found, total = await request.parts.journal.search(
        params["limit"], org_id=params.get("org"), operation=params.get("operation"), status=params.get("status")
    )
    return {"data": found, "total": total}


async def clear(request: Request) -> None:
    """Forget all calls."""
    await request.parts.journal.clear()
