"""The mock, without the SDK: the data that a check needs, the faults that it sets, the requests that arrived."""

from typing import Any
from urllib.parse import parse_qsl

from contract_tests import document
from contract_tests.sdk import schemas
from contract_tests.steps.events import record_varied_events
from contract_tests.world import EVENTS, World

JSON = dict[str, Any]


def ids_of(rows: list[JSON]) -> list[str]:
    """Return the ids of rows as the API gives them."""
    return [row["id"] for row in rows]


def create_two_of_each(world: World) -> None:
    """Create at least two objects of every kind that has a list."""
    for _ in range(2):
        world.webhook()
        world.rule()
    world.raise_alerts(2)
    world.record(2, trigger_type="ai_tag", tags=["person", "van"])


def events(world: World, **filters: Any) -> list[str]:
    """Return the ids of the matching events, newest first; an org without events gets 24 of them."""
    if not world.operator.get(EVENTS)["total"]:
        record_varied_events(world)
    return ids_of(world.operator.get(EVENTS, limit=100, **filters)["data"])


def requests(world: World, operation: str | None = None) -> list[JSON]:
    """Return the requests of this org that the mock's journal has, of one operation or of all, oldest first."""
    chosen = f"&operation={operation}" if operation else ""
    found = world.session.control("GET", f"/requests?limit=10000&org={world.org_id}{chosen}")
    return list(reversed(found["data"]))


def clear_requests(world: World) -> None:
    """Empty the mock's journal."""
    world.session.control("DELETE", "/requests")


def query(request: JSON) -> dict[str, str]:
    """Return the query parameters of a request of the journal."""
    return dict(parse_qsl(request["query"], keep_blank_values=True))


def queries(world: World, operation: str, given: JSON) -> list[JSON]:
    """Return the queries of an operation, without values that were not given and are defaults of the document."""
    known = schemas.defaults(document.load().operations[operation].query)
    texts = {name: str(value) for name, value in known.items()}
    return [schemas.chosen(query(request), given, texts) for request in requests(world, operation)]


def add_fault(world: World, **fields: Any) -> None:
    """Add a fault for requests of this org."""
    world.session.control("POST", "/faults", {"org": world.org_id, **fields})


def clear_faults(world: World) -> None:
    """Remove all faults."""
    world.session.control("DELETE", "/faults")
