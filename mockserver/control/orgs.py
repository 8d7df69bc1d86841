"""Orgs on demand: each a world of its own, so that tests can run side by side."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from mockserver import fixtures
from mockserver.control.parts import Request
from mockserver.domain import dates, sample_data
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.domain.events import AiStatus, Trigger
from mockserver.domain.orgs import Org
from mockserver.operations import worlds
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import ALERT_RULES, ORGS

_SPAN = ("from", "to", "count")


async def listing(request: Request) -> dict[str, Any]:
    """Return all orgs."""
    async with request.parts.store.transaction() as tx:
        found = [await worlds.describe(tx, org_id) for org_id in await tx.orgs()]
    return {"data": found, "total": len(found)}


async def create(request: Request) -> dict[str, Any] | None:
    """Make an org from a fixture or scenario, under new ids and secrets, with generated events if asked for."""
    body, parts = request.body, request.parts
    now = parts.clock.now()
    raw = fixtures.read(_packaged(body))
    async with parts.store.transaction() as tx:
        org_id = await worlds.create(tx, parts.random_source, raw, now)
        if "name" in body:
            org = await _org(tx, org_id)
            await tx.put(ORGS, msgspec.structs.replace(org, name=body["name"]))
        if body.get("events"):
            await worlds.fill(tx, parts.random_source, org_id, body["events"], now)
        return await worlds.describe(tx, org_id)


async def show(request: Request) -> dict[str, Any] | None:
    """Return one org."""
    async with request.parts.store.transaction() as tx:
        await _org(tx, request.params["id"])
        return await worlds.describe(tx, request.params["id"])


async def delete(request: Request) -> None:
    """Remove an org and everything in it."""
    async with request.parts.store.transaction() as tx:
        await _org(tx, request.params["id"])
        await tx.remove_org(request.params["id"])


async def record_events(request: Request) -> dict[str, Any]:
    """Record events, which fire the org's rules."""
    parts, org_id = request.parts, request.params["id"]
    chosen = {name: value for name, value in request.body.items() if name not in _SPAN}
    for name, type_ in (
        ("trigger_type", Trigger),
        ("ai_status", AiStatus),
        ("tags", tuple),
        ("zones", tuple),
    ):
        if name in chosen:
            chosen[name] = type_(chosen[name])
    async with parts.store.transaction() as tx:
        await _org(tx, org_id)
        times, now = _instants(request), parts.clock.now()
        events, alerts = await worlds.record_events(tx, parts.random_source, org_id, times, chosen, now)
    return {
        "data": [event.id for event in events],
        "alerts": [alert.id for alert in alerts],
        "total": len(events),
    }


async def record_alerts(request: Request) -> dict[str, Any]:
    """Let a rule fire, and bring its alerts to the status asked for."""
    parts, org_id, body = request.parts, request.params["id"], request.body
    status = AlertStatus(body.get("status", "new"))
    async with parts.store.transaction() as tx:
        await _org(tx, org_id)
        rule = await _rule(tx, org_id, body.get("rule_id"))
        times, now = _instants(request), parts.clock.now()
        alerts = await worlds.record_alerts(tx, parts.random_source, rule, times, body.get("camera_id"), now)
        actor = await worlds.somebody(tx, org_id)
        for alert in alerts:
            await worlds.settle(tx, alert, status, actor, now)
    return {"data": [alert.id for alert in alerts], "total": len(alerts)}


async def settings(request: Request) -> Any:
    """Return an org's limits."""
    async with request.parts.store.transaction() as tx:
        return (await _org(tx, request.params["id"])).settings


async def change_settings(request: Request) -> Any:
    """Change some of an org's limits."""
    async with request.parts.store.transaction() as tx:
        org = await _org(tx, request.params["id"])
        changed = msgspec.structs.replace(org.settings, **request.body)
        await tx.put(ORGS, msgspec.structs.replace(org, settings=changed))
    return changed


def _packaged(body: Mapping[str, Any]) -> str:
    """Return the name of the world to copy. Raises InvalidInput."""
    if {"fixture", "scenario"} <= body.keys():
        raise InvalidInput({"scenario": ["excludes fixture"]})
    field, known = ("scenario", fixtures.scenarios()) if "scenario" in body else ("fixture", fixtures.names())
    name = str(body.get(field, "small"))
    if name not in known:
        raise InvalidInput({field: [f"is not one of {', '.join(known)}"]})
    return name


async def _org(tx: Transaction, org_id: str) -> Org:
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


def _instants(request: Request) -> list[datetime]:
    """Return when the things to record happened. Raises InvalidInput for a span that ends before it starts."""
    now, body = dates.whole_seconds(request.parts.clock.now()), request.body
    try:
        since, until = (
            dates.whole_seconds(dates.parse(body[name])) if name in body else now for name in ("from", "to")
        )
    except (ValueError, OverflowError):
        raise InvalidInput({"from": ["is not an instant the mock can handle"]}) from None
    if until < since:
        raise InvalidInput({"to": [f"is before from, {dates.text(since)}"]})
    return sample_data.instants(request.parts.random_source.generator("instants"), body.get("count", 1), since, until)
