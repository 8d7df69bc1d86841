"""The faults that calls of the API will meet."""

from typing import Any

import msgspec

from mockserver.control.context import Request
from mockserver.domain.errors import InvalidInput
from mockserver.runtime.faults import Fault, FaultError, check


async def list_faults(request: Request) -> dict[str, Any]:
    """Return all faults, each with the number of calls that it has applied to."""
    found = await request.context.faults.dump()
    return {"data": [_fault_view(fault) for fault in found], "total": len(found)}


async def add_fault(request: Request) -> dict[str, Any]:
    """Add a fault and return it with its id. Raises InvalidInput."""
    fault = msgspec.convert(request.body, Fault)
    try:
        check(fault, request.context.router.operations)
        return _fault_view(await request.context.faults.add(fault))
    except FaultError as error:
        raise InvalidInput({error.key: [error.text]}) from None


async def clear_faults(request: Request) -> None:
    """Remove all faults."""
    await request.context.faults.clear()


def _fault_view(fault: Fault) -> dict[str, Any]:
    return {"matched": 0, **msgspec.to_builtins(fault)}
