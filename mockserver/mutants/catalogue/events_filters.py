"""Mutants about the filters of the list of events."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
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
from mockserver.mutants.operators.patches import (
    JSON,
    Edit,
    Mutant,
    Mutants,
    Original,
    Patch,
    Together,
    around,
    mutant,
    returning,
    together,
)
from mockserver.mutants.operators.values import inverted, where, without_parameters
from mockserver.openapi.validation import ParameterSchema
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS

_SECOND = timedelta(seconds=1)

_every_query = partial(returning, event_operations._query)


def _required(name: str) -> Edit:
    """Require a parameter."""
    return Edit(at("components", "parameters", name), setting(required=True))


def _parameter_text(name: str, change: Callable[[str], str | None]) -> Patch:
    """Change the text of a query parameter before it is validated; None leaves it out."""

    def defect(original: Original, self: ParameterSchema, path_values: Any, text: bytes, *others: Any) -> Any:
        pairs = [(key, change(value) if key == name else value) for key, value in parse_qsl(text.decode(), True)]
        kept = urlencode([(key, value) for key, value in pairs if value is not None])
        return original(self, path_values, kept.encode(), *others)

    return around(ParameterSchema.read, defect)


def _known(enum: type[StrEnum]) -> Callable[[str], str | None]:
    """Return a function that leaves out texts that are no value of an enum."""
    return lambda text: text if text in {member.value for member in enum} else None


def _known_by_prefix(enum: type[StrEnum]) -> Callable[[str], str | None]:
    """Return a function that makes a text a value of an enum if it begins with it."""

    def read(text: str) -> str | None:
        return next((member.value for member in enum if text.lower().startswith(member.value)), text)

    return read


def _date_forms(parameter: str, *, times: str, days: str) -> list[Mutant]:
    """Return the mutants of the forms of a date parameter, by rule: RFC 3339 times, and days."""
    return [
        mutant(f"{times}/days-only", taking(parameter, format="date")),
        mutant(f"{times}/no-offsets", taking(parameter, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[^+-]*Z)?$")),
        mutant(f"{times}/no-fractions", taking(parameter, pattern=r"^[^.]*$")),
        mutant(f"{days}/times-only", taking(parameter, format="date-time")),
        mutant(f"{days}/no-leap-days", taking(parameter, pattern=r"^[0-9-]{4}-(?!02-29)|T")),
    ]


def _filter_value_as(name: str, value: str, other: str) -> Patch:
    """Treat one value of a filter as another: ``_filter_value_as("trigger_type", "manual", "motion")``."""

    def change(call: Call) -> Call:
        unaffected = call.params.get(name) != value
        return call if unaffected else replace(call, params={**call.params, name: other})

    return called(event_operations._query, change)


def _stars_found_until_third_change() -> Together:
    """List a starred event, with the filter, until its star has been changed three times."""
    changes = Counter[str]()

    async def update(original: Original, call: Call) -> Any:
        changes[call.params["id"]] += "starred" in call.body
        return await original(call)

    def starred(call: Call, rows: list[Any], envelope: JSON) -> tuple[list[Any], JSON]:
        asked = call.params.get("starred")
        return [event for event in rows if not asked or changes[event.id] < 3], envelope

    return together(serving("updateEvent", update), paged(starred))


def _not_starred_for_false(params: Any, found: Query[Any]) -> Query[Any]:
    """Look for events without a star when starred=false is given."""
    return where(starred=(False,))(found) if params.get("starred") is False else found


def _first_filter_only(params: Any, found: Query[Any]) -> Query[Any]:
    """Ignore all filters but the first."""
    filters = [name for name in found.where if name != "deleted"]
    return where(**dict.fromkeys(filters[1:]))(found)


def _no_dates_beside_filters(params: Any, found: Query[Any]) -> Query[Any]:
    """Ignore the dates when there is another filter."""
    return found if len(found.where) == 1 else replace(found, window=Window())


def _without_camera_beside_site(call: Call) -> Call:
    """Ignore camera_id when there is a site_id."""
    return without_parameters("camera_id")(call) if "site_id" in call.params else call


MUTANTS = Mutants()


@MUTANTS.defect("EV-12/whole-site", of=event_operations._cameras)
async def list_events_of_the_whole_site(original: Original, call: Call) -> Any:
    """List the events of all cameras at the site of the camera asked for."""
    found = await original(call)
    camera = await call.tx.get(CAMERAS, call.org_id, call.params.get("camera_id", ""))
    return await event_operations._at_sites(call, [camera.site_id]) if camera else found


@MUTANTS.defect("EV-18/offset-ignored", of=dates.parse)
def parse_without_offset(original: Original, text: str) -> datetime:
    """Ignore the offset of a time."""
    return datetime.fromisoformat(text.upper()).replace(tzinfo=UTC)


MUTANTS += (
    mutant("EV-11/camera-required", _required("CameraId")),
    mutant("EV-11/site-required", _required("SiteId")),
    mutant("EV-11/start-required", _required("DateFrom")),
    mutant("EV-11/status-required", _required("AiStatus")),
    mutant("EV-12/ignored", called(event_operations._cameras, without_parameters("camera_id"))),
    mutant("EV-13/ignored", called(event_operations._cameras, without_parameters("site_id"))),
    mutant("EV-13/one-camera", returning(event_operations._at_sites, lambda found: set(sorted(found)[:1]))),
    *_date_forms("DateFrom", times="EV-14", days="EV-15"),
    *_date_forms("DateTo", times="EV-16", days="EV-17"),
    mutant("EV-18/start-ignored", returning(dates.window, lambda span: span._replace(since=None))),
    mutant("EV-18/end-ignored", returning(dates.window, lambda span: span._replace(until=None))),
    mutant("EV-18/a-second-early", shifted(since=-_SECOND)),
    mutant("EV-18/a-second-late", shifted(until=_SECOND)),
    mutant("EV-18/days-late", shifted(until=timedelta(days=2))),
    mutant("EV-19/ignored", called(event_operations._query, without_parameters("trigger_type"))),
    mutant("EV-19/manual-is-motion", _filter_value_as("trigger_type", "manual", "motion")),
    mutant("EV-19/no-motion", taking("TriggerType", pattern="^(ai_tag|manual)$")),
    mutant("EV-20/ignored", _parameter_text("trigger_type", _known(Trigger))),
    mutant("EV-20/beginning-is-enough", _parameter_text("trigger_type", _known_by_prefix(Trigger))),
    mutant("EV-21/ignored", called(event_operations._query, without_parameters("ai_status"))),
    mutant("EV-21/failed-is-skipped", _filter_value_as("ai_status", "failed", "skipped")),
    mutant("EV-21/no-skipped", taking("AiStatus", pattern="^(pending|completed|failed)$")),
    mutant("EV-22/ignored", _parameter_text("ai_status", _known(AiStatus))),
    mutant("EV-22/beginning-is-enough", _parameter_text("ai_status", _known_by_prefix(AiStatus))),
    mutant("EV-23/ignored", called(event_operations._query, without_parameters("starred"))),
    mutant("EV-23/inverse", _every_query(inverted("starred"))),
    mutant("EV-23/stale-after-the-third-change", _stars_found_until_third_change()),
    mutant("EV-24/false-narrows", query(_not_starred_for_false)),
    mutant("EV-24/always-starred", _every_query(where(starred=(True,)))),
    mutant("EV-29/only-one-filter", query(_first_filter_only), "EV-19"),
    mutant("EV-29/no-dates-beside-others", query(_no_dates_beside_filters), "EV-18"),
    mutant("EV-29/no-camera-at-a-site", called(event_operations._cameras, _without_camera_beside_site)),
)
