"""Wrong laws where this project decided: alerts, alert rules, recipients, unknown fields, deleting twice."""

from functools import partial
from typing import Any

from mockserver.domain import alert_rules, alerts
from mockserver.domain.alert_rules import AlertRule, Schedule
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import Forbidden, IllegalTransition, InvalidInput, NotFound
from mockserver.mutants.catalogue.timelines import retold
from mockserver.mutants.operators.document import opened, retyped, role, schema, setting, success, unknown
from mockserver.mutants.operators.operations import answering, asking, first, serving, undone
from mockserver.mutants.operators.patches import Change, Original, Patch, around, calling, for_each, mutant, replaced
from mockserver.mutants.operators.refusals import failing, status_of, tolerating
from mockserver.mutants.operators.values import at_most, changed, having, lacking, record, with_fields, without_fields
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import ALERT_RULES, ALERTS, CAMERAS

_NEW, _SEEN, _DONE = AlertStatus.NEW, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED
_TRANSITIONS: dict[Any, set[Any]] = {_NEW: {_SEEN, _DONE}, _SEEN: {_DONE}, _DONE: set()}
_BODIES = ("UpdateEvent", "UpdateAlert", "CreateAlertRule", "UpdateAlertRule", "GeneratePairingCode", "PairGateway",
           "UpdateGateway")  # fmt: skip
_checking = partial(around, alert_rules.check)


def _steps(**allowed: set[Any]) -> Patch:
    """Allow other changes of an alert's status."""
    changed = {AlertStatus(name): steps for name, steps in allowed.items()}
    return replaced(lambda: alerts._TRANSITIONS, _TRANSITIONS | changed)


def _storing(change: Change) -> Patch:
    """Store another rule than was asked for."""
    return around(rule_operations._store, lambda original, call, rule: original(call, change(rule)))


async def _brief(call: Call) -> Any:
    rule = await call.get(ALERT_RULES, "alert rule")
    return rule_operations._view(rule, rule_operations._LISTED)


async def _no_viewer(call: Call) -> None:
    if call.caller.sites is not None:
        raise Forbidden("This is for operators.")


async def _narrowed_to_sites(original: Original, call: Call) -> Any:
    """Show a viewer only the alerts of granted sites."""
    body = await original(call)
    if call.caller.sites is None:
        return body
    cameras = await call.tx.select(Query(CAMERAS, call.org_id, {"site_id": call.caller.sites}))
    seen = {camera.id for camera in cameras}
    return {**body, "data": [row for row in body["data"] if row["camera_id"] in seen]}


async def _only_general(original: Original, call: Call) -> Any:
    body = await original(call)
    rows = [row for row in body["data"] if row["scope_type"].value == "all_cameras"]
    return body if call.caller.sites is None else {"data": rows, "total": len(rows)}


def _schedule_demands_conditions(rule: AlertRule) -> None:
    if rule.schedule_type is Schedule.CUSTOM and not rule.conditions_json:
        raise InvalidInput({"conditions_json": ["is required"]})


def _forbidding_tags(rule: AlertRule) -> None:
    if rule.trigger_type.value != "ai_tag" and rule.custom_tags:
        raise InvalidInput({"custom_tags": ["is for trigger_type ai_tag only"]})


def _too(check: Any) -> Patch:
    """Refuse more rules: what ``check`` refuses, too."""
    return _checking(lambda original, rule: original(rule) or check(rule))


def _without_foreign_tags(rule: AlertRule) -> AlertRule:
    return rule if rule.trigger_type.value == "ai_tag" else record(custom_tags=())(rule)


def _any_confidence(original: Original, rule: AlertRule) -> None:
    try:
        original(rule)
    except InvalidInput as error:
        if error.field_errors.keys() != {"min_confidence"}:
            raise


MUTANTS = (
    mutant("AS-01/always-on", asking("createAlertRule", without_fields("enabled"))),
    mutant("AS-01/refused", unknown("CreateAlertRule", "enabled")),
    mutant("AS-02/off", asking("createAlertRule", lambda call: with_fields(**{"enabled": False, **call.body})(call))),
    mutant("AS-03/ignored", asking("updateAlertRule", without_fields("enabled"))),
    mutant("AS-03/refused", unknown("UpdateAlertRule", "enabled")),
    mutant("AS-03/resets-the-name", asking("updateAlertRule", with_fields(name="Rule"))),
    mutant("AS-04/202", success("updateAlert", 202)),
    mutant("AS-04/not-kept", serving("updateAlert", undone(ALERTS))),
    mutant("AS-04/answers-the-id", answering("updateAlert", lambda alert: {"id": alert["id"]})),
    mutant("AS-05/viewers-too", role("updateAlert", "viewer")),
    mutant("AS-05/admins-only", role("updateAlert", "admin")),
    mutant("AS-06/refused", _steps(new={_DONE})),
    mutant("AS-06/not-kept", serving("updateAlert", undone(ALERTS)), "AS-07", "AS-08"),
    mutant("AS-07/refused", _steps(acknowledged=set())),
    mutant("AS-08/refused", _steps(new={_SEEN})),
    mutant("AS-09/reopened", _steps(resolved={_SEEN})),
    mutant("AS-09/acknowledged-again", _steps(acknowledged={_SEEN, _DONE})),
    mutant("AS-09/resolved-again", _steps(resolved={_DONE})),
    mutant("AS-09/409", status_of(IllegalTransition, 409)),
    mutant("AS-10/none", retold(lambda before, after: before.timeline)),
    mutant("AS-10/two", retold(lambda before, after: (*after.timeline, after.timeline[-1]))),
    mutant("AS-10/only-the-last", retold(lambda before, after: after.timeline[-1:])),
    mutant("AS-11/404", failing("getAlert", NotFound("alert"))),
    mutant("AS-11/another-shape", answering("getAlert", lacking("rule_name"))),
    mutant("AS-11/another-status", answering("getAlert", having(status="new"))),
    mutant("AS-12/brief", serving("getAlertRule", calling(_brief))),
    mutant("AS-12/conditions-lost", answering("getAlertRule", having(conditions_json={}))),
    mutant("AS-13/twenty", answering("listAlertRules", changed(data=at_most(20)))),
    mutant("AS-13/hundred", answering("listAlertRules", changed(data=at_most(100)))),
    mutant("AS-13/no-total", answering("listAlertRules", having(total=0))),
    mutant("AS-24/narrowed", serving("listAlerts", _narrowed_to_sites)),
    mutant("AS-24/timeline-forbidden", serving("getAlertTimeline", first(_no_viewer))),
    mutant("AS-24/alert-forbidden", serving("getAlert", first(_no_viewer))),
    mutant("AS-25/narrowed", serving("listAlertRules", _only_general)),
    mutant("AS-25/forbidden", serving("getAlertRule", first(_no_viewer))),
    mutant("AS-75/events-204", serving("deleteEvent", tolerating(NotFound))),
    mutant("AS-75/rules-204", serving("deleteAlertRule", tolerating(NotFound))),
    mutant("AS-75/gateways-204", serving("deleteGateway", tolerating(NotFound))),
    mutant("AS-76/demands-conditions", _too(_schedule_demands_conditions)),
    mutant("AS-76/not-kept", _storing(record(schedule_type=Schedule.ALWAYS))),
    mutant("AS-77/empty-type", retyped("Recipient", "type", type="string")),
    mutant("AS-77/empty-target", retyped("Recipient", "target", type="string")),
    mutant("AS-78/email-only", retyped("Recipient", "type", enum=["email"])),
    mutant("AS-78/every-target-an-address", schema("Recipient", setting(**{"if": True}))),
    mutant("AS-79/any-target", schema("Recipient", lambda node: node.pop("then"))),
    mutant("AS-80/accepted", _checking(_any_confidence)),
    mutant("AS-80/ai-tag-too", retyped("UpdateAlertRule", "min_confidence", **{"not": {}})),
    mutant("AS-81/dropped", _storing(_without_foreign_tags)),
    mutant("AS-81/refused", _too(_forbidding_tags)),
    *for_each("AS-82/open-{}", _BODIES, opened),
)
