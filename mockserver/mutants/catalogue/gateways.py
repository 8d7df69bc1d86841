"""Wrong laws about gateways: the list, and reading."""

from functools import partial
from typing import Any

from mockserver.domain import access, errors
from mockserver.mutants.operators.document import moved, role, route, success
from mockserver.mutants.operators.isolation import listing_all_orgs
from mockserver.mutants.operators.operations import answering, asking
from mockserver.mutants.operators.patches import Change, Original, Patch, around, dropped, for_each, mutant, replaced
from mockserver.mutants.operators.refusals import code_of, failing, status_of, strangers
from mockserver.mutants.operators.values import at_most, backwards, changed, granted, having, lacking
from mockserver.operations import gateways as operations
from mockserver.store.kinds import GATEWAYS

LIST, ONE = "/api/v1/gateways", "/api/v1/gateways/{id}"
TELEMETRY = f"{ONE}/telemetry"
_REPORTED = ("gateway_id", "cpu_percent", "memory_mb", "last_heartbeat_at", "camera_recording_status",
             "network_throughput")  # fmt: skip
_report = partial(answering, "getGatewayTelemetry")


def _cameras(change: Change) -> Patch:
    return _report(changed(camera_recording_status=change))


def roleless_let_in(original: Original, caller: Any, least: Any) -> Any:
    """Wrap ``access.authorise``: a gateway's key, which has no role, may do everything."""
    return None if caller.role is None else original(caller, least)


MUTANTS = (
    mutant("GW-01/list-moved", moved(LIST, "/api/v1/gateway")),
    mutant("GW-01/telemetry-moved", moved(TELEMETRY, f"{ONE}/status"), "GW-06"),
    mutant("GW-03/heartbeat-route", route(f"{ONE}/heartbeat", "post", "beat", "public")),
    mutant("GW-03/telemetry-taken", route(TELEMETRY, "post", "beat", "public")),
    mutant("GW-06/not-found", failing("getGatewayTelemetry", errors.NotFound("gateway"))),
    mutant("GW-06/empty", _report(having(cpu_percent=None, memory_mb=None)), "GW-59"),
    *for_each("GW-07/{}s-only", ("operator", "admin"), partial(role, "listGateways")),
    mutant("GW-08/every-site", asking("listGateways", granted(None))),
    mutant("GW-08/no-site", asking("listGateways", granted(frozenset()))),
    mutant("GW-09/all-orgs", listing_all_orgs("listGateways")),
    mutant("GW-10/no-total", answering("listGateways", lacking("total"))),
    mutant("GW-10/bare-list", answering("listGateways", lambda answer: answer["data"])),
    mutant("GW-10/total-as-text", answering("listGateways", changed(total=str))),
    mutant("GW-10/202", success("listGateways", 202)),
    mutant("GW-11/cursor", answering("listGateways", having(next_cursor=None))),
    mutant("GW-11/twenty", answering("listGateways", changed(data=at_most(20)))),
    *for_each("GW-12/no-{}", operations._LISTED[1:], partial(dropped, lambda: operations._LISTED)),
    mutant("GW-13/created-at", replaced(lambda: operations._LISTED, operations._DETAILED)),
    mutant("GW-14/public", role("listGateways", "public")),
    mutant("GW-14/another-word", code_of(errors.Unauthenticated, "unauthorized"), "GW-56"),
    mutant("GW-14/forbidden", status_of(errors.Unauthenticated, 403), "GW-56"),
    mutant("GW-15/let-in", around(access.authorise, roleless_let_in)),
    mutant("GW-15/unauthorised", status_of(errors.Forbidden, 401)),
    mutant("GW-54/operators-only", role("getGateway", "operator")),
    mutant("GW-54/every-site", asking("getGateway", granted(None))),
    mutant("GW-54/no-site", asking("getGateway", granted(frozenset()))),
    mutant("GW-55/no-created-at", replaced(lambda: operations._DETAILED, operations._LISTED)),
    mutant("GW-55/another-version", answering("getGateway", having(version=None))),
    mutant("GW-55/another-status", answering("getGateway", having(status="online"))),
    mutant("GW-56/public", role("getGateway", "public")),
    *strangers("GW-57", "getGateway", GATEWAYS),
    mutant("GW-58/operators-only", role("getGatewayTelemetry", "operator")),
    mutant("GW-58/every-site", asking("getGatewayTelemetry", granted(None))),
    mutant("GW-58/no-site", asking("getGatewayTelemetry", granted(frozenset()))),
    *for_each("GW-59/{}-lost", _REPORTED[1:], lambda name: _report(having(**{name: None}))),
    *for_each("GW-60/no-{}", _REPORTED[:4], lambda name: _report(lacking(name))),
    mutant("GW-60/id-of-nobody", _report(changed(gateway_id=backwards))),
    mutant("GW-61/list", _cameras(list)),
    mutant("GW-61/yes-or-no", _cameras(lambda cameras: dict.fromkeys(cameras, True))),
    mutant("GW-61/always-recording", _cameras(lambda cameras: dict.fromkeys(cameras, "recording"))),
    mutant("GW-62/one-rate", _report(having(network_throughput={"upstream_mbps": 5.2}))),
    mutant("GW-62/swapped", _report(having(network_throughput={"upstream_mbps": 28.6, "downstream_mbps": 5.2}))),
    *strangers("GW-64", "getGatewayTelemetry", GATEWAYS),
)
