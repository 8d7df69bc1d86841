"""Mutants about the filters of the list of events."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain.dates import Window
from mockserver.domain.events import AiStatus, Trigger
from mockserver.mutants.operators.document import at, setting, taking
from mockserver.mutants.operators.events import called, paged, query
from mockserver.mutants.operators.lists import shifted
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import JSON, Edit, Original, Patch, around, mutant, returning, together
from mockserver.mutants.operators.values import inverted, where, without_parameters
from mockserver.openapi.validation import ParameterSchema
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS


def _stale_stars() -> Any:
    """List starred events by the first two changes of a star alone."""
    changes = Counter[str]()

    async def defect(original: Original, call: Call) -> Any:
        changes[call.params["id"]] += "starred" in call.body
        return await original(call)

    def current(call: Call, rows: list[Any], envelope: JSON) -> tuple[list[Any], JSON]:
        asked = call.params.get("starred")
        return [event for event in rows if not asked or changes[event.id] < 3], envelope

    return together(serving("updateEvent", defect), paged(current))


_INSTANT = timedelta(microseconds=1)


_SECOND = timedelta(seconds=1)


_found = partial(returning, feed._query)


def _required(name: str) -> Edit:
    return Edit(at("components", "parameters", name), setting(required=True))


def _reading(name: str, change: Callable[[str], str | None]) -> Any:
    """Change the text of a query parameter before it is looked at; None leaves it out."""

    def defect(original: Original, self: ParameterSchema, path_values: Any, text: bytes, *others: Any) -> Any:
        pairs = [(key, change(value) if key == name else value) for key, value in parse_qsl(text.decode(), True)]
        kept = urlencode([(key, value) for key, value in pairs if value is not None])
        return original(self, path_values, kept.encode(), *others)

    return around(ParameterSchema.read, defect)


def _known(enum: Any) -> Callable[[str], str | None]:
    return lambda value: value if value in {member.value for member in enum} else None


def _known_by_its_beginning(enum: Any) -> Callable[[str], str | None]:
    def read(value: str) -> str | None:
        return next((member.value for member in enum if value.lower().startswith(member.value)), value)

    return read


def _without_offset(original: Original, text: Any) -> Any:
    return datetime.fromisoformat(text.upper()).replace(tzinfo=UTC)


async def _of_the_whole_site(original: Original, call: Call) -> Any:
    found = await original(call)
    camera = await call.tx.get(CAMERAS, call.org_id, call.params.get("camera_id", ""))
    return await feed._at_sites(call, [camera.site_id]) if camera else found


def _site_first(call: Call) -> Call:
    return without_parameters("camera_id")(call) if "site_id" in call.params else call


def _instead_of(name: str, value: str, other: str) -> Patch:
    """Take one value of a filter for another."""

    def change(call: Call) -> Call:
        right = call.params.get(name) != value
        return call if right else replace(call, params={**call.params, name: other})

    return called(feed._query, change)


def _only_one_filter(params: Any, old: Query[Any]) -> Query[Any]:
    filters = [name for name in old.where if name != "deleted"]
    return where(**dict.fromkeys(filters[1:]))(old)


def _no_dates_beside_others(params: Any, old: Query[Any]) -> Query[Any]:
    return old if len(old.where) == 1 else replace(old, window=Window())


def _not_starred_alone(params: Any, old: Query[Any]) -> Query[Any]:
    return where(starred=(False,))(old) if params.get("starred") is False else old


_DATES = tuple(
    wrong
    for time_rule, day_rule, name in (("EV-14", "EV-15", "DateFrom"), ("EV-16", "EV-17", "DateTo"))
    for wrong in (
        mutant(f"{time_rule}/days-only", taking(name, format="date")),
        mutant(f"{time_rule}/no-offsets", taking(name, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[^+-]*Z)?$")),
        mutant(f"{time_rule}/no-fractions", taking(name, pattern=r"^[^.]*$")),
        mutant(f"{day_rule}/times-only", taking(name, format="date-time")),
        mutant(f"{day_rule}/no-leap-days", taking(name, pattern=r"^[0-9-]{4}-(?!02-29)|T")),
    )
)


MUTANTS = (
    mutant("EV-23/stale-after-the-third-change", _stale_stars()),
    *_DATES,
    mutant("EV-11/camera-required", _required("CameraId")),
    mutant("EV-11/site-required", _required("SiteId")),
    mutant("EV-11/start-required", _required("DateFrom")),
    mutant("EV-11/status-required", _required("AiStatus")),
    mutant("EV-12/ignored", called(feed._cameras, without_parameters("camera_id"))),
    mutant("EV-12/whole-site", around(feed._cameras, _of_the_whole_site)),
    mutant("EV-13/ignored", called(feed._cameras, without_parameters("site_id"))),
    mutant("EV-13/one-camera", returning(feed._at_sites, lambda found: set(sorted(found)[:1]))),
    mutant("EV-18/start-ignored", returning(dates.window, lambda span: span._replace(since=None))),
    mutant("EV-18/end-ignored", returning(dates.window, lambda span: span._replace(until=None))),
    mutant("EV-18/start-excluded", shifted(since=_INSTANT)),
    mutant("EV-18/end-excluded", shifted(until=-_INSTANT)),
    mutant("EV-18/a-second-early", shifted(since=-_SECOND)),
    mutant("EV-18/a-second-late", shifted(until=_SECOND)),
    mutant("EV-18/days-late", shifted(until=timedelta(days=2))),
    mutant("EV-18/offset-ignored", around(dates.parse, _without_offset)),
    mutant("EV-19/ignored", called(feed._query, without_parameters("trigger_type"))),
    mutant("EV-19/manual-is-motion", _instead_of("trigger_type", "manual", "motion")),
    mutant("EV-19/no-motion", taking("TriggerType", pattern="^(ai_tag|manual)$")),
    mutant("EV-20/ignored", _reading("trigger_type", _known(Trigger))),
    mutant("EV-20/beginning-is-enough", _reading("trigger_type", _known_by_its_beginning(Trigger))),
    mutant("EV-21/ignored", called(feed._query, without_parameters("ai_status"))),
    mutant("EV-21/failed-is-skipped", _instead_of("ai_status", "failed", "skipped")),
    mutant("EV-21/no-skipped", taking("AiStatus", pattern="^(pending|completed|failed)$")),
    mutant("EV-22/ignored", _reading("ai_status", _known(AiStatus))),
    mutant("EV-22/beginning-is-enough", _reading("ai_status", _known_by_its_beginning(AiStatus))),
    mutant("EV-23/ignored", called(feed._query, without_parameters("starred"))),
    mutant("EV-23/inverse", _found(inverted("starred"))),
    mutant("EV-24/false-narrows", query(_not_starred_alone)),
    mutant("EV-24/always-starred", _found(where(starred=(True,)))),
    mutant("EV-29/only-one-filter", query(_only_one_filter)),
    mutant("EV-29/no-dates-beside-others", query(_no_dates_beside_others)),
    mutant("EV-29/no-camera-at-a-site", called(feed._cameras, _site_first)),
)
