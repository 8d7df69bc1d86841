"""Alert rules: the fields of one, creating one, reading it back."""

from collections.abc import Sequence
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.expectations import Expect
from contract_tests.steps.answers import JSON, rows
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import RECIPIENT, RULES, World

TRIGGERS = ("ai_tag", "motion", "manual")
SCOPES = ("all_cameras", "specific_sites", "specific_cameras")
SCHEDULES = ("always", "custom")
_MAX_PAGES = 1000
RULE_LIST_FIELDS = ("id", "name", "trigger_type", "scope_type", "schedule_type", "cooldown_sec", "enabled")
RULE_FIELDS = frozenset((
    *RULE_LIST_FIELDS, "custom_tags", "min_confidence", "site_ids", "camera_ids", "zones_filter", "conditions_json",
    "recipients", "created_at",
))  # fmt: skip


def new_rule_body(world: World, **fields: Any) -> JSON:
    """Return a valid body for a new rule with the given fields; a field that is None is left out."""
    body = {"name": world.name("rule"), "recipients": [RECIPIENT], **world.rule_fields(fields), **fields}
    return {name: value for name, value in body.items() if value is not None}


def tag(world: World) -> str:
    """Return an AI tag: where others have cameras, one that no event of them has."""
    return world.name("tag") if world.shared else "person"


def create(world: World, actor: Actor | None = None, **fields: Any) -> Answer:
    """Ask for a rule, as an operator by default, and return the answer, whatever it is."""
    return (actor or world.operator).post(RULES, new_rule_body(world, **fields))


def available(ids: Sequence[str], noun: str, count: int = 1) -> list[str]:
    """Return the ids. Raises Unavailable when there are fewer than the check needs."""
    if not ids:
        raise Unavailable(f"the org has no {noun} that the suite knows")
    if len(ids) < count:
        raise Unavailable(f"needs {count} {noun}s, and the suite knows {len(ids)} of the org")
    return list(ids)


def listed_rules(actor: Actor) -> list[JSON]:
    """Return all alert rules that an actor lists, along next_cursor if the list has one. Raises Violation."""
    answer = actor.get(RULES)
    found = rows(answer)
    for _ in range(_MAX_PAGES):
        cursor = answer.json.get("next_cursor")
        if cursor is None:
            return found
        answer = actor.get(RULES, cursor=cursor)
        found += rows(answer)
    raise Violation("", f"a list of rules with at most {_MAX_PAGES} pages", f"one more next_cursor: {cursor!r}")


def require_none_made(world: World, expect: Expect, rule: str, before: list[JSON]) -> None:
    """State that the run has made no alert rule since the list was read ``before``; others may have."""
    known = {row.get("id") for row in before}
    made = [row for row in listed_rules(world.operator) if row.get("id") not in known and world.owns(RULES, row)]
    expect.equal(rule, made, [], "the rules made by the refused calls are")


def find_listed(actor: Actor, rule_id: str) -> JSON | None:
    """Return the rule as the list shows it, or None. Raises Violation when the list has it more than once."""
    found = [row for row in listed_rules(actor) if row.get("id") == rule_id]
    if len(found) > 1:
        raise Violation("", "a rule once in the list", found)
    return found[0] if found else None


def listed_names(actor: Actor) -> list[Any]:
    """Return the names in the list of rules."""
    return [row.get("name") for row in listed_rules(actor)]


def shape(rule: JSON) -> set[str]:
    """Return the names of the documented fields that a rule in an answer has."""
    return {*rule} & RULE_FIELDS


def shows(answer: Answer, sent: JSON) -> bool:
    """Whether a rule in an answer has the values sent, in those of the fields that it shows."""
    found = answer.json
    return isinstance(found, dict) and all(found[name] == value for name, value in sent.items() if name in found)
