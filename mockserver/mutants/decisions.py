"""Wrong laws where this project decided: alerts, alert rules, recipients, unknown fields, deleting twice."""

from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.domain import alert_rules, alerts
from mockserver.domain.alert_rules import AlertRule, Schedule
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import Forbidden, IllegalTransition, InvalidInput, NotFound
from mockserver.mutants.base import Mutant, Original, instead, mutant, operation, patch, returning_later, role, schema
from mockserver.mutants.makers import success, with_, without
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations import alerts as alert_operations
from mockserver.operations import events as event_operations
from mockserver.operations import gateways as gateway_operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import ALERT_RULES, ALERTS, CAMERAS

_NEW, _SEEN, _DONE = AlertStatus.NEW, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED
_ALERT, _RULE = "/api/v1/alerts/{id}", "/api/v1/alert-rules/{id}"
_ALLOWED: dict[Any, set[Any]] = {_NEW: {_SEEN, _DONE}, _SEEN: {_DONE}, _DONE: set()}


def _steps(**changed: set[Any]) -> Any:
    """Allow other changes of an alert's status."""
    return instead(alerts, "_ALLOWED", _ALLOWED | {AlertStatus(name): steps for name, steps in changed.items()})


def _called_with(**fields: Any) -> Any:
    """Change the body of a call: a field that is None is taken out."""

    def wrap(original: Original) -> Any:
        def wrapped(call: Call) -> Any:
            body = {name: value for name, value in {**call.body, **fields}.items() if value is not None}
            return original(replace(call, body=body))

        return wrapped

    return wrap


def _off_by_default(original: Original) -> Any:
    return lambda call: original(replace(call, body={"enabled": False, **call.body}))


def _fieldless(name: str) -> Any:
    return lambda properties: properties.pop(name)


def _answered_but_not_kept(original: Original) -> Any:
    async def update(call: Call) -> Any:
        before = await call.get(ALERTS, "alert")
        answer = await original(call)
        await call.tx.put(ALERTS, before)
        return answer

    return update


def _entries(change: Any) -> Any:
    """Change the timeline of an alert that moved."""

    def wrap(original: Original) -> Any:
        def move(alert: Any, *args: Any) -> Any:
            moved = original(alert, *args)
            return msgspec.structs.replace(moved, timeline=change(alert.timeline, moved.timeline))

        return move

    return wrap


def _not_found(original: Original) -> Any:
    async def read(call: Call) -> Any:
        raise NotFound("alert")

    return read


async def _brief(call: Call) -> Any:
    rule = await call.get(ALERT_RULES, "alert rule")
    return rule_operations._view(rule, rule_operations._LISTED)


def _at_most(count: int) -> Any:
    return lambda body: {"data": body["data"][:count], "total": len(body["data"])}


def _forbidden_to_viewers(original: Original) -> Any:
    async def read(call: Call) -> Any:
        if call.caller.sites is not None:
            raise Forbidden("This is for operators.")
        return await original(call)

    return read


def _narrowed_to_sites(original: Original) -> Any:
    """Show a viewer only the alerts of granted sites."""

    async def listed(call: Call) -> Any:
        body = await original(call)
        if call.caller.sites is None:
            return body
        cameras = await call.tx.select(Query(CAMERAS, call.org_id, {"site_id": call.caller.sites}))
        seen = {camera.id for camera in cameras}
        return {**body, "data": [row for row in body["data"] if row["camera_id"] in seen]}

    return listed


def _only_general(original: Original) -> Any:
    async def listed(call: Call) -> Any:
        body = await original(call)
        rows = [row for row in body["data"] if row["scope_type"].value == "all_cameras"]
        return body if call.caller.sites is None else {"data": rows, "total": len(rows)}

    return listed


def _schedule_demands_conditions(original: Original) -> Any:
    def check(rule: AlertRule) -> None:
        original(rule)
        if rule.schedule_type is Schedule.CUSTOM and not rule.conditions_json:
            raise InvalidInput({"conditions_json": ["is required"]})

    return check


def _always_scheduled(original: Original) -> Any:
    return lambda call, rule: original(call, msgspec.structs.replace(rule, schedule_type=Schedule.ALWAYS))


def _without_foreign_tags(original: Original) -> Any:
    def store(call: Call, rule: AlertRule) -> Any:
        keep = rule.trigger_type.value == "ai_tag"
        return original(call, rule if keep else msgspec.structs.replace(rule, custom_tags=()))

    return store


def _forbidding_tags(original: Original) -> Any:
    def check(rule: AlertRule) -> None:
        original(rule)
        if rule.trigger_type.value != "ai_tag" and rule.custom_tags:
            raise InvalidInput({"custom_tags": ["is for trigger_type ai_tag only"]})

    return check


def _any_confidence(original: Original) -> Any:
    def check(rule: AlertRule) -> None:
        try:
            original(rule)
        except InvalidInput as error:
            if error.field_errors.keys() != {"min_confidence"}:
                raise

    return check


def _twice(original: Original) -> Any:
    async def delete(call: Call) -> None:
        try:
            await original(call)
        except NotFound:
            return

    return delete


def _recipient(change: Any, *inside: str) -> Any:
    return schema("Recipient", change, *inside)


def _empty_allowed(name: str) -> Any:
    return lambda properties: properties.update({name: {"type": "string"}})


def _open(node: Any) -> None:
    node["additionalProperties"] = True


_UNKNOWN_FIELDS = tuple(
    mutant(f"AS-82/open-{name}", schema(name, _open))
    for name in (
        *("UpdateEvent", "UpdateAlert", "CreateAlertRule", "UpdateAlertRule"),
        *("GeneratePairingCode", "PairGateway", "UpdateGateway"),
    )
)

MUTANTS: tuple[Mutant, ...] = (
    mutant("AS-01/always-on", patch(rule_operations, "create_alert_rule", _called_with(enabled=None))),
    mutant("AS-01/refused", schema("CreateAlertRule", _fieldless("enabled"), "properties")),
    mutant("AS-02/off", patch(rule_operations, "create_alert_rule", _off_by_default)),
    mutant("AS-03/ignored", patch(rule_operations, "update_alert_rule", _called_with(enabled=None))),
    mutant("AS-03/refused", schema("UpdateAlertRule", _fieldless("enabled"), "properties")),
    mutant("AS-03/resets-the-name", patch(rule_operations, "update_alert_rule", _called_with(name="Rule"))),
    mutant("AS-04/202", operation(_ALERT, "patch", success("202"))),
    mutant("AS-04/not-kept", patch(alert_operations, "update_alert", _answered_but_not_kept)),
    mutant("AS-04/answers-the-id", returning_later(alert_operations, "update_alert", lambda it: {"id": it["id"]})),
    mutant("AS-05/viewers-too", operation(_ALERT, "patch", role("viewer"))),
    mutant("AS-05/admins-only", operation(_ALERT, "patch", role("admin"))),
    mutant("AS-06/refused", _steps(new={_DONE})),
    mutant("AS-06/not-kept", patch(alert_operations, "update_alert", _answered_but_not_kept), "AS-07", "AS-08"),
    mutant("AS-07/refused", _steps(acknowledged=set())),
    mutant("AS-08/refused", _steps(new={_SEEN})),
    mutant("AS-09/reopened", _steps(resolved={_SEEN})),
    mutant("AS-09/acknowledged-again", _steps(acknowledged={_SEEN, _DONE})),
    mutant("AS-09/resolved-again", _steps(resolved={_DONE})),
    mutant("AS-09/409", instead(IllegalTransition, "status", 409)),
    mutant("AS-10/none", patch(alerts, "move", _entries(lambda before, after: before))),
    mutant("AS-10/two", patch(alerts, "move", _entries(lambda before, after: (*after, after[-1])))),
    mutant("AS-10/only-the-last", patch(alerts, "move", _entries(lambda before, after: after[-1:]))),
    mutant("AS-11/404", patch(alert_operations, "get_alert", _not_found)),
    mutant("AS-11/another-shape", returning_later(alert_operations, "get_alert", without("rule_name"))),
    mutant("AS-11/another-status", returning_later(alert_operations, "get_alert", with_(status="new"))),
    mutant("AS-12/brief", instead(rule_operations, "get_alert_rule", _brief)),
    mutant("AS-12/conditions-lost", returning_later(rule_operations, "get_alert_rule", with_(conditions_json={}))),
    mutant("AS-13/twenty", returning_later(rule_operations, "list_alert_rules", _at_most(20))),
    mutant("AS-13/hundred", returning_later(rule_operations, "list_alert_rules", _at_most(100))),
    mutant("AS-13/no-total", returning_later(rule_operations, "list_alert_rules", with_(total=0))),
    mutant("AS-24/narrowed", patch(alert_operations, "list_alerts", _narrowed_to_sites)),
    mutant("AS-24/timeline-forbidden", patch(alert_operations, "get_alert_timeline", _forbidden_to_viewers)),
    mutant("AS-24/alert-forbidden", patch(alert_operations, "get_alert", _forbidden_to_viewers)),
    mutant("AS-25/narrowed", patch(rule_operations, "list_alert_rules", _only_general)),
    mutant("AS-25/forbidden", patch(rule_operations, "get_alert_rule", _forbidden_to_viewers)),
    mutant("AS-75/events-204", patch(event_operations, "delete_event", _twice)),
    mutant("AS-75/rules-204", patch(rule_operations, "delete_alert_rule", _twice)),
    mutant("AS-75/gateways-204", patch(gateway_operations, "delete_gateway", _twice)),
    mutant("AS-76/demands-conditions", patch(alert_rules, "check", _schedule_demands_conditions)),
    mutant("AS-76/not-kept", patch(rule_operations, "_store", _always_scheduled)),
    mutant("AS-77/empty-type", _recipient(_empty_allowed("type"), "properties")),
    mutant("AS-77/empty-target", _recipient(_empty_allowed("target"), "properties")),
    mutant("AS-78/email-only", _recipient(lambda node: node.update(type={"enum": ["email"]}), "properties")),
    mutant("AS-78/every-target-an-address", _recipient(lambda node: node.update({"if": True}))),
    mutant("AS-79/any-target", _recipient(lambda node: node.pop("then"))),
    mutant("AS-80/accepted", patch(alert_rules, "check", _any_confidence)),
    mutant("AS-80/ai-tag-too", schema("UpdateAlertRule", lambda node: node.update(min_confidence=False), "properties")),
    mutant("AS-81/dropped", patch(rule_operations, "_store", _without_foreign_tags)),
    mutant("AS-81/refused", patch(alert_rules, "check", _forbidding_tags)),
    *_UNKNOWN_FIELDS,
)
