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


def allowing(before: GatewayStatus, *after: GatewayStatus) -> Patch:
    """Allow these changes of status from ``before``, and no others: ``allowing(DISABLED, ONLINE)``."""
    return replaced(lambda: domain._TRANSITIONS, domain._TRANSITIONS | {before: set(after)})


def any_status(original: Original, gateway: Any, status: Any) -> Any:
    """Accept any change of status; a defect of ``gateways.change_status``."""
    return record(status=status)(gateway)


def refused_while_cameras(where: Callable[[Gateway], JSON]) -> Patch:
    """Let deleteGateway be refused while there are cameras; ``where`` returns the query for those of a gateway."""

    async def check(call: Call) -> None:
        gateway = await call.get(GATEWAYS, "gateway")
        if await call.tx.count(Query(CAMERAS, call.org_id, where(gateway))):
            raise GatewayHasCameras(1)

    return serving("deleteGateway", first(check))


#: A deleted camera stays bound to its gateway, which therefore cannot be deleted.
DELETED_CAMERAS_COUNT = together(
    around(cameras.remove, lambda original, camera, now: replace(original(camera, now), gateway_id=camera.gateway_id)),
    refused_while_cameras(lambda gateway: {"gateway_id": (gateway.id,)}),
)


def admit_roleless(original: Original, caller: Any, min_role: Any) -> Any:
    """Let a gateway's key, which has no role, do everything; a defect of ``access.authorise``."""
    return None if caller.role is None else original(caller, min_role)


def paired_gateway(**fields: Any) -> Patch:
    """Set fields of a gateway that is paired: ``paired_gateway(status=ONLINE)``."""
    return returning(pairing.pair, record(**fields))


async def socket_gateway(self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Return the gateway whose key is the bearer token of a WebSocket, or None."""
    token = bearer_token(websocket.scope)
    async with self._store.transaction() as tx:
        return await tx.find(GATEWAYS, token) if token else None
