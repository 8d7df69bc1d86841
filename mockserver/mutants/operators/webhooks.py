"""Ways to break webhooks: their addresses, and the attempts of their deliveries."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mockserver.domain import webhooks as domain
from mockserver.domain.webhooks import Attempt, Delivery, DeliveryState
from mockserver.mutants.operators.patches import Original, Patch, around, returning

#: The headers of an attempt.
CONTENT_TYPE, ID, TIMESTAMP, SIGNATURE = "Content-Type", "X-Webhook-ID", "X-Webhook-Timestamp", "X-Webhook-Signature"
#: The fields of a webhook that a request body sets, and the schemas of these bodies.
FIELDS = ("name", "url", "event_types", "enabled")
BODIES = ("CreateWebhook", "UpdateWebhook")
#: Parts of a regular expression for an address: the host with its port, and the path with its query.
HOST = r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
PATH = r'([/?][!"$-~]*)?$'


def succeeding(condition: Callable[[int], bool], *, unanswered: bool = False) -> Patch:
    """Let an attempt succeed if the status of its answer meets a condition; ``unanswered`` if there is no answer."""
    return around(
        Attempt.succeeded, lambda _, attempt: unanswered if attempt.status is None else condition(attempt.status)
    )


def giving_up(condition: Callable[[Delivery], bool]) -> Patch:
    """Give up a delivery that meets a condition after an attempt."""
    return returning(domain.record_attempt, lambda found: domain.give_up(found) if condition(found) else found)


def replaying(*states: DeliveryState) -> Patch:
    """Replay deliveries in these states only: ``replaying(DeliveryState.FAILED)``."""

    def defect(original: Original, delivery: Delivery, now: datetime) -> Any:
        return original(delivery, now) if delivery.state in states else delivery

    return around(domain.replay, defect)


def delivery_headers(change: Callable[[dict[str, str], Delivery, str], dict[str, str]]) -> Patch:
    """Change the headers of an attempt; ``change`` gets them, the delivery and the secret of the webhook."""

    def defect(original: Original, delivery: Delivery, secret: str, at: datetime) -> dict[str, str]:
        return change(original(delivery, secret, at), delivery, secret)

    return around(domain.headers, defect)
