"""Alerts: their fields, and those that an actor lists."""

from itertools import repeat

from contract_tests.actors import Actor
from contract_tests.expectations import MAX_LIMIT
from contract_tests.steps.answers import JSON, pages, rows
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, World

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
