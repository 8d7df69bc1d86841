"""Gateways: their fields, pairing codes, telemetry frames, and bringing one to a status."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps.answers import JSON, parse_time, rows
from contract_tests.steps.gateway_socket import HEARTBEAT, GatewaySocket, require_socket
from contract_tests.verdicts import Unavailable
from contract_tests.world import GATEWAYS, World

GENERATE, PAIR = f"{GATEWAYS}/generate-pairing-code", f"{GATEWAYS}/pair"
GATEWAY_LIST_FIELDS = ("id", "name", "site_id", "status", "version", "local_ip", "last_heartbeat_at")
GATEWAY_FIELDS = (*GATEWAY_LIST_FIELDS, "created_at")
TELEMETRY_FIELDS = (
    "gateway_id",
    "cpu_percent",
    "memory_mb",
    "last_heartbeat_at",
    "camera_recording_status",
    "network_throughput",
)
#: The number of active pairing codes that an org can have (GW-20).
MAX_ACTIVE_CODES = 5
#: The seconds by which the clock of a target without a control plane may differ from ours.
MAX_SKEW_SECONDS = 300
_MAX_READS = 100


def path_to(gateway_id: str, part: str = "") -> str:
    """Return the path of a gateway, or of a part of it."""
    return f"{GATEWAYS}/{gateway_id}{part}"


def generate_code(world: World, actor: Actor | None = None, **fields: Any) -> Answer:
    """Ask for a pairing code and return the answer, whatever it is; a field that is None is left out."""
    body = {"name": world.name("gateway"), "site_id": world.sites[0], **fields}
    return (actor or world.operator).post(GENERATE, {name: value for name, value in body.items() if value is not None})


def redeem_code(world: World, code: str, actor: Actor | None = None, **fields: Any) -> Answer:
    """Redeem a pairing code and return the answer, whatever it is."""
    return (actor or world.anonymous).post(PAIR, {"pairing_code": code, **fields})


def listed_gateways(actor: Actor) -> list[JSON]:
    """Return the items of an actor's list. Raises Violation."""
    return rows(actor.get(GATEWAYS))


def listed_ids(actor: Actor) -> list[str | None]:
    """Return the ids in an actor's list, in its order."""
    return [item.get("id") for item in listed_gateways(actor)]


def own_ids(world: World) -> list[str | None]:
    """Return the ids of the gateways that only this run changes, as an operator lists them."""
    return [item.get("id") for item in listed_gateways(world.operator) if world.owns(GATEWAYS, item)]


def status(world: World, gateway_id: str) -> str:
    """Return the status that an operator reads. Raises Violation."""
    return str(world.operator.get(path_to(gateway_id))["status"])


def require_status(world: World, gateway_id: str, wanted: str) -> None:
    """Raise Unavailable unless a gateway has the status that a check begins with."""
    found = status(world, gateway_id)
    if found != wanted:
        raise Unavailable(f"this takes a gateway that is {wanted}; it is {found}")


def reaches_status(world: World, gateway_id: str, wanted: str) -> bool:
    """Whether one of the next reads shows the status, for changes that the target makes asynchronously."""
    return any(status(world, gateway_id) == wanted for _ in range(_MAX_READS))


def disable(world: World, gateway_id: str) -> None:
    """Set a gateway to disabled."""
    world.operator.patch(path_to(gateway_id), {"status": "disabled"})


def telemetry_frame(cpu: Any = 18.4, memory: int = 742, **chosen: Any) -> JSON:
    """Return a telemetry frame."""
    rates = {"upstream_mbps": 5.2, "downstream_mbps": 28.6}
    frame = {"type": "telemetry", "cpu_percent": cpu, "memory_mb": memory}
    return {**frame, "camera_recording_status": {}, "network_throughput": rates, **chosen}


@contextmanager
def online_gateway(world: World) -> Iterator[tuple[str, GatewaySocket]]:
    """Pair a gateway and keep its socket open until the block ends; yield its id and the socket.

    Raises Unavailable when the gateway is not online then.
    """
    paired = world.pair()
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
        socket.send(HEARTBEAT)
        require_status(world, paired["gateway_id"], "online")
        yield paired["gateway_id"], socket


def seconds_until(world: World, time: Any) -> float:
    """Return the seconds from the target's present to a time that it gave. Raises Violation."""
    return (parse_time(time) - parse_time(world.now())).total_seconds()


def concurrently(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Make the calls at the same time and return their answers, in the order of the calls."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], Answer]) -> Answer:
        barrier.wait(timeout=20)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(start, calls))
