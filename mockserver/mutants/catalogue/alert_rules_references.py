"""Mutants about the recipients, sites and cameras of alert rules."""

from functools import partial
from typing import Any

from mockserver.domain.errors import ApiError, Forbidden, InvalidInput, NotFound
from mockserver.mutants.operators.alert_rules import new_rule, received, rejecting, shown
from mockserver.mutants.operators.document import field, schema, setting
from mockserver.mutants.operators.patches import Change, Mutant, Original, Patch, around, mutant
from mockserver.mutants.operators.refusals import refused_as, status_of
from mockserver.mutants.operators.values import at_most, caller, changed, each, lacking, or_else
from mockserver.operations import alert_rules

_ADMIN = {"type": "email", "target": "admin@example.com"}


_field = partial(field, "CreateAlertRule")


_looking_up = partial(around, alert_rules._require_references)


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


def _widened(scope: str, ids: str) -> Patch:
    """Take a scope without its ids for all cameras."""
    return new_rule(
        lambda body: {"scope_type": "all_cameras"} if body.get("scope_type") == scope and not body.get(ids) else {}
    )


def _ids_of(number: int, scope: str, ids: str) -> list[Mutant]:
    """Return the mutants of a scope that takes ids: accepted with them, refused without."""
    accepted, refused = f"RU-{number}", f"RU-{number + 1}"
    return [
        mutant(f"RU-{number - 1}/null", shown(ids, or_else(None))),
        mutant(f"RU-{number - 1}/all", shown(ids, or_else(["all"]))),
        mutant(f"{accepted}/refused", rejecting(lambda rule: rule.scope_type.value == scope)),
        mutant(f"{accepted}/dropped", shown(ids, at_most(0))),
        mutant(f"{accepted}/only-the-first", shown(ids, at_most(1))),
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


def _complete(one: Any) -> bool:
    return isinstance(one, dict) and {"type", "target"} <= one.keys()


def _told(change: Change) -> Patch:
    """Take a list of recipients for another one."""
    return received(recipients=lambda found: change(found) if found else found)


MUTANTS = (
    *_ids_of(23, "specific_sites", "site_ids"),
    *_ids_of(26, "specific_cameras", "camera_ids"),
    *_references_of("RU-40", "camera_ids"),
    mutant("RU-40/invalid", _unknown_as(InvalidInput({"camera_ids": ["is unknown"]})), "RU-41"),
    mutant("RU-40/forbidden", _unknown_as(Forbidden("Not yours.")), "RU-41"),
    mutant("RU-40/any-orgs", _looking_up(_of_any_org), "RU-41"),
    *_references_of("RU-41", "site_ids"),
    mutant("RU-35/two-at-least", _field("recipients", minItems=2)),
    mutant("RU-35/twenty-four", _field("recipients", maxItems=24)),
    mutant("RU-35/only-the-first", shown("recipients", at_most(1))),
    mutant("RU-36/somebody", new_rule(lambda body: {"recipients": body.get("recipients") or [_ADMIN]})),
    mutant("RU-36/as-422", status_of(InvalidInput, 422)),
    mutant("RU-37/twenty-six", _field("recipients", maxItems=26)),
    mutant("RU-37/cut", _told(at_most(25))),
    mutant("RU-38/bad-ones-left-out", _told(lambda found: [one for one in found if _complete(one)])),
    mutant("RU-38/email-by-default", _told(each(lambda o: {"type": "email"} | o if isinstance(o, dict) else o))),
    mutant("RU-38/text", _told(each(lambda o: {"type": "x", "target": o} if isinstance(o, str) else o))),
    mutant("RU-38/type-lost", shown("recipients", each(lambda one: {"target": one.target}))),
    mutant("RU-39/no-hyphens", schema("Recipient", setting(pattern="^[^-]*$"), "properties", "target")),
    mutant("RU-39/no-email", _told(each(lambda o: {"type": 1} if o.get("type") == "email" else o))),
    mutant("RU-39/as-mail", shown("recipients", each(lambda one: {"type": "mail", "target": one.target}))),
)
