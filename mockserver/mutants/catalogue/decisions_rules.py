"""Mutants about decisions about alert rules."""

from functools import partial
from typing import Any

from mockserver.domain import alert_rules
from mockserver.domain.alert_rules import AlertRule, Schedule
from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.document import retyped, schema, setting, unknown
from mockserver.mutants.operators.operations import answering, asking, first, serving
from mockserver.mutants.operators.patches import Change, Original, Patch, around, calling, mutant
from mockserver.mutants.operators.refusals import refuse_viewers
from mockserver.mutants.operators.values import at_most, changed, having, record, with_fields, without_fields
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations.call import Call
from mockserver.store.kinds import ALERT_RULES

_checking = partial(around, alert_rules.check)


def _storing(change: Change) -> Patch:
    """Store another rule than was asked for."""
    return around(rule_operations._store, lambda original, call, rule: original(call, change(rule)))


async def _brief(call: Call) -> Any:
    rule = await call.get(ALERT_RULES, "alert rule")
    return rule_operations._view(rule, rule_operations._LISTED)


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
    mutant("AS-12/brief", serving("getAlertRule", calling(_brief))),
    mutant("AS-12/conditions-lost", answering("getAlertRule", having(conditions_json={}))),
    mutant("AS-13/twenty", answering("listAlertRules", changed(data=at_most(20)))),
    mutant("AS-13/hundred", answering("listAlertRules", changed(data=at_most(100)))),
    mutant("AS-13/no-total", answering("listAlertRules", having(total=0))),
    mutant("AS-25/narrowed", serving("listAlertRules", _only_general)),
    mutant("AS-25/forbidden", serving("getAlertRule", first(refuse_viewers))),
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
)
