"""The calls of the API: the journal of those made, and the faults that others will meet."""

from typing import Any

import msgspec

from mockserver.control.context import Request
from mockserver.domain.errors import InvalidInput
from mockserver.runtime import faults
from mockserver.runtime.faults import Fault, FaultError


async def list_requests(request: Request) -> dict[str, Any]:
    """Return the newest calls that match the filters, and the number of all that match."""
    params = request.params
    found, total = await request.context.journal.search(
        params["limit"], org_id=params.get("org"), operation=params.get("operation"), status=params.get("status")
    )
    return {"data": found, "total": total}


async def clear_requests(request: Request) -> None:
    """Empty the journal."""
    await request.context.journal.clear()


async def list_faults(request: Request) -> dict[str, Any]:
    """Return all faults, each with the number of calls that it has applied to."""
    found = await request.context.faults.dump()
    return {"data": [_fault_view(fault) for fault in found], "total": len(found)}


async def add_fault(request: Request) -> dict[str, Any]:
    """Add a fault and return it with its id. Raises InvalidInput."""
    fault = msgspec.convert(request.body, Fault)
    try:
        faults.check(fault, request.context.router.operations)
        return _fault_view(await request.context.faults.add(fault))
    except FaultError as error:
        raise InvalidInput({error.key: [error.text]}) from None


async def clear_faults(request: Request) -> None:
    """Remove all faults."""
    await request.context.faults.clear()


def _fault_view(fault: Fault) -> dict[str, Any]:
    return {"matched": 0, **msgspec.to_builtins(fault)}
