"""What the checks of gateways share: their fields, the frames they send, and short ways to reach a state."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Barrier
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps.gateway_socket import HEARTBEAT, GatewaySocket, connected
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import GATEWAYS, World

JSON = dict[str, Any]
GENERATE, PAIR = f"{GATEWAYS}/generate-pairing-code", f"{GATEWAYS}/pair"
UNKNOWN = "00000000-0000-4000-8000-00000000dead"
LISTED = ("id", "name", "site_id", "status", "version", "local_ip", "last_heartbeat_at")
DETAILED = (*LISTED, "created_at")
TELEMETRY = (
    "gateway_id",
    "cpu_percent",
    "memory_mb",
    "last_heartbeat_at",
    "camera_recording_status",
    "network_throughput",
)


def at(gateway_id: str, part: str = "") -> str:
    """Return the path of a gateway, or of a part of it."""
    return f"{GATEWAYS}/{gateway_id}{part}"


def generate(world: World, by: Actor | None = None, **fields: Any) -> Answer:
    """Ask for a pairing code and return the answer, whatever it is; a field of None is left out."""
    body = {"name": world.name("gateway"), "site_id": world.sites[0], **fields}
    return (by or world.operator).post(GENERATE, {name: value for name, value in body.items() if value is not None})


def redeem(world: World, code: str, by: Actor | None = None, **fields: Any) -> Answer:
    """Redeem a pairing code and return the answer, whatever it is."""
    return (by or world.anonymous).post(PAIR, {"pairing_code": code, **fields})


def listed(actor: Actor) -> list[JSON]:
    """Return the items of an actor's list. Raises Violation."""
    items = actor.get(GATEWAYS)["data"]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Violation("", "data that is a list of objects", repr(items)[:200])
    return items


def ids(actor: Actor) -> list[str | None]:
    """Return the ids an actor's list shows, in its order."""
    return [item.get("id") for item in listed(actor)]


def status(world: World, gateway_id: str) -> str:
    """Return the status the operator reads. Raises Violation."""
    return str(world.operator.get(at(gateway_id))["status"])


def presume(world: World, gateway_id: str, wanted: str) -> None:
    """Make sure of the status that a check begins with. Raises Unavailable."""
    found = status(world, gateway_id)
    if found != wanted:
        raise Unavailable(f"this takes a gateway that is {wanted}; it is {found}")


def becomes(world: World, gateway_id: str, wanted: str) -> bool:
    """Whether the gateway comes to a status within some reads, for what happens behind the scenes."""
    return any(status(world, gateway_id) == wanted for _ in range(100))


def report(cpu: Any = 18.4, memory: int = 742, **chosen: Any) -> JSON:
    """Return a telemetry frame."""
    rates = {"upstream_mbps": 5.2, "downstream_mbps": 28.6}
    frame = {"type": "telemetry", "cpu_percent": cpu, "memory_mb": memory}
    return {**frame, "camera_recording_status": {}, "network_throughput": rates, **chosen}


@contextmanager
def online(world: World) -> Iterator[tuple[str, GatewaySocket]]:
    """Pair a gateway and keep its socket open: its id and the socket. Raises Unavailable if it is not online then."""
    paired = world.pair()
    with connected(world, paired["gateway_id"], paired["api_key"]) as socket:
        socket.tell(HEARTBEAT)
        presume(world, paired["gateway_id"], "online")
        yield paired["gateway_id"], socket


def instant(text: Any) -> datetime:
    """Return a timestamp. Raises Violation."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Violation("", "a timestamp", repr(text)) from None


def until(world: World, expires_at: Any) -> float:
    """Return the seconds from the target's present to an instant it gave."""
    return (instant(expires_at) - instant(world.now())).total_seconds()


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Make the calls at the same time and return their answers, in the order of the calls."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], Answer]) -> Answer:
        barrier.wait(timeout=20)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(start, calls))
