"""Ways to break gateways: their status, pairing, WebSocket."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.asgi import bearer_token
from mockserver.domain import cameras, pairing
from mockserver.domain import gateways as domain
from mockserver.domain.errors import GatewayHasCameras
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.http.gateway_socket import GatewaySockets
from mockserver.mutants.operators.operations import first, serving
from mockserver.mutants.operators.patches import JSON, Original, Patch, around, replaced, returning, together
from mockserver.mutants.operators.values import record
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS

DISABLED, OFFLINE, ONLINE, REGISTERED = (
    GatewayStatus.DISABLED, GatewayStatus.OFFLINE, GatewayStatus.ONLINE, GatewayStatus.REGISTERED,
)  # fmt: skip


def allowing(before: GatewayStatus, *after: GatewayStatus) -> Any:
    """Return a patch of the steps that people may take from a status."""
    return replaced(lambda: domain._TRANSITIONS, domain._TRANSITIONS | {before: set(after)})


def any_status(original: Original, gateway: Any, status: Any) -> Any:
    """Take every change of status."""
    return record(status=status)(gateway)


#: A camera that is deleted stays bound to its gateway and keeps it from being deleted.
def refused_while_cameras(where: Callable[[Gateway], JSON]) -> Patch:
    """Let deleteGateway be refused while there are such cameras."""

    async def check(call: Call) -> None:
        gateway = await call.get(GATEWAYS, "gateway")
        if await call.tx.count(Query(CAMERAS, call.org_id, where(gateway))):
            raise GatewayHasCameras(1)

    return serving("deleteGateway", first(check))


#: Deleted cameras stay bound to their gateway, and count as bound.
DELETED_CAMERAS_COUNT = together(
    around(cameras.remove, lambda original, it, now: replace(original(it, now), gateway_id=it.gateway_id)),
    refused_while_cameras(lambda gateway: {"gateway_id": (gateway.id,)}),
)


def admit_roleless(original: Original, caller: Any, least: Any) -> Any:
    """Wrap ``access.authorise``: a gateway's key, which has no role, may do everything."""
    return None if caller.role is None else original(caller, least)


def paired_gateway(**fields: Any) -> Patch:
    """Return a patch of what pairing makes of a gateway."""
    return returning(pairing.pair, record(**fields))


async def socket_gateway(self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Return the gateway whose key a WebSocket carries."""
    token = bearer_token(websocket.scope)
    async with self._store.transaction() as tx:
        return await tx.find(GATEWAYS, token) if token else None
