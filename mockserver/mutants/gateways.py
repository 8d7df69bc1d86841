"""Wrong laws about gateways: the list, and reading."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import access, errors
from mockserver.mutants.base import (
    Edit,
    Original,
    instead,
    mutant,
    operation,
    patch,
    returning_later,
    role,
)
from mockserver.mutants.makers import (
    everywhere,
    not_found_as,
    success,
    with_,
    without,
)
from mockserver.operations import gateways as operations
from mockserver.operations.call import Call

LIST, ONE = "/api/v1/gateways", "/api/v1/gateways/{id}"
TELEMETRY = f"{ONE}/telemetry"
_REPORT = partial(returning_later, operations, "get_gateway_telemetry")


async def _nowhere(_: Call) -> Any:
    raise errors.NotFound("gateway")


def _renamed(path: str, new: str) -> Edit:
    return Edit(("paths",), lambda paths: paths.update({new: paths.pop(path)}))


def _route(path: str, method: str) -> Edit:
    """Return an edit that adds a route whose calls do nothing."""
    node = {"operationId": "beat", "x-min-role": "public", "responses": {"204": {"description": "Taken."}}}
    parameters = [{"$ref": "#/components/parameters/Id"}]
    return Edit(
        ("paths",), lambda paths: paths.setdefault(path, {}).update({method: {**node, "parameters": parameters}})
    )


def _seeing(name: str, sites: Any) -> Any:
    """Return a patch of an operation by which a viewer sees other sites."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            if call.caller.sites is not None:
                call = replace(call, caller=replace(call.caller, sites=sites))
            return await original(call)

        return wrapped

    return patch(operations, name, wrap)


def _list_of_all_orgs(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        pages = [await original(replace(call, caller=replace(call.caller, org_id=org))) for org in await call.tx.orgs()]
        found = [item for page in pages for item in page["data"]]
        return {"data": found, "total": len(found)}

    return wrapped


def _forbidden_unless_role(original: Original) -> Any:
    return lambda caller, least: None if caller.role is None else original(caller, least)


MUTANTS = (
    mutant("GW-01/list-moved", _renamed(LIST, "/api/v1/gateway")),
    mutant("GW-01/telemetry-moved", _renamed(TELEMETRY, f"{ONE}/status"), "GW-06"),
    mutant("GW-03/heartbeat-route", _route(f"{ONE}/heartbeat", "post")),
    mutant("GW-03/telemetry-taken", _route(TELEMETRY, "post")),
    mutant("GW-06/not-found", instead(operations, "get_gateway_telemetry", _nowhere)),
    mutant("GW-06/empty", _REPORT(with_(cpu_percent=None, memory_mb=None)), "GW-59"),
    mutant("GW-07/operators-only", operation(LIST, "get", role("operator"))),
    mutant("GW-07/admins-only", operation(LIST, "get", role("admin"))),
    mutant("GW-08/every-site", _seeing("list_gateways", None)),
    mutant("GW-08/no-site", _seeing("list_gateways", frozenset())),
    mutant("GW-09/all-orgs", patch(operations, "list_gateways", _list_of_all_orgs)),
    mutant("GW-10/no-total", returning_later(operations, "list_gateways", without("total"))),
    mutant("GW-10/bare-list", returning_later(operations, "list_gateways", lambda answer: answer["data"])),
    mutant(
        "GW-10/total-as-text", returning_later(operations, "list_gateways", lambda a: {**a, "total": str(a["total"])})
    ),
    mutant("GW-10/202", operation(LIST, "get", success("202"))),
    mutant("GW-11/cursor", returning_later(operations, "list_gateways", with_(next_cursor=None))),
    mutant("GW-11/twenty", returning_later(operations, "list_gateways", lambda a: {**a, "data": a["data"][:20]})),
    *(
        mutant(f"GW-12/no-{name}", instead(operations, "_LISTED", tuple(n for n in operations._LISTED if n != name)))
        for name in ("name", "site_id", "status", "version", "local_ip", "last_heartbeat_at")
    ),
    mutant("GW-13/created-at", instead(operations, "_LISTED", operations._DETAILED)),
    mutant("GW-14/public", operation(LIST, "get", role("public"))),
    mutant("GW-14/another-word", instead(errors.Unauthenticated, "code", "unauthorized"), "GW-56"),
    mutant("GW-14/forbidden", instead(errors.Unauthenticated, "status", 403), "GW-56"),
    mutant("GW-15/let-in", patch(access, "authorise", _forbidden_unless_role)),
    mutant("GW-15/unauthorised", instead(errors.Forbidden, "status", 401)),
    mutant("GW-54/operators-only", operation(ONE, "get", role("operator"))),
    mutant("GW-54/every-site", _seeing("get_gateway", None)),
    mutant("GW-54/no-site", _seeing("get_gateway", frozenset())),
    mutant("GW-55/no-created-at", instead(operations, "_DETAILED", operations._LISTED)),
    mutant("GW-55/another-version", returning_later(operations, "get_gateway", with_(version=None))),
    mutant("GW-55/another-status", returning_later(operations, "get_gateway", with_(status="online"))),
    mutant("GW-56/public", operation(ONE, "get", role("public"))),
    mutant("GW-57/all-orgs", everywhere("get_gateway")),
    mutant("GW-57/forbidden", not_found_as("get_gateway", errors.Forbidden("Not yours."))),
    mutant("GW-58/operators-only", operation(TELEMETRY, "get", role("operator"))),
    mutant("GW-58/every-site", _seeing("get_gateway_telemetry", None)),
    mutant("GW-58/no-site", _seeing("get_gateway_telemetry", frozenset())),
    *(
        mutant(f"GW-59/{name}-lost", _REPORT(with_(**{name: None})))
        for name in ("cpu_percent", "memory_mb", "last_heartbeat_at", "camera_recording_status", "network_throughput")
    ),
    *(
        mutant(f"GW-60/no-{name}", _REPORT(without(name)))
        for name in ("gateway_id", "cpu_percent", "memory_mb", "last_heartbeat_at")
    ),
    mutant("GW-60/id-of-nobody", _REPORT(lambda answer: {**answer, "gateway_id": answer["gateway_id"][::-1]})),
    mutant("GW-61/list", _REPORT(lambda a: {**a, "camera_recording_status": list(a["camera_recording_status"])})),
    mutant(
        "GW-61/yes-or-no",
        _REPORT(lambda a: {**a, "camera_recording_status": dict.fromkeys(a["camera_recording_status"], True)}),
    ),
    mutant(
        "GW-61/always-recording",
        _REPORT(lambda a: {**a, "camera_recording_status": dict.fromkeys(a["camera_recording_status"], "recording")}),
    ),
    mutant("GW-62/one-rate", _REPORT(with_(network_throughput={"upstream_mbps": 5.2}))),
    mutant("GW-62/swapped", _REPORT(with_(network_throughput={"upstream_mbps": 28.6, "downstream_mbps": 5.2}))),
    mutant("GW-64/all-orgs", everywhere("get_gateway_telemetry")),
    mutant("GW-64/forbidden", not_found_as("get_gateway_telemetry", errors.Forbidden("Not yours."))),
)
