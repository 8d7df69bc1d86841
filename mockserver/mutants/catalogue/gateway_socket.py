"""Mutants about the WebSocket of gateways."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from mockserver.domain import gateways as domain
from mockserver.domain.gateways import Gateway, Telemetry
from mockserver.http.gateway_socket import GatewaySockets
from mockserver.mutants.operators.gateways import socket_gateway
from mockserver.mutants.operators.operations import cached
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    around,
    mutant,
    occasionally,
    returning,
    stateful,
)
from mockserver.mutants.operators.values import record
from mockserver.store.kinds import GATEWAYS


async def _refuse(original: Original, self: GatewaySockets, websocket: Any) -> None:
    """Close the socket whatever its key."""
    await websocket.close(1008, "no")


MUTANTS = Mutants()


@MUTANTS.defect("GW-04/any-gateway", "AS-85", "AS-86", of=GatewaySockets._authenticate)
async def accept_any_gateway_key(original: Original, self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Accept the key of any gateway, whatever the path and its status."""
    gateway = await socket_gateway(self, websocket)
    if gateway is None:
        await websocket.close(4401, "no key")
    return gateway


@MUTANTS.defect("GW-04/anybody", "AS-84", of=GatewaySockets._authenticate)
async def accept_without_key(original: Original, self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Accept a socket without a key."""
    gateway_id = websocket.path_params["id"].lower()
    for org in list(self._store.tables):  # type: ignore[attr-defined]
        async with self._store.transaction() as tx:
            gateway = await tx.get(GATEWAYS, org, gateway_id)
        if gateway is not None:
            return gateway
    await websocket.close(4401, "no gateway")
    return None


@MUTANTS.defect("GW-05/heartbeats-lost", of=domain.report)
def ignore_heartbeats(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
    """Ignore heartbeats."""
    return original(gateway, telemetry, at) if telemetry else gateway


@MUTANTS.defect("GW-05/telemetry-lost", "GW-63", of=domain.report)
def ignore_telemetry(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
    """Treat a telemetry report as a heartbeat."""
    return original(gateway, None, at)


@MUTANTS.defect("GW-05/clock-stops", of=domain.report)
def keep_first_heartbeat(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
    """Keep the time of the first heartbeat."""
    return original(gateway, telemetry, gateway.last_heartbeat_at or at)


@MUTANTS.defect("GW-63/merged", of=domain.report)
def merge_recording_status(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
    """Keep the recording status of cameras that the latest report leaves out."""
    if telemetry is not None and gateway.telemetry is not None:
        cameras = gateway.telemetry.camera_recording_status | telemetry.camera_recording_status
        telemetry = replace(telemetry, camera_recording_status=cameras)
    return original(gateway, telemetry, at)


@MUTANTS.defect("GW-63/first-kept", of=domain.report)
def keep_first_report(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
    """Keep the first report."""
    return original(gateway, gateway.telemetry or telemetry, at)


@MUTANTS.defect("GW-63/heartbeat-wipes", of=domain.report)
def forget_report_at_heartbeat(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
    """Forget the latest report at a heartbeat."""
    return replace(original(gateway, telemetry, at), telemetry=telemetry)


@MUTANTS.defect("GW-63/shared", of=domain.report)
@stateful
def report_for_all_gateways() -> AnyFunction:
    """Show every gateway the latest report of any."""
    latest: Telemetry | None = None

    def report(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
        nonlocal latest
        latest = telemetry or latest
        return original(gateway, latest, at)

    return report


@MUTANTS.defect("GW-63/one-behind", of=domain.report)
@stateful
def report_one_behind() -> AnyFunction:
    """Show the report before the latest."""
    waiting: dict[str, Telemetry | None] = {}

    def report(original: Original, gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Any:
        before = waiting.get(gateway.id)
        waiting[gateway.id] = telemetry or before
        return original(gateway, before, at)

    return report


MUTANTS += (
    mutant("GW-04/shut", around(GatewaySockets._authenticate, _refuse), "AS-83"),
    mutant("GW-04/sometimes-shut", around(GatewaySockets._authenticate, occasionally(7, _refuse))),
    mutant("GW-63/cached", cached("getGatewayTelemetry")),
    mutant("GW-63/closing-wipes", returning(domain.disconnect, record(telemetry=None))),
)
