"""What there is to read for a client, arranged without the SDK."""

from typing import Any

from contract_tests.steps.events import record_varied_events
from contract_tests.world import EVENTS, World

JSON = dict[str, Any]


def ids_of(rows: list[JSON]) -> list[str]:
    """Return the ids of rows as the API gives them."""
    return [row["id"] for row in rows]


def everything(world: World) -> None:
    """Have two or more of whatever there is a list of."""
    for _ in range(2):
        world.webhook()
        world.rule()
    world.raise_alerts(2)
    world.record(2, trigger_type="ai_tag", tags=["person", "van"])


def events(world: World, **filters: Any) -> list[str]:
    """Return the ids of the 24 events of the org that match, newest first; they are recorded if there are none."""
    if not world.operator.get(EVENTS)["total"]:
        record_varied_events(world)
    return ids_of(world.operator.get(EVENTS, limit=100, **filters)["data"])
