"""Mutants about changing alert rules."""

from functools import partial

from mockserver.domain import alert_rules as domain
from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.alert_rules import clamped, received
from mockserver.mutants.operators.document import required, schema, setting, success, unknown
from mockserver.mutants.operators.operations import answering, serving, undone
from mockserver.mutants.operators.patches import Change, Patch, around, for_each, mutant
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import cut, lacking
from mockserver.operations import alert_rules
from mockserver.store.kinds import ALERT_RULES

_CHANGEABLE_FIELDS = (
    "name", "trigger_type", "custom_tags", "min_confidence", "scope_type", "site_ids", "camera_ids", "zones_filter",
    "schedule_type", "cooldown_sec", "conditions_json", "recipients",
)  # fmt: skip
#: What a change resets a field to that it does not name.
_RESET_VALUES = {
    "name": "rule", "zones_filter": [], "schedule_type": "always", "cooldown_sec": 300, "conditions_json": {},
    "custom_tags": ["person"], "min_confidence": None, "enabled": True,
}  # fmt: skip

_update_answer = partial(answering, "updateAlertRule")


def _changes(change: Change) -> Patch:
    """Change what a PATCH does to a rule."""
    return around(domain.update, lambda original, rule, changes: original(rule, change(changes)))


MUTANTS = (
    *for_each("RU-47/no-{}", _CHANGEABLE_FIELDS, partial(unknown, "UpdateAlertRule")),
    mutant("RU-47/one-at-a-time", schema("UpdateAlertRule", setting(maxProperties=1))),
    mutant("RU-47/all-at-once", required("UpdateAlertRule", "name", "trigger_type", "recipients")),
    mutant("RU-47/name-ignored", _changes(lacking("name"))),
    *for_each(
        "RU-48/{}-reset", _RESET_VALUES, lambda name: _changes(lambda changes: {name: _RESET_VALUES[name]} | changes)
    ),
    mutant("RU-49/in-brief", _update_answer(lambda view: {name: view[name] for name in alert_rules._LISTED})),
    mutant("RU-49/no-created-at", _update_answer(lacking("created_at"))),
    mutant("RU-49/accepted", success("updateAlertRule", 202)),
    mutant("RU-50/as-422", status_of(InvalidInput, 422)),
    mutant("RU-50/other-code", code_of(InvalidInput, "bad_request")),
    mutant("RU-50/clamped", clamped("cooldown_sec", 0, 3600)),
    mutant("RU-50/confidence-clamped", clamped("min_confidence", 0, 1)),
    mutant("RU-50/name-cut", received(name=cut(100))),
    mutant("RU-52/two-at-least", schema("UpdateAlertRule", setting(minProperties=2))),
    mutant("RU-52/ignored", _changes(lacking("cooldown_sec"))),
    mutant("RU-52/not-stored", serving("updateAlertRule", undone(ALERT_RULES)), "RU-54", "RU-48"),
    mutant("RU-54/refused", unknown("UpdateAlertRule", "enabled")),
    mutant("RU-54/ignored", _changes(lacking("enabled"))),
    mutant(
        "RU-54/never-on-again",
        _changes(lambda changes: lacking("enabled")(changes) if changes.get("enabled") else changes),
    ),
)
