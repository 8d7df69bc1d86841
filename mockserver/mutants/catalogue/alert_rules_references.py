"""Mutants about the recipients, sites and cameras of alert rules."""

from functools import partial
from typing import Any

from mockserver.domain.errors import ApiError, Forbidden, InvalidInput, NotFound
from mockserver.mutants.operators.alert_rules import new_rule, received, rejecting, shown
from mockserver.mutants.operators.document import field, schema, setting
from mockserver.mutants.operators.patches import Change, Mutant, Mutants, Original, Patch, around, mutant
from mockserver.mutants.operators.refusals import refused_as, status_of
from mockserver.mutants.operators.values import at_most, caller, changed, each, lacking
from mockserver.operations import alert_rules
from mockserver.operations.call import Call

_ADMIN = {"type": "email", "target": "admin@example.com"}

_recipients_field = partial(field, "CreateAlertRule", "recipients")


def _scope_needs_ids(scope: str, ids: str, *, accepted: str, refused: str) -> list[Mutant]:
    """Return the mutants of a scope that needs ids, by rule: accepted with them, refused without."""

    def all_cameras_without_ids(body: Any) -> Any:
        return {"scope_type": "all_cameras"} if body.get("scope_type") == scope and not body.get(ids) else {}

    return [
        mutant(f"{accepted}/refused", rejecting(lambda rule: rule.scope_type.value == scope)),
        mutant(f"{accepted}/dropped", shown(ids, at_most(0))),
        mutant(f"{accepted}/only-the-first", shown(ids, at_most(1))),
        mutant(f"{refused}/widened", new_rule(all_cameras_without_ids)),
        mutant(f"{refused}/as-422", status_of(InvalidInput, 422)),
    ]


def _looked_up(change: Change) -> Patch:
    """Look up other references than the body has."""
    return around(alert_rules._require_references, lambda original, call, body: original(call, change(body)))


def _some_looked_up(rule: str, ids: str) -> list[Mutant]:
    """Return the mutants that look up none of the ids, only the first or only the last."""
    return [
        mutant(f"{rule}/unchecked", _looked_up(lacking(ids))),
        mutant(f"{rule}/only-the-first", _looked_up(changed(**{ids: at_most(1)}))),
        mutant(f"{rule}/only-the-last", _looked_up(changed(**{ids: lambda found: found[-1:]}))),
    ]


def _unknown_refused_as(error: ApiError) -> Patch:
    """Refuse unknown sites and cameras with another error."""
    return around(alert_rules._require_references, refused_as(NotFound, error))


def _recipients(change: Change) -> Patch:
    """Change the recipients that are sent."""
    return received(recipients=lambda found: change(found) if found else found)


def _is_complete(recipient: Any) -> bool:
    return isinstance(recipient, dict) and {"type", "target"} <= recipient.keys()


MUTANTS = Mutants()


@MUTANTS.defect("RU-40/any-orgs", "RU-41", of=alert_rules._require_references)
async def accept_references_of_any_org(original: Original, call: Call, body: Any) -> Any:
    """Accept sites and cameras that any one org has."""
    for org_id in await call.tx.orgs():
        try:
            return await original(caller(call, org_id=org_id), body)
        except NotFound:
            continue
    return await original(call, body)


MUTANTS += (
    *_scope_needs_ids("specific_sites", "site_ids", accepted="RU-23", refused="RU-24"),
    *_scope_needs_ids("specific_cameras", "camera_ids", accepted="RU-26", refused="RU-27"),
    mutant("RU-35/two-at-least", _recipients_field(minItems=2)),
    mutant("RU-35/twenty-four", _recipients_field(maxItems=24)),
    mutant("RU-35/only-the-first", shown("recipients", at_most(1))),
    mutant("RU-36/somebody", new_rule(lambda body: {"recipients": body.get("recipients") or [_ADMIN]})),
    mutant("RU-36/as-422", status_of(InvalidInput, 422)),
    mutant("RU-37/twenty-six", _recipients_field(maxItems=26)),
    mutant("RU-37/cut", _recipients(at_most(25))),
    mutant("RU-38/bad-ones-left-out", _recipients(lambda found: [one for one in found if _is_complete(one)])),
    mutant(
        "RU-38/email-by-default",
        _recipients(each(lambda one: {"type": "email"} | one if isinstance(one, dict) else one)),
    ),
    mutant("RU-38/text", _recipients(each(lambda one: {"type": "x", "target": one} if isinstance(one, str) else one))),
    mutant("RU-38/type-lost", shown("recipients", each(lambda one: {"target": one.target}))),
    mutant("RU-39/no-hyphens", schema("Recipient", setting(pattern="^[^-]*$"), "properties", "target")),
    mutant("RU-39/no-email", _recipients(each(lambda one: {"type": 1} if one.get("type") == "email" else one))),
    mutant("RU-39/as-mail", shown("recipients", each(lambda one: {"type": "mail", "target": one.target}))),
    *_some_looked_up("RU-40", "camera_ids"),
    mutant("RU-40/invalid", _unknown_refused_as(InvalidInput({"camera_ids": ["is unknown"]})), "RU-41"),
    mutant("RU-40/forbidden", _unknown_refused_as(Forbidden("Access denied.")), "RU-41"),
    *_some_looked_up("RU-41", "site_ids"),
)
