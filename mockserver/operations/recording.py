"""Recording an event, which fires the alert rules that watch for it."""

from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own
from typing import Any

from mockserver.domain import alert_rules, alerts, sample_data
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.alerts import Alert
from mockserver.domain.cameras import Camera
from mockserver.domain.dates import Window
from mockserver.domain.events import Event
from mockserver.operations import notifications
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import ALERT_RULES, ALERTS, CAMERAS, EVENTS


def generate(rng: Random, event_id: str, camera: Camera, at: datetime, chosen: dict[str, Any]) -> Event:
    """Return a generated event of a camera at a time; the fields in ``chosen`` are used as given."""
    fields = sample_data.event_fields(rng, event_id, at, chosen)
    return Event(**fields | {"org_id": camera.org_id, "camera_id": camera.id})


async def record(tx: Transaction, random_source: RandomSource, event: Event, now: datetime | None) -> list[Alert]:
    """Store the event and return the alerts that the org's enabled rules raise for it.

    Webhooks are notified of both at ``now``, or not at all (None: the event is generated history).
    """
    await store(tx, random_source, event, now)
    camera = await tx.get(CAMERAS, event.org_id, event.camera_id)
    site_id = camera.site_id if camera else ""
    rules = await tx.select(Query(ALERT_RULES, event.org_id, {"enabled": (True,)}))
    return [
        await fire(tx, random_source, rule, event, now)
        for rule in rules
        if alert_rules.matches(rule, event, site_id) and await _cooled_down(tx, rule, event)
    ]


async def store(tx: Transaction, random_source: RandomSource, event: Event, now: datetime | None) -> None:
    """Store the event without firing alert rules."""
    await tx.put(EVENTS, event)
    if now is not None:
        await notifications.event_recorded(tx, random_source, event, now)


async def fire(
    tx: Transaction,
    random_source: RandomSource,
    rule: AlertRule,
    event: Event,
    now: datetime | None,
    alert_id: str | None = None,
) -> Alert:
    """Store and return the alert of a rule for an event; it is fired at the time when the event was triggered."""
    alert = Alert(
        id=alert_id or random_source.uuid(),
        org_id=event.org_id,
        rule_id=rule.id,
        rule_name=rule.name,
        event_id=event.id,
        camera_id=event.camera_id,
        fired_at=event.triggered_at,
        timeline=alerts.initial_timeline(event.triggered_at),
    )
    await tx.put(ALERTS, alert)
    if now is not None:
        await notifications.alert_fired(tx, random_source, alert, event, now)
    return alert


async def _cooled_down(tx: Transaction, rule: AlertRule, event: Event) -> bool:
    """Whether the rule may fire for this camera at the time of the event; later alerts do not count."""
    past = Window(until=event.triggered_at + timedelta(microseconds=1))
    where = {"rule_id": (rule.id,), "camera_id": (event.camera_id,)}
    last = (await tx.page(Query(ALERTS, rule.org_id, where, past), limit=1)).rows
    return alert_rules.cooled_down(rule, last[0].fired_at if last else None, event.triggered_at)
