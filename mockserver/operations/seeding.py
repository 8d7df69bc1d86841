"""Seeding the store: the records of a fixture, and generated events with the alerts that rules raise for them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own
from typing import Any

from mockserver.domain import alerts, dates, sample_data
from mockserver.domain.access import Role
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.alerts import Alert, AlertStatus
from mockserver.domain.cameras import Camera
from mockserver.domain.errors import InvalidInput
from mockserver.domain.events import Event, Trigger
from mockserver.fixtures import Bulk, SeedData
from mockserver.operations import recording
from mockserver.runtime.random_source import RandomSource
from mockserver.store import kinds
from mockserver.store.base import Query, Store, Transaction
from mockserver.store.kinds import ALERTS, CAMERAS, USERS


async def seed(store: Store, random_source: RandomSource, data: SeedData) -> None:
    """Replace the whole content of the store, and generate the events that the data asks for."""
    await store.load(data.records)
    for bulk in data.bulk:
        await _generate_in_parts(store, random_source, bulk)


async def add(tx: Transaction, random_source: RandomSource, data: SeedData) -> None:
    """Add the records to the store, and generate the events that the data asks for."""
    for name, rows in data.records.items():
        for record in rows:
            await tx.put(kinds.ALL[name], record)
    for bulk in data.bulk:
        rng = random_source.generator("bulk")
        for times in sample_data.instants_in_parts(rng, bulk.events, bulk.since, bulk.until):
            await _generate(tx, random_source, rng, bulk.org_id, times)


async def add_org(store: Store, random_source: RandomSource, data: SeedData, org_id: str) -> None:
    """Add what the data has of one org, and generate the events that it asks for."""
    async with store.transaction() as tx:
        for name, rows in data.records.items():
            for record in rows:
                if record.org_id == org_id:
                    await tx.put(kinds.ALL[name], record)
    for bulk in data.bulk:
        if bulk.org_id == org_id:
            await _generate_in_parts(store, random_source, bulk)


async def record_events(
    tx: Transaction,
    random_source: RandomSource,
    org_id: str,
    times: Sequence[datetime],
    chosen: dict[str, Any],
    now: datetime | None,
    seeded: Random | None = None,
) -> tuple[list[Event], list[Alert]]:
    """Record an event at each instant and return them with the alerts that rules raised.

    Webhooks are notified of both at ``now``, or not at all (None). ``seeded`` chooses what ``chosen`` leaves out,
    and the order of events of one second. Raises InvalidInput for an org without a camera.
    """
    rng = seeded or random_source.generator("events")
    cameras = await _cameras(tx, org_id, chosen.get("camera_id"), by_name=seeded is not None)
    recorded, raised = [], []
    for at in times:
        event = recording.generate(rng, _new_id(random_source, seeded), rng.choice(cameras), at, chosen)
        recorded.append(event)
        raised += await recording.record(tx, random_source, event, now)
    return recorded, raised


async def record_alerts(
    tx: Transaction,
    random_source: RandomSource,
    rule: AlertRule,
    times: Sequence[datetime],
    camera_id: str | None,
    now: datetime,
    seeded: Random | None = None,
) -> list[Alert]:
    """Record an event at each instant and let the rule fire for it, whatever its cooldown. Raises InvalidInput."""
    rng = seeded or random_source.generator("events")
    cameras = await _cameras(tx, rule.org_id, camera_id, by_name=seeded is not None)
    chosen: dict[str, Any] = {"trigger_type": rule.trigger_type}
    if rule.trigger_type is Trigger.AI_TAG:
        chosen |= {"tags": rule.custom_tags, "confidence": 1.0}
    fired = []
    for at in times:
        event = recording.generate(rng, _new_id(random_source, seeded), rng.choice(cameras), at, chosen)
        await recording.store(tx, random_source, event, now)
        alert_id = _new_id(random_source, seeded)
        fired.append(await recording.fire(tx, random_source, rule, event, now, alert_id))
    return fired


async def set_alert_status(tx: Transaction, alert: Alert, status: AlertStatus, actor: str, now: datetime) -> Alert:
    """Bring a new alert to a status step by step: acknowledged first, then resolved."""
    steps = {
        AlertStatus.NEW: (),
        AlertStatus.ACKNOWLEDGED: (AlertStatus.ACKNOWLEDGED,),
        AlertStatus.RESOLVED: (AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED),
    }
    for step in steps[status]:
        alert = alerts.change_status(alert, step, actor, now)
    await tx.put(ALERTS, alert)
    return alert


async def operator_name(tx: Transaction, org_id: str) -> str:
    """Return the name of the org's oldest user who may change alerts."""
    users = [user for user in await tx.select(Query(USERS, org_id)) if user.role.includes(Role.OPERATOR)]
    return users[-1].display_name if users else "Nobody"


async def generate_history(store: Store, random_source: RandomSource, org_id: str, events: int, now: datetime) -> None:
    """Generate so many events, spread over the three weeks before ``now``. Raises InvalidInput without a camera."""
    until = dates.whole_seconds(now)
    bulk = Bulk(org_id=org_id, events=events, since=until - timedelta(days=21), until=until)
    await _generate_in_parts(store, random_source, bulk)


async def require_camera(tx: Transaction, org_id: str) -> None:
    """Raise InvalidInput if the org has no camera that events can come from."""
    await _cameras(tx, org_id, None)


async def _generate_in_parts(store: Store, random_source: RandomSource, bulk: Bulk) -> None:
    """Generate events in transactions of some, between which other work goes on."""
    rng = random_source.generator("bulk")
    for times in sample_data.instants_in_parts(rng, bulk.events, bulk.since, bulk.until):
        async with store.transaction() as tx:
            await _generate(tx, random_source, rng, bulk.org_id, times)
        await asyncio.sleep(0)


async def _generate(
    tx: Transaction, random_source: RandomSource, rng: Random, org_id: str, times: Sequence[datetime]
) -> None:
    """Generate past events, of which no webhook is notified; all their alerts are acknowledged or resolved."""
    _, raised = await record_events(tx, random_source, org_id, times, {}, None)
    actor = await operator_name(tx, org_id) if raised else ""
    for alert in raised:
        status = rng.choice((AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED))
        await set_alert_status(tx, alert, status, actor, alert.fired_at + timedelta(minutes=rng.randint(1, 90)))


def _new_id(random_source: RandomSource, seeded: Random | None) -> str:
    """Return a new id, of which a seed chooses the beginning: it decides the order of what has the same time."""
    new = random_source.uuid()
    return f"{seeded.getrandbits(32):08x}{new[8:]}" if seeded else new


async def _cameras(tx: Transaction, org_id: str, camera_id: str | None, *, by_name: bool = False) -> list[Camera]:
    """Return the cameras that events can come from. Raises InvalidInput when there is none.

    Ids order those of a fixture; those of an org on demand are new each time.
    """
    found = list(await tx.select(Query(CAMERAS, org_id, {"deleted": (False,)})))
    if camera_id is not None:
        found = [camera for camera in found if camera.id == camera_id]
    if not found:
        raise InvalidInput({"camera_id": ["is not a camera of this org" if camera_id else "the org has no camera"]})
    return sorted(found, key=lambda camera: (camera.name if by_name else "", camera.id))
