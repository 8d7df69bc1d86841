"""Webhooks: their fields, creating one that delivers to the receiver, and what was delivered."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps.answers import JSON, parse_time
from contract_tests.steps.receiver import Inbox, Received, Receiver, Reply, Responder
from contract_tests.world import UNREACHABLE_URL, WEBHOOKS, World

EVENT_TYPES = ("alert", "event", "camera_status", "gateway_status")
WEBHOOK_FIELDS = ("id", "name", "url", "event_types", "enabled", "created_at")
#: The seconds between a failed attempt of a delivery and the next one (WH-25).
RETRY_DELAYS_SECONDS = (60, 300, 900, 3600, 21_600)
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Listener:
    """A webhook whose URL is an inbox of the receiver."""

    world: World
    webhook: JSON
    inbox: Inbox

    @property
    def path(self) -> str:
        """The path of the webhook."""
        return path_to(self.webhook["id"])

    @property
    def secret(self) -> str:
        """The secret that the webhook was created with."""
        return str(self.webhook["secret"])

    def received(self) -> list[Received]:
        """Return the requests received, oldest first, once every attempt that is due has been made."""
        self.world.advance(0)
        return list(self.inbox.received)

    def deliveries(self) -> list[JSON]:
        """Return the log of the webhook's deliveries, oldest first, once every attempt that is due has been made."""
        self.world.advance(0)
        return delivery_log(self.world, self.webhook["id"])


def path_to(webhook_id: str, part: str = "") -> str:
    """Return the path of a webhook, or of a part of it."""
    return f"{WEBHOOKS}/{webhook_id}{part}"


def create(world: World, actor: Actor | None = None, **fields: Any) -> Answer:
    """Ask for a webhook and return the answer, whatever it is; a field that is None is left out."""
    body = {"name": world.name("webhook"), "url": UNREACHABLE_URL, "event_types": ["event"], **fields}
    return (actor or world.operator).post(WEBHOOKS, {name: value for name, value in body.items() if value is not None})


def responding(*statuses: int) -> Responder:
    """Return a responder that answers with one status after the other, and with the last one from then on."""
    left = list(statuses)
    return lambda _: Reply(left.pop(0) if len(left) > 1 else left[0])


def listening(
    world: World, receiver: Receiver, *types: str, responder: Responder | None = None, **fields: Any
) -> Listener:
    """Create a webhook that delivers to the receiver: events, answered with 200, by default. Raises Unavailable."""
    inbox = receiver.inbox(responder or responding(200))
    return Listener(world, world.webhook(url=inbox.url, event_types=list(types or ("event",)), **fields), inbox)


def delivery_log(world: World, webhook_id: str) -> list[JSON]:
    """Return the log of a webhook's deliveries, oldest first. Raises Unavailable."""
    return list(reversed(world.control("GET", f"/deliveries?webhook={webhook_id}")["data"]))


def replay(world: World, delivery_id: str) -> None:
    """Have a delivery attempted once more, and wait for the attempt. Raises Unavailable."""
    world.control("POST", f"/deliveries/{delivery_id}/replay")
    world.advance(0)


def signature(secret: str, body: bytes) -> str:
    """Return the signature of a message: its HMAC-SHA256 in hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def attempt_intervals(received: list[Received]) -> Iterator[float]:
    """Yield the seconds between the timestamps of each two attempts in a row. Raises Violation."""
    times = [parse_time(one.header("X-Webhook-Timestamp")) for one in received]
    for before, after in pairwise(times):
        yield (after - before).total_seconds()
