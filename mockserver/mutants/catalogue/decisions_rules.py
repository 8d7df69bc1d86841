"""Mutants of decisions (rules AS-…) about alert rules."""

from collections.abc import Callable
from typing import Any

from mockserver.domain import alert_rules
from mockserver.domain.alert_rules import AlertRule, Schedule, Scope
from mockserver.domain.errors import InvalidInput
from mockserver.domain.events import Trigger
from mockserver.mutants.operators.document import retyped, schema, setting, unknown
from mockserver.mutants.operators.operations import answering, asking, first, serving
from mockserver.mutants.operators.patches import Change, Mutants, Original, Patch, around, mutant
from mockserver.mutants.operators.refusals import refuse_viewers
from mockserver.mutants.operators.values import at_most, changed, having, record, with_fields, without_fields
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations.call import Call
from mockserver.store.kinds import ALERT_RULES

MUTANTS = Mutants()


def _stored(change: Change) -> Patch:
    """Change a rule before it is stored."""
    return around(rule_operations._store, lambda original, call, rule: original(call, change(rule)))


def _also_refusing(condition: Callable[[AlertRule], bool], name: str) -> Patch:
    """Also refuse the rules that meet a condition; the error is about a field."""

    def defect(original: Original, rule: AlertRule) -> None:
        original(rule)
        if condition(rule):
            raise InvalidInput({name: ["does not fit the other fields"]})

    return around(alert_rules.check, defect)


def _without_tags(rule: AlertRule) -> AlertRule:
    """Drop the custom_tags of a rule that is not triggered by ai_tag."""
    return rule if rule.trigger_type is Trigger.AI_TAG else record(custom_tags=())(rule)


@MUTANTS.defect("AS-12/brief", of="getAlertRule")
async def _in_brief(original: Original, call: Call) -> Any:
    """Answer with the fields of the list only."""
    rule = await call.get(ALERT_RULES, "alert rule")
    return rule_operations._view(rule, rule_operations._LISTED)


@MUTANTS.defect("AS-25/narrowed", of="listAlertRules")
async def _narrowed(original: Original, call: Call) -> Any:
    """List to a viewer only the rules that watch all cameras."""
    body = await original(call)
    rows = [row for row in body["data"] if row["scope_type"] is Scope.ALL_CAMERAS]
    return body if call.caller.sites is None else {"data": rows, "total": len(rows)}


@MUTANTS.defect("AS-80/accepted", of=alert_rules.check)
def _any_confidence(original: Original, rule: AlertRule) -> None:
    """Accept min_confidence for any trigger_type."""
    try:
        original(rule)
    except InvalidInput as error:
        if error.field_errors.keys() != {"min_confidence"}:
            raise


MUTANTS += (
    mutant("AS-01/always-on", asking("createAlertRule", without_fields("enabled"))),
    mutant("AS-01/refused", unknown("CreateAlertRule", "enabled")),
    mutant("AS-02/off", asking("createAlertRule", lambda call: with_fields(**{"enabled": False, **call.body})(call))),
    mutant("AS-03/ignored", asking("updateAlertRule", without_fields("enabled"))),
    mutant("AS-03/refused", unknown("UpdateAlertRule", "enabled")),
    mutant("AS-03/resets-the-name", asking("updateAlertRule", with_fields(name="Rule"))),
    mutant("AS-12/conditions-lost", answering("getAlertRule", having(conditions_json={}))),
    mutant("AS-13/twenty", answering("listAlertRules", changed(data=at_most(20)))),
    mutant("AS-13/hundred", answering("listAlertRules", changed(data=at_most(100)))),
    mutant("AS-13/no-total", answering("listAlertRules", having(total=0))),
    mutant("AS-25/forbidden", serving("getAlertRule", first(refuse_viewers))),
    mutant(
        "AS-76/demands-conditions",
        _also_refusing(
            lambda rule: rule.schedule_type is Schedule.CUSTOM and not rule.conditions_json, "conditions_json"
        ),
    ),
    mutant("AS-76/not-kept", _stored(record(schedule_type=Schedule.ALWAYS))),
    mutant("AS-77/empty-type", retyped("Recipient", "type", type="string")),
    mutant("AS-77/empty-target", retyped("Recipient", "target", type="string")),
    mutant("AS-78/email-only", retyped("Recipient", "type", enum=["email"])),
    mutant("AS-78/every-target-an-address", schema("Recipient", setting(**{"if": True}))),
    mutant("AS-79/any-target", schema("Recipient", lambda node: node.pop("then"))),
    mutant("AS-80/ai-tag-too", retyped("UpdateAlertRule", "min_confidence", **{"not": {}})),
    mutant("AS-81/dropped", _stored(_without_tags)),
    mutant(
        "AS-81/refused",
        _also_refusing(lambda rule: rule.trigger_type is not Trigger.AI_TAG and bool(rule.custom_tags), "custom_tags"),
    ),
)
