"""What the checks of webhooks share: their fields, webhooks that lead to the receiver, and what came there."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps.gateways import instant
from contract_tests.steps.receiver import Answer as Answering
from contract_tests.steps.receiver import Inbox, Received, Receiver, Reply
from contract_tests.world import NOWHERE, WEBHOOKS, World

JSON = dict[str, Any]
UNKNOWN = "00000000-0000-4000-8000-00000000dead"
TYPES = ("alert", "event", "camera_status", "gateway_status")
SHOWN = ("id", "name", "url", "event_types", "enabled", "created_at")
#: When a failed delivery is attempted again, in seconds after the attempt before.
PAUSES = (60, 300, 900, 3600, 21_600)
DAY = 86_400


@dataclass(frozen=True)
class Listener:
    """A webhook that leads to an inbox."""

    world: World
    webhook: JSON
    inbox: Inbox

    @property
    def path(self) -> str:
        """The path of the webhook."""
        return at(self.webhook["id"])

    @property
    def secret(self) -> str:
        """The secret that the webhook was created with."""
        return str(self.webhook["secret"])

    def received(self) -> list[Received]:
        """Return what came, oldest first, once everything due has been attempted."""
        self.world.advance(0)
        return list(self.inbox.received)

    def deliveries(self) -> list[JSON]:
        """Return the log of the webhook's deliveries, oldest first, once everything due has been attempted."""
        self.world.advance(0)
        return log(self.world, self.webhook["id"])


def at(webhook_id: str, part: str = "") -> str:
    """Return the path of a webhook, or of a part of it."""
    return f"{WEBHOOKS}/{webhook_id}{part}"


def create(world: World, by: Actor | None = None, **fields: Any) -> Answer:
    """Ask for a webhook and return the answer, whatever it is; a field of None is left out."""
    body = {"name": world.name("webhook"), "url": NOWHERE, "event_types": ["event"], **fields}
    return (by or world.operator).post(WEBHOOKS, {name: value for name, value in body.items() if value is not None})


def answering(*statuses: int) -> Answering:
    """Return what answers one status after the other, the last of them for good."""
    left = list(statuses)
    return lambda _: Reply(left.pop(0) if len(left) > 1 else left[0])


def listening(
    world: World, receiver: Receiver, *types: str, answer: Answering | None = None, **fields: Any
) -> Listener:
    """Create a webhook that leads to the receiver, which answers 200 unless told otherwise. Raises Unavailable."""
    inbox = receiver.inbox(answer or answering(200))
    return Listener(world, world.webhook(url=inbox.url, event_types=list(types or ("event",)), **fields), inbox)


def log(world: World, webhook_id: str) -> list[JSON]:
    """Return the log of a webhook's deliveries, oldest first."""
    return list(reversed(world.session.control("GET", f"/deliveries?webhook={webhook_id}")["data"]))


def replay(world: World, delivery_id: str) -> None:
    """Have a delivery attempted once more, and wait until it has been."""
    world.session.control("POST", f"/deliveries/{delivery_id}/replay")
    world.advance(0)


def signature(secret: str, body: bytes) -> str:
    """Return the signature by which a receiver knows a message."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def gaps(received: list[Received]) -> Iterator[float]:
    """Yield how many seconds after the one before each attempt was made. Raises Violation."""
    times: list[datetime] = [instant(one.header("X-Webhook-Timestamp")) for one in received]
    for before, after in pairwise(times):
        yield (after - before).total_seconds()
