"""Faults: put them in force, list them, clear them."""

from typing import Any

import msgspec

from mockserver.control.parts import Request
from mockserver.domain.errors import InvalidInput
from mockserver.runtime import faults
from mockserver.runtime.faults import Fault, FaultError


async def listing(request: Request) -> dict[str, Any]:
    """Return the faults in force and how often each has struck."""
    found = await request.parts.faults.dump()
    return {"data": [_view(fault) for fault in found], "total": len(found)}


async def add(request: Request) -> dict[str, Any]:
    """Put one fault in force."""
    fault = msgspec.convert(request.body, Fault)
    try:
        faults.check(fault, request.parts.router.operations)
    except FaultError as error:
        raise InvalidInput({error.key: [error.text]}) from None
    return _view(await request.parts.faults.add(fault))


async def clear(request: Request) -> None:
    """Take all faults out of force."""
    await request.parts.faults.clear()


def _view(fault: Fault) -> dict[str, Any]:
    return {"matched": 0, **msgspec.to_builtins(fault)}
