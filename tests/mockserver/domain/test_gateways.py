from datetime import timedelta
from itertools import product
from typing import Any

import msgspec
import pytest

from mockserver.domain import gateways
from mockserver.domain.errors import IllegalTransition
from mockserver.domain.gateways import MAX_SILENCE, GatewayStatus, Telemetry, Throughput
from tests.factories import NOON, gateway

REGISTERED, ONLINE, OFFLINE, DISABLED = GatewayStatus
ALLOWED = {(REGISTERED, DISABLED), (ONLINE, DISABLED), (OFFLINE, DISABLED), (DISABLED, OFFLINE)}
FRAME = {
    "cpu_percent": 18.4,
    "memory_mb": 742,
    "camera_recording_status": {"camera": "recording"},
    "network_throughput": {"upstream_mbps": 5.2, "downstream_mbps": 28.6},
}
REPORT = Telemetry(
    cpu_percent=18.4, memory_mb=742, camera_recording_status={}, network_throughput=Throughput(5.2, 28.6)
)


def test_new_gateway_is_registered_without_key() -> None:
    new = gateway()
    assert (new.status, new.api_key, new.telemetry, new.last_heartbeat_at) == (REGISTERED, None, None, None)


@pytest.mark.parametrize(("before", "after"), sorted(ALLOWED, key=str))
def test_people_may_disable_and_enable_again(before: GatewayStatus, after: GatewayStatus) -> None:
    assert gateways.change_status(gateway(status=before), after) == gateway(status=after)


@pytest.mark.parametrize(("before", "after"), sorted(set(product(GatewayStatus, repeat=2)) - ALLOWED, key=str))
def test_people_may_ask_nothing_else(before: GatewayStatus, after: GatewayStatus) -> None:
    with pytest.raises(IllegalTransition, match=f"from {before.value} to {after.value}"):
        gateways.change_status(gateway(status=before), after)


def test_open_socket_means_online() -> None:
    assert gateways.connect(gateway(status=OFFLINE)).status is ONLINE


@pytest.mark.parametrize(
    ("before", "after"), [(ONLINE, OFFLINE), (DISABLED, DISABLED), (OFFLINE, OFFLINE), (REGISTERED, REGISTERED)]
)
def test_closed_socket_means_offline_if_it_was_online(before: GatewayStatus, after: GatewayStatus) -> None:
    assert gateways.disconnect(gateway(status=before)).status is after


def test_report_keeps_telemetry_and_time() -> None:
    reported = gateways.report(gateway(), REPORT, NOON)
    assert (reported.telemetry, reported.last_heartbeat_at) == (REPORT, NOON)


def test_heartbeat_leaves_the_last_telemetry() -> None:
    reported = gateways.report(gateway(), REPORT, NOON)
    beaten = gateways.report(reported, None, NOON + timedelta(seconds=30))
    assert (beaten.telemetry, beaten.last_heartbeat_at) == (REPORT, NOON + timedelta(seconds=30))


def test_report_is_read_field_by_field() -> None:
    report = msgspec.convert(FRAME, Telemetry)
    assert (report.cpu_percent, report.memory_mb) == (18.4, 742)
    assert report.camera_recording_status == {"camera": "recording"}
    assert report.network_throughput == Throughput(upstream_mbps=5.2, downstream_mbps=28.6)


def test_frame_type_beside_the_report_is_ignored() -> None:
    assert msgspec.convert({"type": "telemetry", **FRAME}, Telemetry) == msgspec.convert(FRAME, Telemetry)


@pytest.mark.parametrize(
    "change",
    [{"cpu_percent": "hot"}, {"memory_mb": 7.5}, {"camera_recording_status": []}, {"network_throughput": {"up": 1.0}}],
)
def test_report_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**FRAME, **change}, Telemetry)


def test_gateway_may_be_silent_for_ninety_seconds() -> None:
    assert timedelta(seconds=90) == MAX_SILENCE
