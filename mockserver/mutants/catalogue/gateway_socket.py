"""Mutants about the WebSocket of gateways."""

from typing import Any

from msgspec.structs import replace

from mockserver.domain import gateways as domain
from mockserver.domain.gateways import Gateway
from mockserver.http.gateway_socket import GatewaySockets
from mockserver.mutants.operators.gateways import socket_gateway
from mockserver.mutants.operators.patches import Original, around, mutant, occasionally, replaced, returning
from mockserver.mutants.operators.values import record
from mockserver.store.kinds import GATEWAYS


async def _bearer_alone(self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Let a gateway in whatever the path says and whatever its status is."""
    gateway = await socket_gateway(self, websocket)
    if gateway is None:
        await websocket.close(4401, "no key")
    return gateway


async def _path_alone(self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Let anybody in who knows the id of a gateway."""
    wanted = websocket.path_params["id"].lower()
    for org in list(self._store.tables):  # type: ignore[attr-defined]
        async with self._store.transaction() as tx:
            gateway = await tx.get(GATEWAYS, org, wanted)
        if gateway is not None:
            return gateway
    await websocket.close(4401, "no gateway")
    return None


async def _shut(original: Original, self: GatewaySockets, websocket: Any) -> None:
    await websocket.close(1008, "no")


def _reporting(change: Any) -> Any:
    """Return a patch of what a frame makes of a gateway: ``change(original, gateway, telemetry, at)``."""
    return around(domain.report, lambda original, gateway, told, at: change(original, gateway, told, at))


def _merged(original: Original, gateway: Any, told: Any, at: Any) -> Any:
    if told is not None and gateway.telemetry is not None:
        cameras = gateway.telemetry.camera_recording_status | told.camera_recording_status
        told = replace(told, camera_recording_status=cameras)
    return original(gateway, told, at)


def _first_kept(original: Original, gateway: Any, told: Any, at: Any) -> Any:
    return original(gateway, gateway.telemetry or told, at)


def _shared() -> Any:
    """Return a change by which all gateways show the report that came last."""
    latest: dict[str, Any] = {}

    def change(original: Original, gateway: Any, told: Any, at: Any) -> Any:
        latest["told"] = told or latest.get("told")
        return original(gateway, latest["told"], at)

    return change


def _one_behind() -> Any:
    """Return a change by which a gateway shows the report before the latest."""
    waiting: dict[str, Any] = {}

    def change(original: Original, gateway: Any, told: Any, at: Any) -> Any:
        before = waiting.get(gateway.id)
        waiting[gateway.id] = told or before
        return original(gateway, before, at)

    return change


MUTANTS = (
    mutant("GW-04/any-gateway", replaced(lambda: GatewaySockets._authenticate, _bearer_alone), "AS-85", "AS-86"),
    mutant("GW-04/anybody", replaced(lambda: GatewaySockets._authenticate, _path_alone), "AS-84"),
    mutant("GW-04/shut", around(GatewaySockets._authenticate, _shut), "AS-83"),
    mutant("GW-04/sometimes-shut", around(GatewaySockets._authenticate, occasionally(7, _shut))),
    mutant("GW-05/heartbeats-lost", _reporting(lambda original, g, told, at: original(g, told, at) if told else g)),
    mutant("GW-05/telemetry-lost", _reporting(lambda original, g, told, at: original(g, None, at)), "GW-63"),
    mutant("GW-05/clock-stops", _reporting(lambda original, g, told, at: original(g, told, g.last_heartbeat_at or at))),
    mutant("GW-63/merged", _reporting(_merged)),
    mutant("GW-63/first-kept", _reporting(_first_kept)),
    mutant("GW-63/shared", _reporting(_shared())),
    mutant("GW-63/one-behind", _reporting(_one_behind())),
    mutant(
        "GW-63/heartbeat-wipes",
        _reporting(lambda original, g, told, at: replace(original(g, told, at), telemetry=told)),
    ),
    mutant("GW-63/closing-wipes", returning(domain.disconnect, record(telemetry=None))),
)
