"""Mutants about deleting gateways."""

from functools import partial
from typing import Any

from mockserver.domain import errors
from mockserver.mutants.operators.document import role, success
from mockserver.mutants.operators.gateways import DELETED_CAMERAS_COUNT, refused_while_cameras
from mockserver.mutants.operators.operations import cached, serving
from mockserver.mutants.operators.patches import Mutants, Original, calling, for_each, mutant
from mockserver.mutants.operators.refusals import code_of, foreign_object, status_of
from mockserver.operations.call import Call
from mockserver.store.base import Kind
from mockserver.store.kinds import GATEWAYS
from mockserver.store.memory import MemoryTransaction


async def _delete_with_cameras(call: Call) -> None:
    """Delete a gateway whether or not cameras are bound to it."""
    await call.tx.remove(GATEWAYS, await call.get(GATEWAYS, "gateway"))


MUTANTS = Mutants()


@MUTANTS.defect("GW-87/still-there", "GW-93", of=MemoryTransaction.remove)
async def keep_gateways(original: Original, self: MemoryTransaction, kind: Kind[Any], record: Any) -> None:
    """Keep a gateway that is deleted."""
    if kind is not GATEWAYS:
        await original(self, kind, record)


MUTANTS += (
    *for_each("GW-86/{}s-only", ("admin", "owner"), partial(role, "deleteGateway")),
    mutant("GW-86/viewers-too", role("deleteGateway", "viewer"), "GW-91"),
    mutant("GW-87/cached", cached("listGateways")),
    mutant("GW-88/any", serving("deleteGateway", calling(_delete_with_cameras))),
    mutant("GW-88/conflict", status_of(errors.GatewayHasCameras, 409)),
    mutant("GW-88/another-word", code_of(errors.GatewayHasCameras, "conflict")),
    mutant("GW-89/deleted-cameras-count", DELETED_CAMERAS_COUNT),
    mutant("GW-89/cameras-of-the-site-count", refused_while_cameras(lambda gateway: {"site_id": (gateway.site_id,)})),
    *for_each("GW-90/{}", (200, 202), partial(success, "deleteGateway")),
    *foreign_object("GW-92", "deleteGateway", GATEWAYS),
)
