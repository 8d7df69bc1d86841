"""Lists: filling them, and their filters as predicates on the fields of the listed objects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import product
from typing import Any

from contract_tests import document
from contract_tests.steps import alerts, cameras, events, users
from contract_tests.steps.answers import JSON, all_rows, parse_time
from contract_tests.steps.events import EXPORT
from contract_tests.steps.sampling import sample
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, USERS, WEBHOOKS, World

_ONE_INSTANT = {"from": "2026-03-05T12:00:00Z", "to": "2026-03-05T12:00:00Z"}
#: A time before which some of the events and alerts are that are added to a list.
MIDDLE_TIME = "2026-03-05T12:00:03Z"
_SECOND = timedelta(seconds=1)
#: The field that the filters by date are about.
_TIME_FIELDS = {EVENTS: "triggered_at", EXPORT: "triggered_at", ALERTS: "fired_at"}
#: The offsets with which times are written: one each for an earlier and a later bound.
_OFFSETS = (timezone(timedelta(hours=14)), timezone(timedelta(hours=-9, minutes=-30)))


@dataclass(frozen=True)
class Value:
    """A value of a filter, and whether it selects an object: None where no page says so."""

    text: str
    selects: Callable[[JSON], bool | None]


def existing(world: World, path: str) -> list[JSON]:
    """Return everything in a list, with objects of all kinds where they can be made. Raises Unavailable for nothing."""
    if path == ALERTS:
        return alerts.existing_alerts(world)
    if path != CAMERAS:
        return events.existing_events(world)
    if not world.shared:
        _add_varied_cameras(world)
    found = everything(world, path)
    if not found:
        raise Unavailable("there are no cameras to look at")
    return found


def everything(world: World, path: str) -> list[JSON]:
    """Return everything in a list, as an operator reads it; of an export, what its list has."""
    return all_rows(world.operator, EVENTS if path == EXPORT else path, limit=100)


def _add_varied_cameras(world: World) -> None:
    """Add cameras of every type, mode and status at two sites, and two gateways with some of them."""
    gateways = [cameras.new_gateway(world) for _ in range(2)]
    bound: list[JSON] = [{"connection_mode": "gateway", "gateway_id": gateway} for gateway in gateways]
    for number, (connection, kind) in enumerate(product(({}, {"site_id": world.sites[-1]}, *bound), ("rtsp", "onvif"))):
        for status in cameras.STATUSES[number % 2 :: 2]:
            world.set_camera_status(world.camera(type=kind, **connection)["id"], status)


def field_values(path: str, name: str) -> tuple[Any, ...]:
    """Return the values that objects must have, lest a list that ignores the filter passes; none for ids and dates."""
    schema = _schema(path, name)
    return (True, False) if schema.get("type") == "boolean" else tuple(schema.get("enum", ()))


def values(world: World, path: str, name: str, rows: Sequence[JSON]) -> Sequence[Value]:
    """Return values of a filter that select some of the objects."""
    schema = _schema(path, name)
    if name in ("date_from", "date_to"):
        return _bounds(_TIME_FIELDS[path], name == "date_from", rows)
    if schema.get("type") == "boolean":
        return [Value("true", lambda row: row.get(name) is True)]
    if "enum" in schema:
        return [_having(name, value) for value in schema["enum"]]
    if name == "site_id" and path != CAMERAS:
        return [] if world.shared else [_at(world, site) for site in world.sites]
    return [_having(name, value) for value in sample(world, name, sorted({row[name] for row in rows if row.get(name)}))]


def _schema(path: str, name: str) -> JSON:
    operation = document.operation_at("GET", path)
    return operation.query[name] if operation else {}


def _having(name: str, value: str) -> Value:
    return Value(value, lambda row: row.get(name) == value)


def _at(world: World, site: str) -> Value:
    """Return a site as a filter of events: it selects those of its cameras."""
    return Value(site, lambda row: row["camera_id"] in world.cameras(site))


def _bounds(field: str, lower: bool, rows: Sequence[JSON]) -> list[Value]:
    """Return a bound before most of the objects and one after most, a second beside one, each with its offset."""
    times = sorted(parse_time(row.get(field)) for row in rows)
    early, late = times[len(times) // 8], times[len(times) * 7 // 8]
    edges = zip((early - _SECOND, late + _SECOND), _OFFSETS, strict=True)
    return [_bound(field, lower, edge.astimezone(zone)) for edge, zone in edges]


def _bound(field: str, lower: bool, bound: datetime) -> Value:
    """Return a time as a bound; no page says whether what is within a second of it is beyond it."""

    def selects(row: JSON) -> bool | None:
        margin = parse_time(row.get(field)) - bound
        return None if abs(margin) < _SECOND else (margin > timedelta()) is lower

    return Value(bound.isoformat(), selects)


def telling(rows: Sequence[JSON], first: Sequence[Value], second: Sequence[Value]) -> list[tuple[Value, Value]]:
    """Return pairs of values of two filters that tell whether both are applied.

    Together they have an object that both select, one that only the first selects, and one that only the second does,
    as far as there are such objects.
    """
    wanted = {(True, True), (True, False), (False, True)}
    found = [
        (pair, {tuple(each.selects(row) for each in pair) for row in rows} & wanted) for pair in product(first, second)
    ]
    chosen: list[tuple[Value, Value]] = []
    for pair, shown in sorted(found, key=lambda each: -len(each[1])):
        if shown & wanted:
            chosen.append(pair)
            wanted -= shown
    return chosen


def both(*pair: Value) -> Callable[[JSON], bool | None]:
    """Return a predicate: whether all of the values select an object."""

    def selects(row: JSON) -> bool | None:
        found = [value.selects(row) for value in pair]
        return False if False in found else None if None in found else True

    return selects


def select(world: World, path: str, rows: Sequence[JSON], limit: int, **filters: Any) -> list[JSON]:
    """Return what a list or an export holds with the filters; of an export, the listed events of its rows."""
    if path != EXPORT:
        return all_rows(world.operator, path, limit=limit, **filters)
    known = {row["id"]: row for row in rows}
    return [known[row["id"]] for row in events.export(world, **filters) if row["id"] in known]


def _record(world: World, count: int) -> None:
    """Record events on every camera, many of them at the same time."""
    known = world.cameras()
    for place, camera in enumerate(known):
        span = {**_ONE_INSTANT, "to": "2026-03-05T12:00:09Z"} if place else _ONE_INSTANT
        world.record(count // len(known) + (place < count % len(known)), camera_id=camera, **span)


def _fire(world: World, count: int) -> None:
    """Fire alerts of one rule, the first half of them at the same time."""
    rule = world.rule()["id"]
    world.raise_alerts(count // 2, rule_id=rule, **_ONE_INSTANT)
    world.raise_alerts(count - count // 2, rule_id=rule, **{**_ONE_INSTANT, "to": "2026-03-09T12:00:00Z"})


def _each(make: Callable[[World, int], object]) -> Callable[[World, int], None]:
    """Return a function that makes so many objects, one after another."""
    return lambda world, count: [make(world, number) for number in range(count)].clear()


#: Adds so many objects to a list, by its path; of what has a site, some at each.
FILL: Mapping[str, Callable[[World, int], None]] = {
    EVENTS: _record,
    ALERTS: _fire,
    CAMERAS: _each(lambda world, number: world.camera(site_id=world.sites[number % len(world.sites)])),
    SITES: _each(lambda world, _: world.site()),
    USERS: _each(lambda world, _: users.invite(world)),
    WEBHOOKS: _each(lambda world, _: world.webhook()),
    RULES: _each(lambda world, _: world.rule()),
    GATEWAYS: _each(lambda world, number: world.pair(site_id=world.sites[number % len(world.sites)])),
}
