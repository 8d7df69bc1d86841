"""Reads fixtures and scenarios: seed data in JSON or TOML, checked down to the last key before anything is stored.

A fixture holds a list of records for each kind, as a snapshot does, and may ask for ``bulk`` events that are
generated from the seed. A scenario is a fixture with changes. A time is RFC 3339 or relative to the start: ``now``,
``now-90s``, ``now+10m``, ``now-21d``.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec

from mockserver import resources
from mockserver.domain import dates
from mockserver.domain.dates import Instant, whole_seconds
from mockserver.domain.records import PLATFORM, Key, Record
from mockserver.runtime.random_source import RandomSource
from mockserver.store import kinds
from mockserver.store.base import Kind, R

_RELATIVE = re.compile(r"now(?:([+-])(\d{1,6})([smhd]))?", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_REFERENCES = {"org_id": "orgs", "site_id": "sites", "camera_id": "cameras", "gateway_id": "gateways",
               "user_id": "users", "event_id": "events", "webhook_id": "webhooks"}  # fmt: skip
#: The keys of a scenario that hold texts, not records: its description and the fixture that it changes.
_TEXT_KEYS, _PART_SIZE = ("says", "fixture"), 2000

Raw = dict[str, Any]


class FixtureError(ValueError):
    """The fixture cannot be used; the text names the file, the key and the value."""


class Bulk(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"since": "from", "until": "to"},
):
    """A number of events to generate in one org, spread over a span of time."""

    org_id: str
    events: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    since: Instant
    until: Instant


@dataclass(frozen=True)
class SeedData:
    """The checked content of a fixture: records by the name of their kind, and the events to generate."""

    records: dict[str, list[Record]]
    bulk: list[Bulk]


def names() -> list[str]:
    """Return the names of the packaged fixtures."""
    return resources.names("fixtures", "orgs", ".json")


def scenarios() -> dict[str, str]:
    """Return the names of the packaged scenarios with their descriptions."""
    packaged = resources.names("fixtures", "scenarios", ".toml")
    return {name: _read_file(_scenario_path(name), tomllib.loads)["says"] for name in packaged}


def read(name: str) -> Raw:
    """Return a packaged fixture or scenario by its name, or one by the path of its file. Raises FixtureError."""
    if name in names():
        return _read_file(resources.path("fixtures", "orgs", f"{name}.json"), msgspec.json.decode)
    path = _scenario_path(name) if name in resources.names("fixtures", "scenarios", ".toml") else Path(name)
    if path.suffix != ".toml":
        return _read_file(path, msgspec.json.decode)
    scenario = _read_file(path, tomllib.loads)
    scenario.pop("says", None)
    base = scenario.pop("fixture", "empty")
    if not isinstance(base, str) or base.endswith(".toml") or base in resources.names("fixtures", "scenarios", ".toml"):
        raise FixtureError(f"{path}: fixture = {base!r}: must be the name or path of a fixture, not of a scenario")
    return _merged(read(base), scenario)


def _scenario_path(name: str) -> Path:
    return resources.path("fixtures", "scenarios", f"{name}.toml")


def _read_file(path: Path, decode: Callable[[str], Any]) -> Raw:
    try:
        raw = decode(path.read_text(encoding="utf-8-sig"))  # editors of Windows begin files with a BOM
    except FileNotFoundError:
        packaged = ", ".join([*names(), *resources.names("fixtures", "scenarios", ".toml")])
        raise FixtureError(f"{path}: no such fixture or file; packaged are {packaged}") from None
    except (OSError, UnicodeDecodeError, RecursionError, msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        raise FixtureError(f"{path}: {error}") from None
    if not isinstance(raw, dict):
        raise FixtureError(f"{path}: a fixture must be an object of lists")
    for name, rows in raw.items():
        if name not in _TEXT_KEYS and not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            raise FixtureError(f"{path}: {name} = {rows!r:.80}: must be a list of records")
    return raw


def _merged(base: Raw, scenario: Raw) -> Raw:
    """Return the fixture with a scenario's records: one with a known id changes that record, others are added."""
    merged = dict(base)
    for name, rows in scenario.items():
        found: dict[str, Raw] = {}
        for index, row in enumerate([*base.get(name, []), *rows]):
            key = str(row.get("id", index))
            found[key] = {**found.get(key, {}), **row}
        merged[name] = list(found.values())
    return merged


def parse(raw: Raw, source: str, now: datetime) -> SeedData:
    """Return the checked content of a fixture. Raises FixtureError that names ``source``, the key and the value."""
    try:
        timed = _with_times(raw, whole_seconds(now))
    except OverflowError as error:
        raise FixtureError(f"{source}: {error}") from None
    bulk = _convert(timed.pop("bulk", []), list[Bulk], source, "bulk")
    found = records(timed, source)
    _check_bulk(bulk, found, source)
    return SeedData(found, bulk)


def records(raw: Mapping[str, Any], source: str) -> dict[str, list[Record]]:
    """Return the records of all kinds, whose ids and references have been checked. Raises FixtureError."""
    if unknown := raw.keys() - kinds.ALL.keys():
        raise FixtureError(f"{source}: {min(unknown)!r} is not one of {', '.join(kinds.ALL)}")
    found = {
        name: _convert(raw.get(name, []), list[kind.record], source, name)  # type: ignore[name-defined]
        for name, kind in kinds.ALL.items()
    }
    for _ in checking(found, source):
        pass
    return found


def record(raw: Any, kind: Kind[R], number: int, source: str, now: datetime) -> R:
    """Return one record, whose references are not checked. Raises FixtureError."""
    try:
        timed = _with_times(raw, whole_seconds(now), exact=kind.name == kinds.BUCKETS.name)
    except OverflowError as error:
        raise FixtureError(f"{source}: {error}") from None
    found: R = _convert(timed, kind.record, source, f"{kind.name}[{number}]")
    return found


def checking(found: Mapping[str, Sequence[Record]], source: str) -> Iterator[None]:
    """Check ids and references of records of all kinds, in steps of some thousands. Raises FixtureError."""
    ids: dict[str, set[Key]] = {name: set() for name in found}
    for kind in kinds.ALL.values():
        seen: set[Key] = set()
        for start, rows in _parts(found[kind.name]):
            _check_identities(kind, start, rows, seen, source)
            ids[kind.name].update((record.org_id, record.id) for record in rows)
            yield
    for name in found:
        for start, rows in _parts(found[name]):
            _check_references(name, start, rows, ids, source)
            yield


def _parts(rows: Sequence[Record]) -> Iterator[tuple[int, Sequence[Record]]]:
    return ((start, rows[start : start + _PART_SIZE]) for start in range(0, len(rows), _PART_SIZE))


def with_new_ids(raw: Raw, random_source: RandomSource) -> Raw:
    """Return the first org of the fixture alone, with new ids, secrets and emails: a store can hold several copies."""
    first = raw["orgs"][0]["id"]
    rows_of_org = {name: [row for row in rows if row["org_id"] == first] for name, rows in raw.items()}
    generators: dict[str, Callable[[str], str]] = {
        "id": lambda _: random_source.uuid(),
        "token": lambda _: random_source.token("sk_live_"),
        "api_key": lambda _: random_source.token("gw_"),
        "secret": lambda _: random_source.token("whsec_live_"),
        "code": lambda _: random_source.code(),
        "email": lambda old: f"{old.partition('@')[0]}@{random_source.token('')[:12]}.example.com",
    }
    replacements = {
        row[field]: generators[field](row[field])
        for rows in rows_of_org.values()
        for row in rows
        for field in generators
        if row.get(field) is not None
    }
    copy: Raw = _replace(rows_of_org, replacements)
    return copy


def _replace(value: Any, replacements: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {replacements.get(key, key): _replace(item, replacements) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, replacements) for item in value]
    return replacements.get(value, value) if isinstance(value, str) else value


def _with_times(value: Any, now: datetime, key: str = "", *, exact: bool = False) -> Any:
    """Parse the times under keys that hold one: to the microsecond in buckets, in whole seconds elsewhere."""
    if isinstance(value, dict):
        return {
            name: _with_times(item, now, name, exact=exact or name == kinds.BUCKETS.name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_with_times(item, now, exact=exact) for item in value]
    if not isinstance(value, str) or not _holds_instant(key):
        return value
    instant = _instant(key, value, now)
    return instant if exact or isinstance(instant, str) else whole_seconds(instant)


def _instant(key: str, text: str, now: datetime) -> datetime | str:
    """Return the time that a text stands for, in UTC; any other text is returned, and refused by its type later."""
    relative = _RELATIVE.fullmatch(text)
    try:
        return _shifted(now, *relative.groups("0")) if relative else dates.parse(text)
    except OverflowError:
        raise OverflowError(f"{key} = {text!r}: is beyond the years 1 to 9999") from None
    except ValueError:
        return text


def _shifted(now: datetime, sign: str, amount: str, unit: str) -> datetime:
    shift = timedelta(**{_UNITS.get(unit, "seconds"): int(amount)})
    return now - shift if sign == "-" else now + shift


def _holds_instant(key: str) -> bool:
    return key.endswith("_at") or key in ("at", "from", "to")


def _convert(value: Any, type_: Any, source: str, name: str) -> Any:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        where = name + path.strip("`").removeprefix("$")
        raise FixtureError(f"{source}: {where} = {_value_at(value, where, name)}: {message}") from None


def _value_at(value: Any, where: str, name: str) -> str:
    for part in re.findall(r"\[(\d+)\]|\.(\w+)", where.removeprefix(name)):
        value = value[int(part[0])] if part[0] else value.get(part[1])
    return msgspec.json.encode(value).decode()[:80]


def _check_identities(kind: Kind[Any], start: int, rows: Iterable[Record], seen: set[Key], source: str) -> None:
    for index, record in enumerate(rows, start):
        where = f"{source}: {kind.name}[{index}]"
        if not _is_uuid(record.id):
            raise FixtureError(f"{where}.id = {record.id!r}: must be a lower-case UUID")
        own = {("id", record.id)}
        if kind.unique and (value := getattr(record, kind.unique)) is not None:
            own.add((kind.unique, value))
        for field, value in own & seen:
            raise FixtureError(f"{where}.{field} = {value!r}: is there twice")
        seen |= own


def _check_references(name: str, start: int, rows: Iterable[Record], ids: Mapping[str, set[Key]], source: str) -> None:
    for index, record in enumerate(rows, start):
        for field, target in _references(record).items():
            value = getattr(record, field, None)
            if value is not None and (record.org_id, value) not in ids[target]:
                raise FixtureError(f"{source}: {name}[{index}].{field} = {value!r}: is not one of this org's {target}")


def _references(record: Record) -> Mapping[str, str]:
    """Return the fields that must name a record; a deleted record only has to name its org."""
    if record.org_id == PLATFORM:
        return {}
    return {"org_id": "orgs"} if getattr(record, "deleted", False) else _REFERENCES


def _check_bulk(bulk: Iterable[Bulk], found: Mapping[str, Sequence[Record]], source: str) -> None:
    """Refuse events that cannot be generated: in an org without a camera, or in a span that ends before it begins."""
    with_cameras = {record.org_id for record in found["cameras"]}
    for index, item in enumerate(bulk):
        if item.org_id not in with_cameras:
            raise FixtureError(f"{source}: bulk[{index}].org_id = {item.org_id!r}: is not an org with cameras")
        if item.until < item.since:
            raise FixtureError(f"{source}: bulk[{index}].to = {dates.text(item.until)!r}: is before from")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
