from datetime import timedelta
from itertools import product
from typing import Any

import msgspec
import pytest

from mockserver.domain import gateways
from mockserver.domain.errors import IllegalTransition
from mockserver.domain.gateways import MAX_SILENCE, GatewayStatus, ScheduledOutage, Telemetry, Throughput
from tests.factories import GATEWAY, NOON, ORG, gateway, uuid

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
def test_user_may_disable_and_re_enable(before: GatewayStatus, after: GatewayStatus) -> None:
    assert gateways.change_status(gateway(status=before), after) == gateway(status=after)


@pytest.mark.parametrize(("before", "after"), sorted(set(product(GatewayStatus, repeat=2)) - ALLOWED, key=str))
def test_any_other_change_is_refused(before: GatewayStatus, after: GatewayStatus) -> None:
    with pytest.raises(IllegalTransition, match=f"from {before.value} to {after.value}"):
        gateways.change_status(gateway(status=before), after)


def test_gateway_with_an_open_socket_is_online() -> None:
    assert gateways.connect(gateway(status=OFFLINE)).status is ONLINE


@pytest.mark.parametrize(
    ("before", "after"), [(ONLINE, OFFLINE), (DISABLED, DISABLED), (OFFLINE, OFFLINE), (REGISTERED, REGISTERED)]
)
def test_closed_socket_makes_an_online_gateway_offline(before: GatewayStatus, after: GatewayStatus) -> None:
    assert gateways.disconnect(gateway(status=before)).status is after


def test_report_stores_telemetry_and_time() -> None:
    reported = gateways.report(gateway(), REPORT, NOON)
    assert (reported.telemetry, reported.last_heartbeat_at) == (REPORT, NOON)


def test_heartbeat_leaves_the_last_telemetry() -> None:
    reported = gateways.report(gateway(), REPORT, NOON)
    after = gateways.report(reported, None, NOON + timedelta(seconds=30))
    assert (after.telemetry, after.last_heartbeat_at) == (REPORT, NOON + timedelta(seconds=30))


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


def outage(**chosen: Any) -> ScheduledOutage:
    fields = {"id": uuid(11), "org_id": ORG, "gateway_id": GATEWAY, "online": False, "due_at": NOON}
    return ScheduledOutage(**{**fields, **chosen})


def test_outage_makes_an_online_gateway_offline() -> None:
    assert gateways.apply_outage(gateway(status=ONLINE), outage()) == gateway(status=OFFLINE)


def test_end_of_an_outage_makes_the_gateway_online_with_a_heartbeat() -> None:
    back = gateways.apply_outage(gateway(status=OFFLINE, telemetry=REPORT), outage(online=True))
    assert back == gateway(status=ONLINE, telemetry=REPORT, last_heartbeat_at=NOON)


@pytest.mark.parametrize("online", [False, True])
@pytest.mark.parametrize("status", [REGISTERED, DISABLED])
def test_outage_does_not_change_a_gateway_that_is_not_paired_or_disabled(status: GatewayStatus, online: bool) -> None:
    assert gateways.apply_outage(gateway(status=status), outage(online=online)) == gateway(status=status)


def test_outage_repeats_after_its_seconds_or_not_at_all() -> None:
    assert gateways.next_outage(outage(every=60)) == outage(every=60, due_at=NOON + timedelta(seconds=60))
    assert gateways.next_outage(outage()) is None


def test_outage_repeats_after_a_second_at_least() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**msgspec.to_builtins(outage()), "every": 0}, ScheduledOutage)
