"""What the mock was asked, as its journal tells it: the witness for what an SDK sends."""

from typing import Any
from urllib.parse import parse_qsl

from contract_tests.world import World

JSON = dict[str, Any]


def forget(world: World) -> None:
    """Begin the journal anew."""
    world.session.control("DELETE", "/requests")


def asked(world: World, operation: str | None = None) -> list[JSON]:
    """Return the calls in the name of this world's org, or those of one operation, oldest first."""
    chosen = f"&operation={operation}" if operation else ""
    found = world.session.control("GET", f"/requests?limit=10000&org={world.org_id}{chosen}")
    return list(reversed(found["data"]))


def query(call: JSON) -> dict[str, str]:
    """Return the query parameters of a call."""
    return dict(parse_qsl(call["query"], keep_blank_values=True))


def fault(world: World, **fields: Any) -> None:
    """Let something happen to calls of this org."""
    world.session.control("POST", "/faults", {"org": world.org_id, **fields})


def clear(world: World) -> None:
    """Let nothing happen to calls any more."""
    world.session.control("DELETE", "/faults")
