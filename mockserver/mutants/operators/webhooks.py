"""Ways to break webhook deliveries."""

from collections.abc import Callable

from mockserver.domain import webhooks as domain
from mockserver.domain.webhooks import Attempt, Delivery, DeliveryState
from mockserver.mutants.operators.patches import Patch, around, replaced, returning


def succeeding(when: Callable[[int], bool], *, unanswered: bool = False) -> Patch:
    """Say otherwise which answers mean that a message was taken."""
    return replaced(lambda: Attempt.succeeded, property(
        lambda self: unanswered if self.status is None else when(self.status)))  # fmt: skip


def giving_up(when: Callable[[Delivery], bool]) -> Patch:
    """Try nothing more after some attempts."""
    return returning(domain.record_attempt, lambda found: domain.give_up(found) if when(found) else found)


def replaying(*states: DeliveryState) -> Patch:
    """Replay deliveries in these states alone."""
    return around(domain.replay, lambda original, it, now: original(it, now) if it.state in states else it)


def delivery_headers(change: Callable[[dict[str, str], Delivery, str], dict[str, str]]) -> Patch:
    """Change the headers of an attempt by its delivery and the webhook's secret."""
    return around(domain.headers, lambda original, delivery, secret, at: (change(
        original(delivery, secret, at), delivery, secret)))  # fmt: skip
