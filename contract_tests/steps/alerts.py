"""Alerts: their fields, and those that an actor lists."""

from itertools import repeat

from contract_tests.actors import Actor
from contract_tests.expectations import MAX_LIMIT
from contract_tests.shared_target.world import SharedWorld
from contract_tests.steps.answers import JSON, pages, rows
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, World

#: How often the list is read until an alert is in it, a moment between two times.
_MAX_READS, _MOMENT_SECONDS = 5, 1.1

STATUSES = ("new", "acknowledged", "resolved")
ALERT_FIELDS = {"id", "rule_id", "rule_name", "event_id", "camera_id", "status", "fired_at", "acknowledged_at"}
_SPAN: JSON = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-03T00:00:00Z"}


def all_alerts(actor: Actor, limit: int = MAX_LIMIT, **filters: str) -> list[JSON]:
    """Return all alerts that an actor lists, page by page. Raises Violation."""
    return [row for page in pages(actor, ALERTS, repeat(limit), **filters) for row in rows(page, "id")]


def existing_alerts(world: World, actor: Actor | None = None) -> list[JSON]:
    """Return all alerts that an actor lists, by default an operator. Raises Unavailable when there are none.

    An org of its own gets some first: of three rules, in each status.
    """
    if not world.shared:
        for _ in range(3):
            rule_id = world.rule()["id"]
            for status in STATUSES:
                world.raise_alerts(3, rule_id=rule_id, status=status, **_SPAN)
    found = all_alerts(actor or world.operator)
    if not found:
        raise Unavailable("there are no alerts to look at")
    return found


def fired_alert(world: World) -> tuple[JSON, JSON]:
    """Make a new alert rule fire, and return the rule and the alert in the list. Raises Unavailable."""
    if isinstance(world, SharedWorld):
        rule = world.fired_rule()
    else:
        rule = world.rule()
        world.raise_alerts(rule_id=rule["id"])
    for _ in range(_MAX_READS):
        if found := rows(world.operator.get(ALERTS, rule_id=rule["id"]), "id"):
            return rule, found[0]
        world.advance(_MOMENT_SECONDS)
    raise Unavailable("no alert rule fires for an event that is triggered by hand")
