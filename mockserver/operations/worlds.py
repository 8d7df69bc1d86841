"""Worlds: seeding the store from a fixture, making orgs on demand, filling them with events and alerts."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from mockserver import fixtures
from mockserver.domain import alerts, dates, sample_data
from mockserver.domain.access import Role
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.alerts import Alert, AlertStatus
from mockserver.domain.cameras import Camera
from mockserver.domain.errors import InvalidInput
from mockserver.domain.events import Event, Trigger
from mockserver.domain.records import Record
from mockserver.domain.users import ApiKey, User
from mockserver.fixtures import Bulk, World
from mockserver.operations import recording
from mockserver.runtime.random_source import RandomSource
from mockserver.store import kinds
from mockserver.store.base import Query, Store, Transaction
from mockserver.store.kinds import ALERTS, API_KEYS, CAMERAS, GATEWAYS, ORGS, SITES, USERS


async def seed(store: Store, random_source: RandomSource, world: World) -> None:
    """Make the world the whole content of the store."""
    await store.load(world.records)
    async with store.transaction() as tx:
        for bulk in world.bulk:
            await _fill(tx, random_source, bulk)


async def create(tx: Transaction, random_source: RandomSource, raw: fixtures.Raw, now: datetime) -> str:
    """Add the first org of a fixture under new ids and return its id."""
    world = fixtures.parse(fixtures.renewed(raw, random_source), "fixture", now)
    for name, rows in world.records.items():
        for record in rows:
            await tx.put(kinds.ALL[name], record)
    for bulk in world.bulk:
        await _fill(tx, random_source, bulk)
    return world.records["orgs"][0].id


async def describe(tx: Transaction, org_id: str) -> dict[str, Any] | None:
    """Return what a test needs to know of an org: its places, devices, and its people's credentials."""
    org = await tx.get(ORGS, org_id, org_id)
    if org is None:
        return None
    users, keys = list(await tx.select(Query(USERS, org_id))), list(await tx.select(Query(API_KEYS, org_id)))
    sites = await tx.select(Query(SITES, org_id))
    cameras = await tx.select(Query(CAMERAS, org_id, {"deleted": (False,)}))
    gateways = await tx.select(Query(GATEWAYS, org_id))
    return {
        "org_id": org.id,
        "name": org.name,
        "sites": [_fields(site, "id", "name") for site in sites],
        "cameras": [describe_camera(camera) for camera in cameras],
        "gateways": [_fields(gateway, "id", "name", "site_id", "status") for gateway in gateways],
        "actors": _actors(users, [key for key in keys if key.expires_at is None]),
        "temporary_keys": _temporary_keys(users, keys),
    }


def describe_camera(camera: Camera) -> dict[str, Any]:
    """Return what a test needs to know of a camera."""
    return _fields(camera, "id", "name", "site_id", "gateway_id", "status")


async def record_events(
    tx: Transaction,
    random_source: RandomSource,
    org_id: str,
    times: Sequence[datetime],
    chosen: dict[str, Any],
    now: datetime | None,
) -> tuple[list[Event], list[Alert]]:
    """Record an event at each instant and return them with the alerts that rules raised; webhooks are told ``now``."""
    rng = random_source.generator("events")
    cameras = await _cameras(tx, org_id, chosen.get("camera_id"))
    recorded, raised = [], []
    for at in times:
        event = recording.draw(rng, random_source, rng.choice(cameras), at, chosen)
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
) -> list[Alert]:
    """Let the rule fire at each instant, for an event of its own; no cooldown holds it back."""
    rng = random_source.generator("events")
    cameras = await _cameras(tx, rule.org_id, camera_id)
    chosen: dict[str, Any] = {"trigger_type": rule.trigger_type}
    if rule.trigger_type is Trigger.AI_TAG:
        chosen |= {"tags": rule.custom_tags, "confidence": 1.0}
    fired = []
    for at in times:
        event = recording.draw(rng, random_source, rng.choice(cameras), at, chosen)
        await recording.store(tx, random_source, event, now)
        fired.append(await recording.fire(tx, random_source, rule, event, now))
    return fired


async def settle(tx: Transaction, alert: Alert, status: AlertStatus, actor: str, now: datetime) -> Alert:
    """Bring a new alert to a status the way people do: acknowledged first, then resolved."""
    steps = {
        AlertStatus.NEW: (),
        AlertStatus.ACKNOWLEDGED: (AlertStatus.ACKNOWLEDGED,),
        AlertStatus.RESOLVED: (AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED),
    }
    for step in steps[status]:
        alert = alerts.move(alert, step, actor, now)
    await tx.put(ALERTS, alert)
    return alert


async def somebody(tx: Transaction, org_id: str) -> str:
    """Return the name of one who deals with alerts: the org's oldest user who may."""
    people = [user for user in await tx.select(Query(USERS, org_id)) if user.role.includes(Role.OPERATOR)]
    return people[-1].display_name if people else "Nobody"


async def fill(tx: Transaction, random_source: RandomSource, org_id: str, events: int, now: datetime) -> None:
    """Generate the events of the last three weeks."""
    until = dates.whole_seconds(now)
    await _fill(tx, random_source, Bulk(org_id=org_id, events=events, since=until - timedelta(days=21), until=until))


async def _fill(tx: Transaction, random_source: RandomSource, bulk: Bulk) -> None:
    """Generate a past: events over a span, of which no webhook is told; somebody has dealt with all their alerts."""
    rng = random_source.generator("bulk")
    times = sample_data.instants(rng, bulk.events, bulk.since, bulk.until)
    _, raised = await record_events(tx, random_source, bulk.org_id, times, {}, None)
    actor = await somebody(tx, bulk.org_id)
    for alert in raised:
        status = rng.choice((AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED))
        await settle(tx, alert, status, actor, alert.fired_at + timedelta(minutes=rng.randint(1, 90)))


async def _cameras(tx: Transaction, org_id: str, camera_id: str | None) -> list[Camera]:
    """Return the cameras that events can come from. Raises InvalidInput when there is none."""
    found = list(await tx.select(Query(CAMERAS, org_id, {"deleted": (False,)})))
    if camera_id is not None:
        found = [camera for camera in found if camera.id == camera_id]
    if not found:
        raise InvalidInput({"camera_id": ["is not a camera of this org" if camera_id else "the org has no camera"]})
    return sorted(found, key=lambda camera: camera.id)


def _actors(users: Iterable[User], keys: Iterable[ApiKey]) -> dict[str, Any]:
    """Return one credential per role, highest first: the oldest key of its oldest user."""
    tokens = {key.user_id: key.token for key in keys}
    found = {user.role: user for user in users if user.id in tokens}
    return {role.value: _actor(found[role], tokens[found[role].id]) for role in reversed(Role) if role in found}


def _actor(user: User, token: str) -> dict[str, Any]:
    return {
        "token": token,
        "email": user.email,
        "password": user.password,
        "user_id": user.id,
        "display_name": user.display_name,
        "role": user.role.value,
        "site_ids": list(user.site_ids),
    }


def _temporary_keys(users: Iterable[User], keys: Iterable[ApiKey]) -> list[dict[str, Any]]:
    """Return the keys that expire or have expired, the earliest first."""
    roles = {user.id: user.role for user in users}
    found = sorted((key.expires_at, key.token, roles[key.user_id]) for key in keys if key.expires_at)
    return [{"token": token, "role": role.value, "expires_at": expires_at} for expires_at, token, role in found]


def _fields(record: Record, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
