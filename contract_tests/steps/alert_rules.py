"""What the checks of alert rules have in common: bodies, good and bad values of every field, ways to read back."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from contract_tests.actors import Actor, Answer
from contract_tests.steps.answers import JSON, rows
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import RULES, World

TRIGGERS = ("motion", "ai_tag", "manual")
SCOPES = ("all_cameras", "specific_sites", "specific_cameras")
SCHEDULES = ("always", "custom")
LISTED = ("id", "name", "trigger_type", "scope_type", "schedule_type", "cooldown_sec", "enabled")
RECIPIENT = {"type": "email", "target": "suite@example.com"}

texts = st.text("abcXYZ019 äé漢_-", min_size=1, max_size=20).filter(lambda text: text == text.strip())
_values = st.none() | st.booleans() | st.integers(-1000, 1000) | texts
objects = st.dictionaries(texts, _values | st.lists(_values, max_size=3) | st.dictionaries(texts, _values), max_size=4)
addresses = st.from_regex(r"[a-z][a-z0-9]{0,9}(\.[a-z]{1,5})?@[a-z]{2,8}\.(com|org)", fullmatch=True)
recipients = st.lists(addresses.map(lambda target: {"type": "email", "target": target}), min_size=1, max_size=25)

#: Values of every field that a rule may have whatever its other fields are.
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text("abcXYZ019é漢", min_size=1, max_size=100),
    "custom_tags": st.lists(texts, min_size=1, max_size=4),
    "zones_filter": st.lists(texts, max_size=4),
    "schedule_type": st.sampled_from(SCHEDULES),
    "cooldown_sec": st.integers(0, 3600),
    "conditions_json": objects,
    "recipients": recipients,
}
#: Values outside the limits of every field.
BAD: tuple[tuple[str, Any], ...] = (
    *(("name", name) for name in ("", "n" * 101, 7, None)),
    *(("trigger_type", trigger) for trigger in ("", "Motion", "ai-tag", "sound", 1, None)),
    *(("custom_tags", tags) for tags in ("person", {"tag": "person"}, [7])),
    *(("min_confidence", confidence) for confidence in (-0.01, 1.01, 85, "0.5")),
    *(("scope_type", scope) for scope in ("", "all", "All_cameras", "specific_camera", 1, None)),
    *(("site_ids", ids) for ids in ("all", ["north"], [1])),
    *(("camera_ids", ids) for ids in ("all", ["door"], [1])),
    *(("zones_filter", zones) for zones in ("yard", [1])),
    *(("schedule_type", schedule) for schedule in ("", "Always", "weekly", 1, None)),
    *(("cooldown_sec", seconds) for seconds in (-1, 3601, 0.5, "300", None)),
    ("conditions_json", "none"),
    ("conditions_json", []),
    ("conditions_json", 1),
    *(
        ("recipients", found)
        for found in ([], [RECIPIENT] * 26, [{"type": "email"}], [{"target": "a@b.example"}], ["a"])
    ),
)


def body(world: World, **fields: Any) -> JSON:
    """Return the body of a new rule; with a field that is None left out."""
    whole = {"name": world.name("rule"), "trigger_type": "motion", "recipients": [RECIPIENT], **fields}
    return {name: value for name, value in whole.items() if value is not None}


def attempt(world: World, actor: Actor | None = None, **fields: Any) -> Answer:
    """Try to create a rule and return the answer."""
    return world.attempt(RULES, body(world, **fields), actor)


def some(ids: Sequence[str], what: str) -> list[str]:
    """Return the ids. Raises Unavailable when there are none."""
    if not ids:
        raise Unavailable(f"the org has no {what} that the suite knows")
    return list(ids)


def listed(actor: Actor, rule_id: str) -> JSON | None:
    """Return the rule as the list shows it, or None when it does not. Raises Violation when it is there twice."""
    found = [row for row in rows(actor.get(RULES)) if row.get("id") == rule_id]
    if len(found) > 1:
        raise Violation("", "a rule once in the list", found)
    return found[0] if found else None


def names(actor: Actor) -> list[Any]:
    """Return the names in the list of rules."""
    return [row.get("name") for row in rows(actor.get(RULES))]


def kept(answer: Answer, sent: JSON) -> bool:
    """Whether a rule in an answer has what was sent, in those fields that it shows."""
    shown = answer.json
    return isinstance(shown, dict) and all(shown[name] == value for name, value in sent.items() if name in shown)
