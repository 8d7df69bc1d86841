"""Wrong laws about deliveries: what counts as taken, further attempts, the log and replay."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.control import deliveries as log
from mockserver.domain import webhooks as domain
from mockserver.domain.webhooks import Attempt, Delivery, DeliveryState
from mockserver.mutants.operators.operations import first, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Original,
    Patch,
    around,
    calling,
    constant,
    for_each,
    mutant,
    replaced,
    returning,
    stateful,
    together,
)
from mockserver.mutants.operators.values import changed, having, record
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import DELIVERIES, WEBHOOKS
from mockserver.webhooks import connection
from mockserver.webhooks.dispatcher import Dispatcher

PENDING, FAILED = DeliveryState.PENDING, DeliveryState.FAILED
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_replayed, _kept = partial(returning, domain.replay), partial(replaced, lambda: connection.MAX_KEPT_BYTES)


def _taken(when: Callable[[int], bool], *, unanswered: bool = False) -> Patch:
    """Say otherwise which answers mean that a message was taken."""
    return replaced(lambda: Attempt.succeeded, property(
        lambda self: unanswered if self.status is None else when(self.status)))  # fmt: skip


def _given_up(when: Callable[[Delivery], bool]) -> Patch:
    """Try nothing more after some attempts."""
    return returning(domain.record_attempt, lambda found: domain.give_up(found) if when(found) else found)


def _paused(change: Change) -> Patch:
    return constant(lambda: domain.RETRY_DELAYS, change)


def _other_pause(number: int, by: timedelta) -> Patch:
    return _paused(lambda pauses: (*pauses[:number], pauses[number] + by, *pauses[number + 1 :]))


def _disabled_too(give_up: bool) -> Patch:
    """Attempt what falls due for a disabled webhook, or leave it as it is."""

    async def defect(original: Original, self: Any, delivery: Delivery) -> Any:
        async with self._store.transaction() as tx:
            webhook = await tx.get(WEBHOOKS, delivery.org_id, delivery.webhook_id)
        if webhook is None or webhook.enabled:
            return await original(self, delivery)
        return webhook if give_up else None

    return around(Dispatcher._receiver, defect)


async def _give_up_at_once(call: Call) -> None:
    """Give up what waits as soon as a webhook is disabled."""
    waiting = Query(DELIVERIES, call.org_id, {"webhook_id": (call.params["id"],), "state": (PENDING,)})
    if call.body.get("enabled") is False:
        for delivery in await call.tx.select(waiting):
            await call.tx.put(DELIVERIES, domain.give_up(delivery))


async def _log_kept(call: Call) -> None:
    await call.tx.remove(WEBHOOKS, await call.get(WEBHOOKS, "webhook"))


@stateful
def _never_forgotten() -> AnyFunction:
    """Go on telling a webhook that was deleted."""
    known: dict[str, Any] = {}

    async def receiver(original: Original, self: Any, delivery: Delivery) -> Any:
        known[delivery.id] = await original(self, delivery) or known.get(delivery.id)
        return known[delivery.id]

    return receiver


async def _out_of_order(original: Original, self: Any, delivery: Delivery) -> None:
    await asyncio.sleep(0.004 * (int(hashlib.md5(delivery.id.encode()).hexdigest()[:4], 16) % 8))
    await self._attempt(delivery)


def _replaying(*states: DeliveryState) -> Patch:
    """Replay deliveries in these states alone."""
    return around(domain.replay, lambda original, it, now: original(it, now) if it.state in states else it)


def _later(delivery: Delivery) -> Delivery:
    again = delivery.next_attempt_at
    return replace(delivery, next_attempt_at=again and again + _MINUTE)


MUTANTS = (
    mutant("WH-24/any-answer", _taken(lambda _: True)),
    mutant("WH-24/only-200", _taken(lambda status: status == 200)),
    mutant("WH-24/not-204", _taken(lambda status: 200 <= status < 300 and status != 204)),
    mutant("WH-24/less-than-299", _taken(lambda status: 200 <= status < 299)),
    mutant("WH-24/up-to-300", _taken(lambda status: 200 <= status <= 300)),
    mutant("WH-24/4xx-taken", _taken(lambda status: 200 <= status < 300 or 400 <= status < 500)),
    mutant("WH-24/410-taken", _taken(lambda status: 200 <= status < 300 or status == 410)),
    mutant("WH-24/4xx-for-good", _given_up(lambda found: 400 <= (found.attempts[-1].status or 0) < 500)),
    *for_each("WH-25/pause-{}-longer", range(5), lambda number: _other_pause(number, _SECOND)),
    *for_each("WH-25/pause-{}-shorter", range(5), lambda number: _other_pause(number, -_SECOND)),
    mutant("WH-25/four", _paused(lambda pauses: pauses[:-1])),
    mutant("WH-25/six", _paused(lambda pauses: (*pauses, timedelta(days=1)))),
    mutant("WH-25/none", _paused(lambda _: ())),
    mutant("WH-25/every-minute", _paused(lambda pauses: (_MINUTE,) * len(pauses))),
    mutant("WH-25/also-when-taken", _taken(lambda _: False)),
    mutant("WH-26/another-code", returning(log._view, changed(error=lambda code: code and "failed"))),
    mutant("WH-26/too-early", returning(log._view, having(error="webhook_delivery_failed"))),
    mutant("WH-26/no-code", returning(log._view, having(error=None))),
    *for_each("WH-26/{}-kept", (0, 1023, 1025, 4096), _kept),
    mutant("WH-26/last-attempt-only", returning(log._view, changed(attempts=lambda found: found[-1:]))),
    mutant("WH-27/nothing", _replaying()),
    mutant("WH-27/pending-only", _replaying(PENDING), "AS-197"),
    mutant("WH-27/later", _replayed(_later), "AS-197"),
    mutant("AS-192/out-of-order", around(Dispatcher._attempt_in_turn, _out_of_order)),
    mutant("AS-195/sent", _disabled_too(give_up=True)),
    mutant("AS-195/left", _disabled_too(give_up=False)),
    mutant("AS-195/at-once", serving("updateWebhook", first(_give_up_at_once))),
    mutant("AS-196/log-kept", serving("deleteWebhook", calling(_log_kept))),
    mutant("AS-196/told-on", together(
        serving("deleteWebhook", calling(_log_kept)), around(Dispatcher._receiver, _never_forgotten))),
    mutant("AS-197/failed-only", _replaying(FAILED)),
    mutant("AS-197/not-when-taken", _replaying(FAILED, PENDING)),
    mutant("AS-197/attempts-forgotten", _replayed(record(attempts=()))),
    mutant("AS-198/taken", _taken(lambda status: 200 <= status < 400), "WH-24"),
    mutant("AS-199/taken", _taken(lambda status: 200 <= status < 300, unanswered=True), "WH-28"),
    mutant("AS-199/for-good", _given_up(lambda found: found.attempts[-1].status is None), "WH-28"),
)  # fmt: skip
