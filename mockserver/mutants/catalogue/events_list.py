"""Wrong laws about which events a list holds, and on which page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain.dates import Window
from mockserver.domain.events import AiStatus, Trigger
from mockserver.mutants.catalogue.events_parts import called, paged, query
from mockserver.mutants.operators.document import at, parameter, setting, taking
from mockserver.mutants.operators.lists import envelope, paging, rows, shifted
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import JSON, Edit, Original, Patch, around, mutant, returning
from mockserver.mutants.operators.values import (
    backwards,
    changed,
    having,
    inverted,
    lacking,
    renamed,
    sometimes,
    where,
    without_parameters,
)
from mockserver.openapi.validation import ParameterSchema
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, EVENTS

_INSTANT = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_found = partial(returning, feed._query)
_listed = partial(answering, "listEvents")
_envelope = partial(envelope, "listEvents")


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


def _first_skipped(call: Call, found: list[Any], rest: JSON) -> tuple[list[Any], JSON]:
    return (found if "cursor" in call.params else found[1:]), rest


def _gap(call: Call, found: list[Any], rest: JSON) -> tuple[list[Any], JSON]:
    return (found[1:] if "cursor" in call.params else found), rest


def _doubled(call: Call, found: list[Any], rest: JSON) -> tuple[list[Any], JSON]:
    return (found + found[-1:] if rest["next_cursor"] else found), rest


def _resumed() -> Patch:
    """Go on, without a cursor, where the caller stopped."""
    last: dict[str | None, str] = {}

    async def defect(original: Original, call: Call, asked: Query[Any]) -> Any:
        key = f"{call.caller.key_id} {sorted(call.params)}"
        if "cursor" not in call.params and key in last:
            call = replace(call, params={**call.params, "cursor": last[key]})
        rows, rest = await original(call, asked)
        last.pop(key, None)
        if rest["next_cursor"]:
            last[key] = rest["next_cursor"]
        return rows, rest

    return paging("listEvents", defect)


def _counted(change: Callable[[Query[Any]], Query[Any]]) -> Any:
    """Count other events than those that match."""

    async def defect(original: Original, call: Call, asked: Query[Any]) -> Any:
        rows, rest = await original(call, asked)
        return rows, {**rest, "total": await call.tx.count(change(asked))}

    return paging("listEvents", defect)


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
    mutant("EV-25/first-skipped", paged(_first_skipped)),
    mutant("EV-25/gap", paged(_gap)),
    mutant("EV-25/doubled", paged(_doubled)),
    mutant("EV-25/another-order-every-time", rows("listEvents", sometimes(backwards, 2))),
    mutant("EV-25/resumed", _resumed()),
    mutant(
        "EV-25/cursor-ignored",
        paging("listEvents", lambda original, call, asked: original(without_parameters("cursor")(call), asked)),
    ),
    mutant("EV-26/ten", parameter("Limit", default=10)),
    mutant("EV-26/twenty-one", parameter("Limit", default=21)),
    mutant("EV-26/hundred", parameter("Limit", default=100)),
    mutant("EV-27/zero-allowed", parameter("Limit", minimum=0)),
    mutant("EV-27/at-least-two", parameter("Limit", minimum=2)),
    mutant("EV-28/hundred-and-one", parameter("Limit", maximum=101)),
    mutant("EV-28/ninety-nine", parameter("Limit", maximum=99)),
    mutant("EV-28/any", Edit(at("components", "parameters", "Limit", "schema"), lambda node: node.pop("maximum"))),
    mutant("EV-29/only-one-filter", query(_only_one_filter)),
    mutant("EV-29/no-dates-beside-others", query(_no_dates_beside_others)),
    mutant("EV-29/no-camera-at-a-site", called(feed._cameras, _site_first)),
    mutant("EV-30/no-total", _listed(lacking("total"))),
    mutant("EV-30/no-cursor", _listed(lacking("next_cursor"))),
    mutant("EV-30/events-for-data", _listed(renamed("data", "events"))),
    mutant("EV-30/has-more", _listed(having(has_more=False))),
    mutant("EV-31/empty-text", _envelope(changed(next_cursor=lambda cursor: cursor or ""))),
    mutant("EV-31/text-null", _envelope(changed(next_cursor=lambda cursor: cursor or "null"))),
    mutant("EV-31/always-null", _envelope(having(next_cursor=None)), "EV-25"),
    mutant("EV-32/one-more", _envelope(changed(total=lambda total: total + 1))),
    mutant("EV-32/text", _envelope(changed(total=str))),
    mutant("EV-32/fraction", _envelope(changed(total=float))),
    mutant("EV-32/filters-ignored", _counted(lambda asked: Query(EVENTS, asked.org_id, {"deleted": (False,)}))),
    mutant("EV-32/deleted-counted", _counted(where(deleted=None))),
    mutant("EV-32/sometimes-wrong", _listed(sometimes(having(total=1)))),
)
