"""The faults that calls of the API will meet."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.control.context import Request
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.runtime.faults import Fault, FaultError, check


async def list_faults(request: Request) -> dict[str, Any]:
    """Return the faults that are asked for, each with the number of calls that it has applied to."""
    found = await _selected(request)
    return {"data": [_view(fault) for fault in found], "total": len(found)}


async def get_fault(request: Request) -> dict[str, Any]:
    """Return one fault. Raises NotFound."""
    return _view(await _fault(request))


async def add_fault(request: Request) -> dict[str, Any]:
    """Add a fault and return it with its id. Raises InvalidInput."""
    try:
        fault = fault_of(request.body)
        check(fault, request.context.router.operations)
        return _view(await request.context.faults.add(fault))
    except FaultError as error:
        raise InvalidInput({error.key: [error.text]}) from None


async def remove_fault(request: Request) -> None:
    """Remove one fault. Raises NotFound."""
    await request.context.faults.remove([(await _fault(request)).id])


async def clear_faults(request: Request) -> None:
    """Remove the faults that are asked for, by default all."""
    if request.params:
        await request.context.faults.remove([fault.id for fault in await _selected(request)])
    else:
        await request.context.faults.clear()


def fault_of(body: Mapping[str, Any]) -> Fault:
    """Return the fault of a valid body, the id of its org in lower case. Raises FaultError."""
    match = body.get("match", {})
    if "org" in match:
        body = {**body, "match": {**match, "org": match["org"].lower()}}
    try:
        return msgspec.convert(body, Fault)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        raise FaultError(path.strip("`").removeprefix("$.") or "body", message) from None


async def _selected(request: Request) -> list[Fault]:
    org, operation = request.params.get("org"), request.params.get("operation")
    request.require_operation(operation)
    return [
        fault
        for fault in await request.context.faults.dump()
        if org in (None, fault.criteria.org) and operation in (None, fault.criteria.operation)
    ]


async def _fault(request: Request) -> Fault:
    for fault in await request.context.faults.dump():
        if fault.id == request.params["id"]:
            return fault
    raise NotFound("fault")


def _view(fault: Fault) -> dict[str, Any]:
    return {"matched": 0, **msgspec.to_builtins(fault)}
