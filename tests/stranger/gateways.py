"""Gateways: the list, one of them, its telemetry, changing and deleting one."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.responses import Response

from tests.stranger.alert_rules import list_of_all
from tests.stranger.answers import json_answer, no_content, shown
from tests.stranger.breaks import Break
from tests.stranger.calls import Call, nothing
from tests.stranger.problems import forbidden, invalid, not_found
from tests.stranger.records import Gateway

MAX_NAME_CHARS = 100
_FIELDS = ("name", "site_id", "status")
_SETTABLE = ("disabled", "offline")
_TRANSITIONS = {
    ("online", "disabled"),
    ("offline", "disabled"),
    ("registered", "disabled"),
    ("disabled", "offline"),
}
_NO_REPORT: dict[str, Any] = {
    "cpu_percent": None,
    "memory_mb": None,
    "camera_recording_status": {},
    "network_throughput": {},
}


def list_gateways(call: Call) -> Response:
    """GET /gateways."""
    gateways = [gateway for gateway in call.org.gateways.values() if _visible(call, gateway)]
    if call.broken(Break.VIEWER_SEES_GATEWAYS):
        gateways = list(call.org.gateways.values())
    if not call.broken(Break.DELETED_GATEWAY_LISTED):
        gateways = [gateway for gateway in gateways if gateway.id not in call.state.deleted]
    return list_of_all(call, "gateways", gateways, _created_at, _list_item)


def get_gateway(call: Call) -> Response:
    """GET /gateways/{id}."""
    return json_answer(call.choices, _detail(call, _readable(call)))


def get_telemetry(call: Call) -> Response:
    """GET /gateways/{id}/telemetry."""
    gateway = _readable(call, hidden_too=call.broken(Break.HIDDEN_TELEMETRY))
    if gateway.telemetry is None and gateway.heartbeat_at is None and call.choices.telemetry_unreported == "404":
        not_found("report of this gateway")
    report = gateway.telemetry or _NO_REPORT
    fields = {"gateway_id": gateway.id, **report, "last_heartbeat_at": gateway.heartbeat_at}
    return json_answer(call.choices, shown(call.choices, "telemetry", fields))


def update_gateway(call: Call) -> Response:
    """PATCH /gateways/{id}."""
    body, gateway = call.checked("operator", lambda: _changes(call), lambda: _existing(call))
    if "site_id" in body:
        check_site(call, body["site_id"])
    if "status" in body:
        _check_transition(call, gateway, body["status"])
    changed = replace(gateway, **body)
    call.org.gateways[gateway.id] = changed
    return json_answer(call.choices, _detail(call, changed))


def delete_gateway(call: Call) -> Response:
    """DELETE /gateways/{id}."""
    role = "viewer" if call.broken(Break.VIEWER_DELETES_GATEWAY) else "operator"
    if call.forgotten():
        call.require_role(role)
        return no_content()
    _, gateway = call.checked(role, nothing, lambda: _existing(call))
    bound = [camera for camera in call.org.cameras.values() if camera.gateway_id == gateway.id and not camera.deleted]
    if bound:
        invalid(f"{len(bound)} cameras are still bound to this gateway.")
    call.state.deleted[gateway.id] = call.org.id
    for code in [code for code in call.org.codes.values() if code.gateway_id == gateway.id]:
        del call.org.codes[code.text]
    if not call.broken(Break.DELETED_GATEWAY_LISTED):
        del call.org.gateways[gateway.id]
    return no_content()


def check_name(body: dict[str, Any]) -> None:
    """Refuse a name that is none. Raises Problem."""
    if not isinstance(body.get("name"), str) or not 1 <= len(body["name"]) <= MAX_NAME_CHARS:
        invalid(f"has to have 1 to {MAX_NAME_CHARS} characters", "name")


def check_site(call: Call, site_id: str) -> None:
    """Refuse a site that the org does not have. Raises Problem."""
    if site_id.lower() not in call.org.sites:
        if call.choices.foreign_site == "404":
            not_found("site")
        invalid("is not a site of this org", "site_id")


def _created_at(gateway: Gateway) -> datetime:
    return gateway.created_at


def _visible(call: Call, gateway: Gateway) -> bool:
    return call.member.sees(gateway.site_id)


def _existing(call: Call) -> Gateway:
    present = {name: gateway for name, gateway in call.org.gateways.items() if name not in call.state.deleted}
    return call.find(present, "gateway")


def _readable(call: Call, *, hidden_too: bool = False) -> Gateway:
    """Return the gateway of the path. Raises Problem."""
    if call.broken(Break.FOREIGN_GATEWAY_READABLE) and call.path_id in call.other_org.gateways:
        return call.other_org.gateways[call.path_id]
    gateway = _existing(call)
    if not hidden_too and not _visible(call, gateway):
        if call.choices.gateway_scope_error == "404":
            not_found("gateway")
        forbidden("The site of this gateway is not granted to you.")
    return gateway


def _list_item(call: Call, gateway: Gateway) -> dict[str, Any]:
    return shown(call.choices, "gateway", _item_fields(call, gateway))


def _detail(call: Call, gateway: Gateway) -> dict[str, Any]:
    fields = _item_fields(call, gateway) | {"created_at": gateway.created_at}
    return shown(call.choices, "gateway", fields)


def _item_fields(call: Call, gateway: Gateway) -> dict[str, Any]:
    unset = "" if call.choices.unset_texts == "empty" else None
    return {
        "id": gateway.id,
        "name": gateway.name,
        "site_id": gateway.site_id,
        "status": gateway.status,
        "version": gateway.version or unset,
        "local_ip": gateway.local_ip or unset,
        "last_heartbeat_at": gateway.heartbeat_at,
    }


def _changes(call: Call) -> dict[str, Any]:
    """Return the fields of an update. Raises Problem."""
    body = call.json_body()
    fields = {name: body[name] for name in _FIELDS if name in body}
    unknown = body.keys() - fields.keys()
    if not fields and not call.broken(Break.EMPTY_GATEWAY_PATCH):
        invalid("The body holds no field that can be changed.")
    if fields and unknown and call.choices.mixed_gateway_patch == "refused":
        invalid("is not a field that can be changed", min(unknown))
    if "name" in fields:
        check_name(fields)
    if "site_id" in fields and not isinstance(fields["site_id"], str):
        invalid("is not a UUID", "site_id")
    settable = (*_SETTABLE, "online") if call.broken(Break.GATEWAY_ONLINE_BY_PATCH) else _SETTABLE
    if "status" in fields and fields["status"] not in settable:
        invalid(f"is not one of {', '.join(_SETTABLE)}", "status")
    return fields | ({"site_id": fields["site_id"].lower()} if "site_id" in fields else {})


def _check_transition(call: Call, gateway: Gateway, wanted: str) -> None:
    transitions = set(_TRANSITIONS)
    if call.broken(Break.GATEWAY_ONLINE_BY_PATCH):
        transitions |= {(status, "online") for status in ("registered", "offline", "disabled")}
    if call.broken(Break.REGISTERED_STAYS):
        transitions.remove(("registered", "disabled"))
    if (gateway.status, wanted) not in transitions:
        invalid(f"cannot become {wanted} from {gateway.status}", "status")
