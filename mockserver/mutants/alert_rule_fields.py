"""Wrong laws about the fields of an alert rule: bounds, enums, defaults, and what they refer to."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain import alert_rules as domain
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound
from mockserver.mutants.base import Edit, Original, Patch, instead, mutant, patch, returning, schema, setting
from mockserver.openapi.validation import BodySchema
from mockserver.operations import alert_rules
from mockserver.store.kinds import ALERT_RULES

_ENUMS = {
    "RU-12": ("trigger_type", ("motion", "ai_tag", "manual")),
    "RU-21": ("scope_type", ("all_cameras", "specific_sites", "specific_cameras")),
    "RU-30": ("schedule_type", ("always", "custom")),
}
_ADMIN = {"type": "email", "target": "admin@example.com"}
JSON = dict[str, Any]


def _heard(change: Callable[[JSON], JSON]) -> Patch:
    """Take a body for another one; what ``change`` returns is laid over it."""
    return patch(
        BodySchema,
        "check",
        lambda original: lambda self, body: original(self, body | change(body) if isinstance(body, dict) else body),
    )


def _default(**fields: Any) -> Patch:
    """Give fields that are left out, or empty, a value of our own; only in bodies of new rules."""
    return _heard(lambda body: {k: v for k, v in fields.items() if "recipients" in body and not body.get(k)})


def _new(change: Callable[[JSON], JSON]) -> Patch:
    """Take the body of a new rule for another one."""
    return _heard(lambda body: change(body) if "trigger_type" in body and "name" in body else {})


def _shown(field: str, change: Callable[[Any], Any]) -> Patch:
    """Show a field of every rule in detail as something else."""
    return returning(alert_rules, "_view", lambda view: view | {field: change(view[field])} if field in view else view)


def _field(name: str, **keys: Any) -> Edit:
    return schema("CreateAlertRule", setting(**keys), "properties", name)


def _refusing(wrong: Callable[[domain.AlertRule], bool]) -> Patch:
    def check(rule: domain.AlertRule) -> None:
        if wrong(rule):
            raise InvalidInput({"body": ["is not wanted"]})

    return instead(domain, "check", check)


def _references(change: Callable[[JSON], JSON]) -> Patch:
    """Look up other references than the body has."""
    return patch(
        alert_rules,
        "_require_references",
        lambda original: lambda call, body: original(call, {**body, **change(dict(body))}),
    )


def _unknown_as(error: Exception) -> Patch:
    def wrap(original: Original) -> Any:
        async def wrapped(call: Any, body: Any) -> None:
            try:
                await original(call, body)
            except NotFound:
                raise error from None

        return wrapped

    return patch(alert_rules, "_require_references", wrap)


def _of_any_org(original: Original) -> Any:
    async def wrapped(call: Any, body: Any) -> Any:
        for org_id in await call.tx.orgs():
            try:
                return await original(replace(call, caller=replace(call.caller, org_id=org_id)), body)
            except NotFound:
                continue
        return await original(call, body)

    return wrapped


def _keeping_confidence(original: Original) -> Any:
    async def update(call: Any) -> Any:
        before = await call.get(ALERT_RULES, "alert rule")
        return await original(call) | {"min_confidence": before.min_confidence}

    return update


def _clamped(field: str, low: float, high: float) -> Patch:
    return _heard(
        lambda body: {field: min(max(body[field], low), high)} if isinstance(body.get(field), int | float) else {}
    )


def _widened(scope: str, ids: str) -> Patch:
    """Take a scope without its ids for all cameras."""
    return _new(
        lambda body: {"scope_type": "all_cameras"} if body.get("scope_type") == scope and not body.get(ids) else {}
    )


def _first(ids: str) -> Callable[[JSON], JSON]:
    return lambda body: {ids: body.get(ids, [])[:1]}


def _last(ids: str) -> Callable[[JSON], JSON]:
    return lambda body: {ids: body.get(ids, [])[-1:]}


def _of_enum(rule: str) -> list[Any]:
    """Return the mutants that every enum has: a value missing, whatever case, anything goes."""
    field, values = _ENUMS[rule]

    def fall_back(body: JSON) -> JSON:
        return {} if field not in body or body[field] in values else {field: values[0]}

    def any_case(body: JSON) -> JSON:
        return {field: body[field].lower()} if isinstance(body.get(field), str) else {}

    return [
        *(
            mutant(f"{rule}/no-{value}", schema("CreateAlertRule", _only(field, [v for v in values if v != value])))
            for value in values
        ),
        mutant(f"{rule}/falls-back", _new(fall_back)),
        mutant(f"{rule}/whatever-case", _new(any_case)),
    ]


def _only(field: str, values: list[str]) -> Callable[[Any], None]:
    return lambda node: node["properties"].update({field: {"type": "string", "enum": values}})


def _ids_of(first: int, scope: str, ids: str) -> list[Any]:
    """Return the mutants of a scope that takes ids: accepted with them, refused without."""
    accepted, refused = f"RU-{first}", f"RU-{first + 1}"
    return [
        mutant(f"RU-{first - 1}/null", _shown(ids, lambda value: value or None)),
        mutant(f"RU-{first - 1}/all", _shown(ids, lambda value: value or ["all"])),
        mutant(f"{accepted}/refused", _refusing(lambda rule: rule.scope_type.value == scope)),
        mutant(f"{accepted}/dropped", _shown(ids, lambda value: [])),
        mutant(f"{accepted}/only-the-first", _shown(ids, lambda value: value[:1])),
        mutant(f"{refused}/widened", _widened(scope, ids)),
        mutant(f"{refused}/as-422", instead(InvalidInput, "status", 422)),
    ]


_WHAT = (
    mutant("RU-09/unnamed", _default(name="Unnamed")),
    mutant("RU-09/as-422", instead(InvalidInput, "status", 422)),
    mutant("RU-09/other-code", instead(InvalidInput, "code", "bad_request")),
    mutant("RU-10/two-at-least", schema("Name", setting(minLength=2))),
    mutant("RU-10/ninety-nine", schema("Name", setting(maxLength=99))),
    mutant("RU-10/bytes", _new(lambda body: {"name": ""} if len(str(body["name"]).encode()) > 100 else {})),
    mutant("RU-11/empty", schema("Name", setting(minLength=0))),
    mutant("RU-11/hundred-and-one", schema("Name", setting(maxLength=101))),
    mutant("RU-11/cut", _new(lambda body: {"name": body["name"][:100]})),
    *_of_enum("RU-12"),
    mutant("RU-13/motion", _default(trigger_type="motion")),
    mutant("RU-14/null", _shown("custom_tags", lambda tags: tags or None)),
    mutant("RU-14/motion", _shown("custom_tags", lambda tags: tags or ["motion"])),
    mutant("RU-15/refused", _refusing(lambda rule: bool(rule.custom_tags))),
    mutant("RU-15/dropped", _shown("custom_tags", lambda tags: [])),
    mutant("RU-15/only-the-first", _shown("custom_tags", lambda tags: tags[:1])),
    mutant("RU-16/any-tag", _default(custom_tags=["any"])),
    mutant("RU-16/as-422", instead(InvalidInput, "status", 422)),
    mutant("RU-17/not-0", _field("min_confidence", exclusiveMinimum=0)),
    mutant("RU-17/not-1", _field("min_confidence", exclusiveMaximum=1)),
    mutant("RU-17/rounded", _shown("min_confidence", lambda value: value and round(value, 1))),
    mutant("RU-17/percent", _shown("min_confidence", lambda value: value and value * 100)),
    mutant("RU-18/clamped", _clamped("min_confidence", 0, 1)),
    mutant("RU-18/as-422", instead(InvalidInput, "status", 422)),
    mutant("RU-19/every-rule", _shown("min_confidence", lambda value: 0.5 if value is None else value)),
    mutant("RU-19/stays-behind", patch(alert_rules, "update_alert_rule", _keeping_confidence)),
    mutant("RU-34/null", _shown("conditions_json", lambda value: value or None)),
    mutant("RU-34/dropped", _shown("conditions_json", lambda value: {})),
    mutant("RU-34/as-text", _shown("conditions_json", str)),
    mutant(
        "RU-34/else-an-empty-one",
        _new(lambda b: {} if isinstance(b.get("conditions_json"), dict) else {"conditions_json": {}}),
    ),
)

_WHERE_AND_WHEN = (
    mutant("RU-20/null", _shown("scope_type", lambda scope: None)),
    mutant("RU-20/required", schema("CreateAlertRule", lambda node: node["required"].append("scope_type"))),
    *_of_enum("RU-21"),
    *_ids_of(23, "specific_sites", "site_ids"),
    *_ids_of(26, "specific_cameras", "camera_ids"),
    mutant("RU-28/null", _shown("zones_filter", lambda zones: zones or None)),
    mutant("RU-28/dropped", _shown("zones_filter", lambda zones: [])),
    mutant("RU-28/in-capitals", _shown("zones_filter", lambda zones: [zone.upper() for zone in zones])),
    mutant("RU-28/required", schema("CreateAlertRule", lambda node: node["required"].append("zones_filter"))),
    mutant("RU-29/custom", _default(schedule_type="custom")),
    *_of_enum("RU-30"),
    mutant("RU-31/60", _default(cooldown_sec=60)),
    mutant("RU-31/299", _default(cooldown_sec=299)),
    mutant("RU-31/301", _default(cooldown_sec=301)),
    mutant("RU-32/1-at-least", _field("cooldown_sec", minimum=1)),
    mutant("RU-32/3599-at-most", _field("cooldown_sec", maximum=3599)),
    mutant("RU-32/0-is-300", _default(cooldown_sec=300)),
    mutant("RU-33/clamped", _clamped("cooldown_sec", 0, 3600)),
    mutant("RU-33/below-0", _clamped("cooldown_sec", 0, 10**6)),
    mutant("RU-33/above-3600", _clamped("cooldown_sec", -(10**6), 3600)),
    mutant("RU-50/clamped", _clamped("cooldown_sec", 0, 3600)),
    mutant("RU-50/confidence-clamped", _clamped("min_confidence", 0, 1)),
    mutant(
        "RU-50/name-cut", _heard(lambda body: {"name": body["name"][:100]} if isinstance(body.get("name"), str) else {})
    ),
    mutant("RU-40/unchecked", _references(lambda body: {"camera_ids": []})),
    mutant("RU-40/only-the-first", _references(_first("camera_ids"))),
    mutant("RU-40/only-the-last", _references(_last("camera_ids"))),
    mutant("RU-40/invalid", _unknown_as(InvalidInput({"camera_ids": ["is unknown"]})), "RU-41"),
    mutant("RU-40/forbidden", _unknown_as(Forbidden("Not yours.")), "RU-41"),
    mutant("RU-40/any-orgs", patch(alert_rules, "_require_references", _of_any_org), "RU-41"),
    mutant("RU-41/unchecked", _references(lambda body: {"site_ids": []})),
    mutant("RU-41/only-the-first", _references(_first("site_ids"))),
    mutant("RU-41/only-the-last", _references(_last("site_ids"))),
)


def _complete(one: Any) -> bool:
    return isinstance(one, dict) and {"type", "target"} <= one.keys()


def _told(change: Callable[[list[Any]], list[Any]]) -> Patch:
    """Take a list of recipients for another one."""
    return _heard(lambda body: {"recipients": change(body["recipients"])} if body.get("recipients") else {})


_WHOM = (
    mutant("RU-35/two-at-least", _field("recipients", minItems=2)),
    mutant("RU-35/twenty-four", _field("recipients", maxItems=24)),
    mutant("RU-35/only-the-first", _shown("recipients", lambda found: found[:1])),
    mutant("RU-36/somebody", _new(lambda body: {"recipients": body.get("recipients") or [_ADMIN]})),
    mutant("RU-36/as-422", instead(InvalidInput, "status", 422)),
    mutant("RU-37/twenty-six", _field("recipients", maxItems=26)),
    mutant("RU-37/cut", _told(lambda found: found[:25])),
    mutant("RU-38/bad-ones-left-out", _told(lambda found: [one for one in found if _complete(one)])),
    mutant("RU-38/email-by-default", _told(lambda f: [{"type": "email"} | o if isinstance(o, dict) else o for o in f])),
    mutant("RU-38/text", _told(lambda f: [{"type": "x", "target": o} if isinstance(o, str) else o for o in f])),
    mutant("RU-38/type-lost", _shown("recipients", lambda found: [{"target": one.target} for one in found])),
    mutant("RU-39/no-hyphens", schema("Recipient", setting(pattern="^[^-]*$"), "properties", "target")),
    mutant("RU-39/no-email", _told(lambda found: [{"type": 1} if o.get("type") == "email" else o for o in found])),
    mutant("RU-39/as-mail", _shown("recipients", lambda f: [{"type": "mail", "target": one.target} for one in f])),
)

MUTANTS = (*_WHAT, *_WHERE_AND_WHEN, *_WHOM)
