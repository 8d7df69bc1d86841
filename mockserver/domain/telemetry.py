"""What a gateway reports of itself over its WebSocket."""

from datetime import timedelta

import msgspec

#: A gateway that sends nothing for this long counts as offline (U-06).
SILENCE = timedelta(seconds=90)


class Throughput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Network rates in megabits per second (GW-62)."""

    upstream_mbps: float
    downstream_mbps: float


class Telemetry(msgspec.Struct, frozen=True, kw_only=True):
    """The latest report: processor in percent, memory in megabytes, recording state by camera (GW-60, GW-63)."""

    cpu_percent: float
    memory_mb: int
    camera_recording_status: dict[str, str]
    network_throughput: Throughput
