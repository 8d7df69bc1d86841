from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mockserver.domain.telemetry import SILENCE, Telemetry, Throughput

REPORT = {
    "cpu_percent": 18.4,
    "memory_mb": 742,
    "camera_recording_status": {"camera": "recording"},
    "network_throughput": {"upstream_mbps": 5.2, "downstream_mbps": 28.6},
}


def test_report_is_read_field_by_field() -> None:
    report = msgspec.convert(REPORT, Telemetry)
    assert (report.cpu_percent, report.memory_mb) == (18.4, 742)
    assert report.camera_recording_status == {"camera": "recording"}
    assert report.network_throughput == Throughput(upstream_mbps=5.2, downstream_mbps=28.6)


def test_frame_type_beside_the_report_is_ignored() -> None:
    assert msgspec.convert({"type": "telemetry", **REPORT}, Telemetry) == msgspec.convert(REPORT, Telemetry)


@pytest.mark.parametrize(
    "change",
    [{"cpu_percent": "hot"}, {"memory_mb": 7.5}, {"camera_recording_status": []}, {"network_throughput": {"up": 1.0}}],
)
def test_report_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**REPORT, **change}, Telemetry)


def test_gateway_may_be_silent_for_ninety_seconds() -> None:
    assert timedelta(seconds=90) == SILENCE
