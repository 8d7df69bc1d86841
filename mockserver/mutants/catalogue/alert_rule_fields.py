"""Wrong laws about the fields of an alert rule: bounds, enums, defaults, and what they refer to."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mockserver.domain import alert_rules as domain
from mockserver.domain.errors import ApiError, Forbidden, InvalidInput, NotFound
from mockserver.mutants.operators.document import field, retyped, schema, setting
from mockserver.mutants.operators.operations import receiving, serving
from mockserver.mutants.operators.patches import (
    JSON,
    Change,
    Edit,
    Mutant,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import code_of, refused_as, status_of
from mockserver.mutants.operators.values import at_most, caller, changed, cut, each, lacking
from mockserver.operations import alert_rules
from mockserver.store.kinds import ALERT_RULES

_ENUMS = {
    "RU-12": ("trigger_type", ("motion", "ai_tag", "manual")),
    "RU-21": ("scope_type", ("all_cameras", "specific_sites", "specific_cameras")),
    "RU-30": ("schedule_type", ("always", "custom")),
}
_ADMIN = {"type": "email", "target": "admin@example.com"}
_field = partial(field, "CreateAlertRule")
_looking_up = partial(around, alert_rules._require_references)


def _heard(**changes: Change) -> Patch:
    """Take fields of a body for others, where they are there."""
    return receiving(changed(**changes))


def _default(**fields: Any) -> Patch:
    """Give fields that are left out, or empty, a value of our own; only in bodies of new rules."""
    return receiving(lambda body: body | {k: v for k, v in fields.items() if "recipients" in body and not body.get(k)})


def _new(change: Callable[[JSON], JSON]) -> Patch:
    """Take the body of a new rule for another one."""
    return receiving(lambda body: body | change(body) if "trigger_type" in body and "name" in body else body)


def _shown(name: str, change: Change) -> Patch:
    """Show a field of every rule in detail as something else."""
    return returning(alert_rules._view, changed(**{name: change}))


def _demanding(name: str) -> Edit:
    return schema("CreateAlertRule", lambda node: node["required"].append(name))


def _refusing(wrong: Callable[[domain.AlertRule], bool]) -> Patch:
    def check(rule: domain.AlertRule) -> None:
        if wrong(rule):
            raise InvalidInput({"body": ["is not wanted"]})

    return replaced(lambda: domain.check, check)


def _references(change: Change) -> Patch:
    """Look up other references than the body has."""
    return _looking_up(lambda original, call, body: original(call, change(body)))


def _unknown_as(error: ApiError) -> Patch:
    return _looking_up(refused_as(NotFound, error))


async def _of_any_org(original: Original, call: Any, body: Any) -> Any:
    for org_id in await call.tx.orgs():
        try:
            return await original(caller(call, org_id=org_id), body)
        except NotFound:
            continue
    return await original(call, body)


async def _keeping_confidence(original: Original, call: Any) -> Any:
    before = await call.get(ALERT_RULES, "alert rule")
    return await original(call) | {"min_confidence": before.min_confidence}


def _clamped(name: str, low: float, high: float) -> Patch:
    return _heard(**{name: lambda value: min(max(value, low), high) if isinstance(value, int | float) else value})


def _widened(scope: str, ids: str) -> Patch:
    """Take a scope without its ids for all cameras."""
    return _new(
        lambda body: {"scope_type": "all_cameras"} if body.get("scope_type") == scope and not body.get(ids) else {}
    )


def _of_enum(rule: str) -> list[Mutant]:
    """Return the mutants that every enum has: a value missing, whatever case, anything goes."""
    name, values = _ENUMS[rule]

    def one_missing(value: str) -> Edit:
        return retyped("CreateAlertRule", name, type="string", enum=[known for known in values if known != value])

    def fall_back(body: JSON) -> JSON:
        return {} if name not in body or body[name] in values else {name: values[0]}

    def any_case(body: JSON) -> JSON:
        return {name: body[name].lower()} if isinstance(body.get(name), str) else {}

    return [
        *for_each(f"{rule}/no-{{}}", values, one_missing),
        mutant(f"{rule}/falls-back", _new(fall_back)),
        mutant(f"{rule}/whatever-case", _new(any_case)),
    ]


def _ids_of(number: int, scope: str, ids: str) -> list[Mutant]:
    """Return the mutants of a scope that takes ids: accepted with them, refused without."""
    accepted, refused = f"RU-{number}", f"RU-{number + 1}"
    return [
        mutant(f"RU-{number - 1}/null", _shown(ids, _or(None))),
        mutant(f"RU-{number - 1}/all", _shown(ids, _or(["all"]))),
        mutant(f"{accepted}/refused", _refusing(lambda rule: rule.scope_type.value == scope)),
        mutant(f"{accepted}/dropped", _shown(ids, at_most(0))),
        mutant(f"{accepted}/only-the-first", _shown(ids, at_most(1))),
        mutant(f"{refused}/widened", _widened(scope, ids)),
        mutant(f"{refused}/as-422", status_of(InvalidInput, 422)),
    ]


def _references_of(rule: str, ids: str) -> list[Mutant]:
    """Return the mutants of looking up ids: none of them, only the first, only the last."""
    return [
        mutant(f"{rule}/unchecked", _references(lacking(ids))),
        mutant(f"{rule}/only-the-first", _references(changed(**{ids: at_most(1)}))),
        mutant(f"{rule}/only-the-last", _references(changed(**{ids: lambda found: found[-1:]}))),
    ]


def _or(other: Any) -> Change:
    return lambda value: value or other


_WHAT = (
    mutant("RU-09/unnamed", _default(name="Unnamed")),
    mutant("RU-09/as-422", status_of(InvalidInput, 422)),
    mutant("RU-09/other-code", code_of(InvalidInput, "bad_request")),
    mutant("RU-10/two-at-least", schema("Name", setting(minLength=2))),
    mutant("RU-10/ninety-nine", schema("Name", setting(maxLength=99))),
    mutant("RU-10/bytes", _new(lambda body: {"name": ""} if len(str(body["name"]).encode()) > 100 else {})),
    mutant("RU-11/empty", schema("Name", setting(minLength=0))),
    mutant("RU-11/hundred-and-one", schema("Name", setting(maxLength=101))),
    mutant("RU-11/cut", _new(lambda body: {"name": body["name"][:100]})),
    *_of_enum("RU-12"),
    mutant("RU-13/motion", _default(trigger_type="motion")),
    mutant("RU-14/null", _shown("custom_tags", _or(None))),
    mutant("RU-14/motion", _shown("custom_tags", _or(["motion"]))),
    mutant("RU-15/refused", _refusing(lambda rule: bool(rule.custom_tags))),
    mutant("RU-15/dropped", _shown("custom_tags", at_most(0))),
    mutant("RU-15/only-the-first", _shown("custom_tags", at_most(1))),
    mutant("RU-16/any-tag", _default(custom_tags=["any"])),
    mutant("RU-16/as-422", status_of(InvalidInput, 422)),
    mutant("RU-17/not-0", _field("min_confidence", exclusiveMinimum=0)),
    mutant("RU-17/not-1", _field("min_confidence", exclusiveMaximum=1)),
    mutant("RU-17/rounded", _shown("min_confidence", lambda value: value and round(value, 1))),
    mutant("RU-17/percent", _shown("min_confidence", lambda value: value and value * 100)),
    mutant("RU-18/clamped", _clamped("min_confidence", 0, 1)),
    mutant("RU-18/as-422", status_of(InvalidInput, 422)),
    mutant("RU-19/every-rule", _shown("min_confidence", lambda value: 0.5 if value is None else value)),
    mutant("RU-19/stays-behind", serving("updateAlertRule", _keeping_confidence)),
    mutant("RU-34/null", _shown("conditions_json", _or(None))),
    mutant("RU-34/dropped", _shown("conditions_json", lambda value: {})),
    mutant("RU-34/as-text", _shown("conditions_json", str)),
    mutant(
        "RU-34/else-an-empty-one",
        _new(lambda b: {} if isinstance(b.get("conditions_json"), dict) else {"conditions_json": {}}),
    ),
)

_WHERE_AND_WHEN = (
    mutant("RU-20/null", _shown("scope_type", lambda scope: None)),
    mutant("RU-20/required", _demanding("scope_type")),
    *_of_enum("RU-21"),
    *_ids_of(23, "specific_sites", "site_ids"),
    *_ids_of(26, "specific_cameras", "camera_ids"),
    mutant("RU-28/null", _shown("zones_filter", _or(None))),
    mutant("RU-28/dropped", _shown("zones_filter", at_most(0))),
    mutant("RU-28/in-capitals", _shown("zones_filter", each(str.upper))),
    mutant("RU-28/required", _demanding("zones_filter")),
    mutant("RU-29/custom", _default(schedule_type="custom")),
    *_of_enum("RU-30"),
    *for_each("RU-31/{}", (60, 299, 301), lambda seconds: _default(cooldown_sec=seconds)),
    mutant("RU-32/1-at-least", _field("cooldown_sec", minimum=1)),
    mutant("RU-32/3599-at-most", _field("cooldown_sec", maximum=3599)),
    mutant("RU-32/0-is-300", _default(cooldown_sec=300)),
    mutant("RU-33/clamped", _clamped("cooldown_sec", 0, 3600)),
    mutant("RU-33/below-0", _clamped("cooldown_sec", 0, 10**6)),
    mutant("RU-33/above-3600", _clamped("cooldown_sec", -(10**6), 3600)),
    mutant("RU-50/clamped", _clamped("cooldown_sec", 0, 3600)),
    mutant("RU-50/confidence-clamped", _clamped("min_confidence", 0, 1)),
    mutant("RU-50/name-cut", _heard(name=cut(100))),
    *_references_of("RU-40", "camera_ids"),
    mutant("RU-40/invalid", _unknown_as(InvalidInput({"camera_ids": ["is unknown"]})), "RU-41"),
    mutant("RU-40/forbidden", _unknown_as(Forbidden("Not yours.")), "RU-41"),
    mutant("RU-40/any-orgs", _looking_up(_of_any_org), "RU-41"),
    *_references_of("RU-41", "site_ids"),
)


def _complete(one: Any) -> bool:
    return isinstance(one, dict) and {"type", "target"} <= one.keys()


def _told(change: Change) -> Patch:
    """Take a list of recipients for another one."""
    return _heard(recipients=lambda found: change(found) if found else found)


_WHOM = (
    mutant("RU-35/two-at-least", _field("recipients", minItems=2)),
    mutant("RU-35/twenty-four", _field("recipients", maxItems=24)),
    mutant("RU-35/only-the-first", _shown("recipients", at_most(1))),
    mutant("RU-36/somebody", _new(lambda body: {"recipients": body.get("recipients") or [_ADMIN]})),
    mutant("RU-36/as-422", status_of(InvalidInput, 422)),
    mutant("RU-37/twenty-six", _field("recipients", maxItems=26)),
    mutant("RU-37/cut", _told(at_most(25))),
    mutant("RU-38/bad-ones-left-out", _told(lambda found: [one for one in found if _complete(one)])),
    mutant("RU-38/email-by-default", _told(each(lambda o: {"type": "email"} | o if isinstance(o, dict) else o))),
    mutant("RU-38/text", _told(each(lambda o: {"type": "x", "target": o} if isinstance(o, str) else o))),
    mutant("RU-38/type-lost", _shown("recipients", each(lambda one: {"target": one.target}))),
    mutant("RU-39/no-hyphens", schema("Recipient", setting(pattern="^[^-]*$"), "properties", "target")),
    mutant("RU-39/no-email", _told(each(lambda o: {"type": 1} if o.get("type") == "email" else o))),
    mutant("RU-39/as-mail", _shown("recipients", each(lambda one: {"type": "mail", "target": one.target}))),
)

MUTANTS = (*_WHAT, *_WHERE_AND_WHEN, *_WHOM)
