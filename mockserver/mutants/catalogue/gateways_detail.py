"""Mutants about one gateway and its telemetry."""

from functools import partial

from mockserver.domain import errors
from mockserver.mutants.operators.document import role
from mockserver.mutants.operators.operations import answering, asking
from mockserver.mutants.operators.patches import Change, Patch, for_each, mutant, replaced
from mockserver.mutants.operators.refusals import failing, foreign_object
from mockserver.mutants.operators.values import backwards, changed, granted, having, lacking
from mockserver.operations import gateways
from mockserver.store.kinds import GATEWAYS

_TELEMETRY_FIELDS = (
    "gateway_id", "cpu_percent", "memory_mb", "last_heartbeat_at", "camera_recording_status", "network_throughput",
)  # fmt: skip

_telemetry = partial(answering, "getGatewayTelemetry")


def _recording_status(change: Change) -> Patch:
    return _telemetry(changed(camera_recording_status=change))


MUTANTS = (
    mutant("GW-06/not-found", failing("getGatewayTelemetry", errors.NotFound("gateway"))),
    mutant("GW-06/empty", _telemetry(having(cpu_percent=None, memory_mb=None)), "GW-59"),
    mutant("GW-54/operators-only", role("getGateway", "operator")),
    mutant("GW-54/every-site", asking("getGateway", granted(None))),
    mutant("GW-54/no-site", asking("getGateway", granted(frozenset()))),
    mutant("GW-55/no-created-at", replaced(lambda: gateways._DETAILED, gateways._LISTED)),
    mutant("GW-55/another-version", answering("getGateway", having(version=None))),
    mutant("GW-55/another-status", answering("getGateway", having(status="online"))),
    mutant("GW-56/public", role("getGateway", "public")),
    *foreign_object("GW-57", "getGateway", GATEWAYS),
    mutant("GW-58/operators-only", role("getGatewayTelemetry", "operator")),
    mutant("GW-58/every-site", asking("getGatewayTelemetry", granted(None))),
    mutant("GW-58/no-site", asking("getGatewayTelemetry", granted(frozenset()))),
    *for_each("GW-59/{}-lost", _TELEMETRY_FIELDS[1:], lambda name: _telemetry(having(**{name: None}))),
    *for_each("GW-60/no-{}", _TELEMETRY_FIELDS[:4], lambda name: _telemetry(lacking(name))),
    mutant("GW-60/id-of-nobody", _telemetry(changed(gateway_id=backwards))),
    mutant("GW-61/list", _recording_status(list)),
    mutant("GW-61/yes-or-no", _recording_status(lambda states: dict.fromkeys(states, True))),
    mutant("GW-61/always-recording", _recording_status(lambda states: dict.fromkeys(states, "recording"))),
    mutant("GW-62/one-rate", _telemetry(having(network_throughput={"upstream_mbps": 5.2}))),
    mutant("GW-62/swapped", _telemetry(having(network_throughput={"upstream_mbps": 28.6, "downstream_mbps": 5.2}))),
    *foreign_object("GW-64", "getGatewayTelemetry", GATEWAYS),
)
