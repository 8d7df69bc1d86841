"""Ways to break the isolation of orgs: operations that read or change objects of another org."""

from typing import Any

from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import Original, Patch, around
from mockserver.mutants.operators.values import caller
from mockserver.operations.call import Call
from mockserver.store.base import Kind


async def foreign(call: Call, kind: Kind[Any]) -> Any:
    """Return the record that the path names from whichever org has it, or None."""
    for org_id in await call.tx.orgs():
        record = await call.tx.get(kind, org_id, call.params["id"])
        if record is not None:
            return record
    return None


def found_anywhere(*kinds: Kind[Any]) -> Patch:
    """Let operations work on objects of any org, of these kinds or of all: ``found_anywhere(ALERTS)``."""

    async def defect(original: Original, self: Call, kind: Any, noun: str) -> Any:
        record = await foreign(self, kind) if kind in kinds or not kinds else None
        return record or await original(self, kind, noun)

    return around(Call.get, defect)


def of_any_org(operation_id: str, kind: Kind[Any]) -> Patch:
    """Let an operation on one object work in whichever org has it: ``of_any_org("getGateway", GATEWAYS)``."""

    async def defect(original: Original, call: Call) -> Any:
        found = await foreign(call, kind)
        return await original(caller(call, org_id=found.org_id, sites=None) if found else call)

    return serving(operation_id, defect)


def listing_all_orgs(operation_id: str) -> Patch:
    """Let a list without pages show the objects of all orgs: ``listing_all_orgs("listGateways")``."""

    async def defect(original: Original, call: Call) -> Any:
        answers = [await original(caller(call, org_id=org_id)) for org_id in await call.tx.orgs()]
        found = [row for answer in answers for row in answer["data"]]
        return {"data": found, "total": len(found)}

    return serving(operation_id, defect)
