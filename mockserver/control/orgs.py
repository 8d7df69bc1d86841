"""Orgs on demand, so that parallel tests have one each: their data, events, alerts, cameras and limits."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import datetime
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own
from typing import Any

import msgspec

from mockserver import fixtures
from mockserver.control.context import MockContext, Request
from mockserver.domain import cameras, dates, sample_data
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.cameras import CameraStatus
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.domain.events import AiStatus, Trigger
from mockserver.domain.orgs import Org, OrgSettings, Origin
from mockserver.operations import notifications, orgs, seeding
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import ALERT_RULES, CAMERAS, ORGS

#: So many that no two orgs get the same; JSON numbers of any language hold them.
_SEED_BITS = 52
_NOT_OF_EVENT = ("from", "to", "count", "seed")


async def list_orgs(request: Request) -> dict[str, Any]:
    """Return the orgs in the order of their ids, from one on, and how many there are."""
    params = request.params
    async with request.context.store.snapshot() as tx:
        ids = sorted(await tx.orgs())
        start = bisect_right(ids, params.get("after", ""))
        shown = ids[start:][: params.get("limit")]
        found = [await orgs.describe(tx, org_id) for org_id in shown]
    return {"data": found, "total": len(ids)}


async def create_org(request: Request) -> dict[str, Any] | None:
    """Create an org from a fixture or scenario, with new ids and secrets.

    If asked for, it has another name, other limits, and generated events. Raises NotFound when it is removed meanwhile.
    """
    context = request.context
    while True:
        try:
            created = await orgs.create(context.store, _origin(request), context.clock.now())
            return await described(context, created)
        except orgs.SeedTaken:  # by an org that is older than a reset, after which the same seeds are drawn again
            if "seed" in request.body:
                raise


async def described(context: MockContext, org_id: str) -> dict[str, Any] | None:
    """Return an org with its sites, cameras, gateways and actors. Raises NotFound."""
    async with context.store.snapshot() as tx:
        await existing(tx, org_id)
        return await orgs.describe(tx, org_id)


async def get_org(request: Request) -> dict[str, Any] | None:
    """Return one org."""
    return await described(request.context, request.params["id"])


async def delete_org(request: Request) -> None:
    """Delete an org and everything in it, and the faults of its calls."""
    await remove(request.context, request.params["id"])


async def remove(context: MockContext, org_id: str) -> Org:
    """Remove an org with everything in it, the faults of its calls and its clock, and return it. Raises NotFound."""
    removed, faults = await orgs.remove(context.store, org_id), context.faults
    if faults:
        await faults.remove([fault.id for fault in await faults.dump() if fault.criteria.org == org_id])
    await context.org_clock_control(org_id).release()
    return removed


async def record_events(request: Request) -> dict[str, Any]:
    """Record events, which fire the org's alert rules."""
    context, org_id = request.context, request.params["id"]
    chosen = {name: value for name, value in request.body.items() if name not in _NOT_OF_EVENT}
    for name, type_ in (
        ("trigger_type", Trigger),
        ("ai_status", AiStatus),
        ("tags", tuple),
        ("zones", tuple),
    ):
        if name in chosen:
            chosen[name] = type_(chosen[name])
    events: list[str] = []
    alerts: list[str] = []
    seeded = _seeded(request, "events")
    for times in _times_in_parts(request):
        async with context.store.transaction() as tx:
            await existing(tx, org_id)
            recorded = await seeding.record_events(
                tx, context.random_source, org_id, times, chosen, context.clock.of(org_id).now(), seeded
            )
        events += [event.id for event in recorded[0]]
        alerts += [alert.id for alert in recorded[1]]
        await asyncio.sleep(0)
    return {"data": events, "alerts": alerts, "total": len(events)}


async def record_alerts(request: Request) -> dict[str, Any]:
    """Fire an alert rule, and change its alerts to the status asked for."""
    context, org_id, body = request.context, request.params["id"], request.body
    status = AlertStatus(body.get("status", "new"))
    fired: list[str] = []
    camera_id, seeded = body.get("camera_id"), _seeded(request, "alerts")
    for times in _times_in_parts(request):
        async with context.store.transaction() as tx:
            await existing(tx, org_id)
            rule, now = await _rule(tx, org_id, body.get("rule_id")), context.clock.of(org_id).now()
            alerts = await seeding.record_alerts(tx, context.random_source, rule, times, camera_id, now, seeded)
            actor = await seeding.operator_name(tx, org_id)
            for alert in alerts:
                await seeding.set_alert_status(tx, alert, status, actor, now)
        fired += [alert.id for alert in alerts]
        await asyncio.sleep(0)
    return {"data": fired, "total": len(fired)}


async def change_camera(request: Request) -> dict[str, Any]:
    """Set the status of a camera, which then no longer changes by itself. Raises NotFound."""
    context = request.context
    async with context.store.transaction() as tx:
        camera = await tx.get(CAMERAS, request.params["id"], request.params["camera_id"])
        if camera is None or camera.deleted:
            raise NotFound("camera")
        changed = cameras.set_status(camera, CameraStatus(request.body["status"]))
        await tx.put(CAMERAS, changed)
        now = context.clock.of(camera.org_id).now()
        await notifications.camera_changed(tx, context.random_source, camera, changed, now)
    return orgs.describe_camera(changed)


async def get_org_settings(request: Request) -> Any:
    """Return an org's limits."""
    async with request.context.store.transaction() as tx:
        return (await existing(tx, request.params["id"])).settings


async def change_org_settings(request: Request) -> Any:
    """Change some of an org's limits."""
    async with request.context.store.transaction() as tx:
        org = await existing(tx, request.params["id"])
        changed = msgspec.structs.replace(org.settings, **request.body)
        await tx.put(ORGS, msgspec.structs.replace(org, settings=changed))
    return changed


def _origin(request: Request) -> Origin:
    """Return what a new org is made from, with a new seed if none is asked for. Raises InvalidInput."""
    body, fixture = request.body, _fixture_name(request.body)
    settings = None
    if "settings" in body:
        of_fixture = msgspec.convert(fixtures.read(fixture)["orgs"][0].get("settings", {}), OrgSettings)
        settings = msgspec.structs.replace(of_fixture, **body["settings"])
    new = request.context.random_source.generator("org")
    seed = body["seed"] if "seed" in body else new.getrandbits(_SEED_BITS)
    return Origin(fixture=fixture, seed=seed, name=body.get("name"), settings=settings, events=body.get("events", 0))


def _fixture_name(body: Mapping[str, Any]) -> str:
    """Return the name of the fixture or scenario to copy. Raises InvalidInput."""
    if {"fixture", "scenario"} <= body.keys():
        raise InvalidInput({"scenario": ["excludes fixture"]})
    field, known = ("scenario", fixtures.scenarios()) if "scenario" in body else ("fixture", fixtures.names())
    name = str(body.get(field, "small"))
    if name not in known:
        raise InvalidInput({field: [f"is not one of {', '.join(known)}"]})
    return name


async def existing(tx: Transaction, org_id: str) -> Org:
    """Return an org. Raises NotFound."""
    org = await tx.get(ORGS, org_id, org_id)
    if org is None:
        raise NotFound("org")
    return org


async def _rule(tx: Transaction, org_id: str, rule_id: str | None) -> AlertRule:
    if rule_id is not None:
        rule = await tx.get(ALERT_RULES, org_id, rule_id)
    else:
        rule = next(iter(await tx.select(Query(ALERT_RULES, org_id, {"enabled": (True,)}))), None)
    if rule is None:
        raise InvalidInput({"rule_id": ["is not a rule of this org" if rule_id else "the org has no enabled rule"]})
    return rule


def _times_in_parts(request: Request) -> Iterator[list[datetime]]:
    """Return the times of what is to be recorded, in parts. Raises InvalidInput if ``to`` is before ``from``."""
    body = request.body
    now = dates.whole_seconds(request.context.clock.of(request.params["id"]).now())
    try:
        since, until = (
            dates.whole_seconds(dates.parse(body[name])) if name in body else now for name in ("from", "to")
        )
    except (ValueError, OverflowError):
        raise InvalidInput({"from": ["is not an instant the mock can handle"]}) from None
    if until < since:
        raise InvalidInput({"to": [f"is before from, {dates.text(since)}"]})
    rng = _seeded(request, "instants") or request.context.random_source.generator("instants")
    return sample_data.instants_in_parts(rng, body.get("count", 1), since, until)


def _seeded(request: Request, purpose: str) -> Random | None:
    """Return a generator of what the body leaves out, if it asks for the same each time."""
    seed = request.body.get("seed")
    return None if seed is None else RandomSource(seed).generator(purpose)
