"""Gateways and their pairing (rules GW-…)."""

from typing import Any

import msgspec

from mockserver.domain import dates, gateways, pairing
from mockserver.domain.errors import GatewayHasCameras, NotFound
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.domain.pairing import PairingCode
from mockserver.operations import sites
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS, PAIRING_CODES

_LISTED = ("id", "name", "site_id", "status", "version", "local_ip", "last_heartbeat_at")
_DETAILED = (*_LISTED, "created_at")


async def list_gateways(call: Call) -> dict[str, Any]:
    """All gateways that the caller may see, without paging (AS-14)."""
    where = {} if call.caller.sites is None else {"site_id": call.caller.sites}
    found = list(await call.tx.select(Query(GATEWAYS, call.org_id, where)))
    return {"data": [_view(gateway, _LISTED) for gateway in found], "total": len(found)}


async def generate_pairing_code(call: Call) -> dict[str, Any]:
    """Register a gateway and issue the code that pairs it. Raises TooManyPairingCodes (GW-20)."""
    await sites.require_site(call, call.body["site_id"])
    pairing.require_slot(await _unredeemed_codes(call), call.now)
    now = dates.whole_seconds(call.now)
    gateway = Gateway(
        id=call.random_source.uuid(),
        org_id=call.org_id,
        name=call.body["name"],
        site_id=call.body["site_id"],
        created_at=now,
    )
    code = PairingCode(
        id=call.random_source.uuid(),
        org_id=call.org_id,
        code=await _unused_code(call),
        gateway_id=gateway.id,
        created_at=now,
        expires_at=pairing.expiry(now),
    )
    await call.tx.put(GATEWAYS, gateway)
    await call.tx.put(PAIRING_CODES, code)
    return {
        "id": gateway.id,
        "pairing_code": code.code,
        "expires_at": code.expires_at,
        "status": gateway.status,
    }


async def pair_gateway(call: Call) -> dict[str, Any]:
    """Redeem a pairing code and return the gateway's key; the code itself is the credential (GW-37)."""
    code = await call.tx.find(PAIRING_CODES, call.body["pairing_code"])
    gateway = await call.tx.get(GATEWAYS, code.org_id, code.gateway_id) if code else None
    if code is None or gateway is None:
        raise NotFound("pairing code")
    call = call.at_time_of(code.org_id)
    await call.tx.put(PAIRING_CODES, pairing.redeem(code, call.now))
    api_key = call.random_source.token("gw_")
    reported = (call.body.get(name) for name in ("name", "version", "local_ip"))
    await call.tx.put(GATEWAYS, pairing.pair(gateway, api_key, *reported))
    return {
        "gateway_id": gateway.id,
        "api_key": api_key,
        "org_id": gateway.org_id,
        "ice_servers": [
            {
                "urls": ["turn:turn.novavms.novalien.com:3478"],
                "username": "novavms",
                "credential": call.random_source.token(""),
            }
        ],
    }


async def get_gateway(call: Call) -> dict[str, Any]:
    """One gateway."""
    return _view(await _visible(call), _DETAILED)


async def get_gateway_telemetry(call: Call) -> dict[str, Any]:
    """The gateway's latest report; nulls and empty objects if there is none."""
    gateway = await _visible(call)
    telemetry = gateway.telemetry
    return {
        "gateway_id": gateway.id,
        "cpu_percent": telemetry and telemetry.cpu_percent,
        "memory_mb": telemetry and telemetry.memory_mb,
        "last_heartbeat_at": gateway.last_heartbeat_at,
        "camera_recording_status": telemetry.camera_recording_status if telemetry else {},
        "network_throughput": telemetry.network_throughput if telemetry else {},
    }


async def update_gateway(call: Call) -> dict[str, Any]:
    """Rename, move, disable or re-enable a gateway."""
    gateway = await call.get(GATEWAYS, "gateway")
    if "site_id" in call.body:
        await sites.require_site(call, call.body["site_id"])
    if "status" in call.body:
        gateway = gateways.change_status(gateway, GatewayStatus(call.body["status"]))
    changes = {name: call.body[name] for name in ("name", "site_id") if name in call.body}
    gateway = msgspec.structs.replace(gateway, **changes)
    await call.tx.put(GATEWAYS, gateway)
    return _view(gateway, _DETAILED)


async def delete_gateway(call: Call) -> None:
    """Delete a gateway without cameras, and with it its key and its codes (GW-93)."""
    gateway = await call.get(GATEWAYS, "gateway")
    bound = {"gateway_id": (gateway.id,)}
    cameras = await call.tx.count(Query(CAMERAS, call.org_id, {**bound, "deleted": (False,)}))
    if cameras:
        raise GatewayHasCameras(cameras)
    for code in await call.tx.select(Query(PAIRING_CODES, call.org_id, bound)):
        await call.tx.remove(PAIRING_CODES, code)
    await call.tx.remove(GATEWAYS, gateway)


async def _visible(call: Call) -> Gateway:
    """Return the gateway of the path. Raises NotFound, also for a viewer and a site not granted (AS-22)."""
    gateway = await call.get(GATEWAYS, "gateway")
    if not call.caller.sees(gateway.site_id):
        raise NotFound("gateway")
    return gateway


async def _unredeemed_codes(call: Call) -> list[PairingCode]:
    """Return the org's codes that were not redeemed, and remove those to be forgotten."""
    found = list(await call.tx.select(Query(PAIRING_CODES, call.org_id, {"redeemed": (False,)})))
    for code in found:
        if pairing.forgotten(code, call.now):
            await call.tx.remove(PAIRING_CODES, code)
    return found


async def _unused_code(call: Call) -> str:
    while await call.tx.find(PAIRING_CODES, code := call.random_source.code()) is not None:
        pass
    return code


def _view(gateway: Gateway, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(gateway, name) for name in fields}
