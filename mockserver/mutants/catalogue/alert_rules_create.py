"""Mutants about creating alert rules, field by field."""

from functools import partial
from typing import Any

from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.alert_rules import clamped, new_rule, rejecting, shown
from mockserver.mutants.operators.document import field, retyped, schema, setting
from mockserver.mutants.operators.operations import cached, receiving, serving
from mockserver.mutants.operators.patches import JSON, Edit, Mutant, Original, Patch, for_each, mutant
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import at_most, each, or_else
from mockserver.operations.call import Call
from mockserver.store.kinds import ALERT_RULES

_field = partial(field, "CreateAlertRule")


def _default(**fields: Any) -> Patch:
    """Fill in fields that the body of a new rule lacks or has empty: ``_default(name="Unnamed")``."""

    def filled(body: JSON) -> JSON:
        is_new_rule = "recipients" in body
        return body | {name: value for name, value in fields.items() if is_new_rule and not body.get(name)}

    return receiving(filled)


def _required(name: str) -> Edit:
    """Require one more field of a new rule."""
    return schema("CreateAlertRule", lambda node: node["required"].append(name))


async def _keep_confidence(original: Original, call: Call) -> Any:
    """Keep the min_confidence of a rule whatever its trigger_type becomes."""
    before = await call.get(ALERT_RULES, "alert rule")
    return await original(call) | {"min_confidence": before.min_confidence}


def _enum(rule: str, name: str, values: tuple[str, ...]) -> list[Mutant]:
    """Return the mutants of an enum: a value is missing, an unknown one becomes the first, case does not matter."""

    def without(value: str) -> Edit:
        return retyped("CreateAlertRule", name, type="string", enum=[known for known in values if known != value])

    def first_for_unknown(body: JSON) -> JSON:
        return {} if name not in body or body[name] in values else {name: values[0]}

    def in_lower_case(body: JSON) -> JSON:
        return {name: body[name].lower()} if isinstance(body.get(name), str) else {}

    return [
        *for_each(f"{rule}/no-{{}}", values, without),
        mutant(f"{rule}/falls-back", new_rule(first_for_unknown)),
        mutant(f"{rule}/whatever-case", new_rule(in_lower_case)),
    ]


MUTANTS = (
    mutant("RU-08/cached", cached("listAlertRules")),
    mutant("RU-09/unnamed", _default(name="Unnamed")),
    mutant("RU-09/as-422", status_of(InvalidInput, 422)),
    mutant("RU-09/other-code", code_of(InvalidInput, "bad_request")),
    mutant("RU-10/two-at-least", schema("Name", setting(minLength=2))),
    mutant("RU-10/ninety-nine", schema("Name", setting(maxLength=99))),
    mutant("RU-10/bytes", new_rule(lambda body: {"name": ""} if len(str(body["name"]).encode()) > 100 else {})),
    mutant("RU-11/empty", schema("Name", setting(minLength=0))),
    mutant("RU-11/hundred-and-one", schema("Name", setting(maxLength=101))),
    mutant("RU-11/cut", new_rule(lambda body: {"name": body["name"][:100]})),
    *_enum("RU-12", "trigger_type", ("motion", "ai_tag", "manual")),
    mutant("RU-13/motion", _default(trigger_type="motion")),
    mutant("RU-14/null", shown("custom_tags", or_else(None))),
    mutant("RU-14/motion", shown("custom_tags", or_else(["motion"]))),
    mutant("RU-15/refused", rejecting(lambda rule: bool(rule.custom_tags))),
    mutant("RU-15/dropped", shown("custom_tags", at_most(0))),
    mutant("RU-15/only-the-first", shown("custom_tags", at_most(1))),
    mutant("RU-16/any-tag", _default(custom_tags=["any"])),
    mutant("RU-16/as-422", status_of(InvalidInput, 422)),
    mutant("RU-17/not-0", _field("min_confidence", exclusiveMinimum=0)),
    mutant("RU-17/not-1", _field("min_confidence", exclusiveMaximum=1)),
    mutant("RU-17/rounded", shown("min_confidence", lambda value: value and round(value, 1))),
    mutant("RU-17/percent", shown("min_confidence", lambda value: value and value * 100)),
    mutant("RU-18/clamped", clamped("min_confidence", 0, 1)),
    mutant("RU-18/as-422", status_of(InvalidInput, 422)),
    mutant("RU-19/every-rule", shown("min_confidence", lambda value: 0.5 if value is None else value)),
    mutant("RU-19/stays-behind", serving("updateAlertRule", _keep_confidence)),
    mutant("RU-20/null", shown("scope_type", lambda scope: None)),
    mutant("RU-20/required", _required("scope_type")),
    *_enum("RU-21", "scope_type", ("all_cameras", "specific_sites", "specific_cameras")),
    mutant("RU-22/null", shown("site_ids", or_else(None))),
    mutant("RU-22/all", shown("site_ids", or_else(["all"]))),
    mutant("RU-25/null", shown("camera_ids", or_else(None))),
    mutant("RU-25/all", shown("camera_ids", or_else(["all"]))),
    mutant("RU-28/null", shown("zones_filter", or_else(None))),
    mutant("RU-28/dropped", shown("zones_filter", at_most(0))),
    mutant("RU-28/in-capitals", shown("zones_filter", each(str.upper))),
    mutant("RU-28/required", _required("zones_filter")),
    mutant("RU-29/custom", _default(schedule_type="custom")),
    *_enum("RU-30", "schedule_type", ("always", "custom")),
    *for_each("RU-31/{}", (60, 299, 301), lambda seconds: _default(cooldown_sec=seconds)),
    mutant("RU-32/1-at-least", _field("cooldown_sec", minimum=1)),
    mutant("RU-32/3599-at-most", _field("cooldown_sec", maximum=3599)),
    mutant("RU-32/0-is-300", _default(cooldown_sec=300)),
    mutant("RU-33/clamped", clamped("cooldown_sec", 0, 3600)),
    mutant("RU-33/below-0", clamped("cooldown_sec", 0, 10**6)),
    mutant("RU-33/above-3600", clamped("cooldown_sec", -(10**6), 3600)),
    mutant("RU-34/null", shown("conditions_json", or_else(None))),
    mutant("RU-34/dropped", shown("conditions_json", lambda value: {})),
    mutant("RU-34/as-text", shown("conditions_json", str)),
    mutant(
        "RU-34/else-an-empty-one",
        new_rule(lambda body: {} if isinstance(body.get("conditions_json"), dict) else {"conditions_json": {}}),
    ),
)
