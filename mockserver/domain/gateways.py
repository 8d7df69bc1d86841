"""A gateway: its record, its status, its reports and its scheduled outages."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.errors import IllegalTransition
from mockserver.domain.records import Record

#: A gateway whose WebSocket is silent for this long becomes offline (AS-91).
MAX_SILENCE = timedelta(seconds=90)
#: So many of its latest reports of itself are kept, for people to look at.
READINGS_KEPT = 20


class GatewayStatus(StrEnum):
    """The status of a gateway: registered until paired, then online or offline, or disabled by a user."""

    REGISTERED = "registered"
    ONLINE = "online"
    OFFLINE = "offline"
    DISABLED = "disabled"


class Throughput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Network rates in megabits per second (GW-62)."""

    upstream_mbps: float
    downstream_mbps: float


class Telemetry(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway's latest report of itself: processor in percent, memory in megabytes, recording state by camera.

    Each report replaces the one before (GW-60, GW-63).
    """

    cpu_percent: float
    memory_mb: int
    camera_recording_status: dict[str, str]
    network_throughput: Throughput


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a gateway reported of itself at a time."""

    at: Instant
    cpu_percent: float
    memory_mb: int


class Gateway(Record, frozen=True, kw_only=True):
    """A gateway at a site. ``api_key`` is null until it is paired; ``name`` may be null in a fixture (GW-43).

    ``readings`` are of its latest telemetry, oldest first; no call of the API shows them.
    """

    name: str | None
    site_id: str
    status: GatewayStatus = GatewayStatus.REGISTERED
    version: str | None = None
    local_ip: str | None = None
    last_heartbeat_at: Instant | None = None
    created_at: Instant
    api_key: str | None = None
    telemetry: Telemetry | None = None
    readings: tuple[Reading, ...] = ()


#: What users may ask for (GW-71 to GW-77); only the gateway's own WebSocket makes it online.
_TRANSITIONS = {
    GatewayStatus.REGISTERED: {GatewayStatus.DISABLED},
    GatewayStatus.ONLINE: {GatewayStatus.DISABLED},
    GatewayStatus.OFFLINE: {GatewayStatus.DISABLED},
    GatewayStatus.DISABLED: {GatewayStatus.OFFLINE},
}


class ScheduledOutage(Record, frozen=True, kw_only=True):
    """A change that a scenario schedules: the gateway goes offline, or online again, at ``due_at``.

    With ``every`` it repeats after so many seconds. Fixtures and snapshots hold these records as ``gateway_turns``.
    """

    gateway_id: str
    online: bool
    due_at: Instant
    every: Annotated[int, msgspec.Meta(ge=1)] | None = None


def change_status(gateway: Gateway, status: GatewayStatus) -> Gateway:
    """Return the gateway with the status asked for. Raises IllegalTransition (GW-80)."""
    if status not in _TRANSITIONS[gateway.status]:
        raise IllegalTransition(gateway.status.value, status.value)
    return msgspec.structs.replace(gateway, status=status)


def connect(gateway: Gateway) -> Gateway:
    """Return the gateway with its WebSocket open (AS-43)."""
    return msgspec.structs.replace(gateway, status=GatewayStatus.ONLINE)


def disconnect(gateway: Gateway) -> Gateway:
    """Return the gateway with its WebSocket closed (AS-44); a disabled one stays disabled."""
    if gateway.status is not GatewayStatus.ONLINE:
        return gateway
    return msgspec.structs.replace(gateway, status=GatewayStatus.OFFLINE)


def report(gateway: Gateway, telemetry: Telemetry | None, at: datetime) -> Gateway:
    """Return the gateway after a frame at ``at``; a heartbeat (None) does not change the telemetry (GW-63)."""
    if telemetry is None:
        return msgspec.structs.replace(gateway, last_heartbeat_at=at)
    latest = Reading(at, telemetry.cpu_percent, telemetry.memory_mb)
    readings = (*gateway.readings[1 - READINGS_KEPT :], latest)
    return msgspec.structs.replace(gateway, last_heartbeat_at=at, telemetry=telemetry, readings=readings)


def apply_outage(gateway: Gateway, outage: ScheduledOutage) -> Gateway:
    """Return the gateway after the outage; it does not change one that is disabled or not paired."""
    if gateway.status not in (GatewayStatus.ONLINE, GatewayStatus.OFFLINE):
        return gateway
    if not outage.online:
        return disconnect(gateway)
    return report(connect(gateway), None, outage.due_at)


def next_outage(outage: ScheduledOutage) -> ScheduledOutage | None:
    """Return the outage with the time when it is next due, or None if it does not repeat."""
    if outage.every is None:
        return None
    return msgspec.structs.replace(outage, due_at=outage.due_at + timedelta(seconds=outage.every))
