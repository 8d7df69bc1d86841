"""Mutants of decisions (rules AS-…) about query parameters and dates."""

from datetime import timedelta
from typing import Any

from mockserver.domain import dates
from mockserver.domain.dates import Window
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.mutants.operators.document import schema
from mockserver.mutants.operators.lists import page_size, shifted
from mockserver.mutants.operators.operations import malformed_ignored, serving
from mockserver.mutants.operators.patches import Mutants, Original, Patch, around, for_each, mutant, returning
from mockserver.mutants.operators.refusals import tolerating
from mockserver.openapi.validation import ParameterSchema

MUTANTS = Mutants()


def _day(*, start: timedelta = timedelta(), end: timedelta = timedelta()) -> Patch:
    """Shift the beginning or the end of a date without a time."""
    shifts = {False: start, True: end}

    def defect(original: Original, field: str, text: str, *, end: bool) -> Any:
        found = original(field, text, end=end)
        return found + shifts[end] if len(text) == len("2026-03-05") else found

    return around(dates._instant, defect)


def _refuse_reversed(span: Window) -> Window:
    """Refuse a span whose end is not after its beginning."""
    if span.since and span.until and span.since >= span.until:
        raise InvalidInput({"date_to": ["is before date_from"]})
    return span


def _swap_reversed(span: Window) -> Window:
    """Swap the bounds of a span whose end is before its beginning."""
    is_reversed = span.since and span.until and span.since > span.until
    return Window(span.until, span.since) if is_reversed else span


@MUTANTS.defect("AS-65/404", of=ParameterSchema.read)
def _malformed_id_is_not_found(original: Original, self: ParameterSchema, *args: Any) -> Any:
    """Answer 404 for a path whose id is not a UUID."""
    try:
        return original(self, *args)
    except InvalidInput as error:
        if error.field_errors.keys() == {"id"}:
            raise NotFound("object") from None
        raise


@MUTANTS.defect("AS-68/refused", of=ParameterSchema._read_query)
def _unknown_refused(original: Original, self: ParameterSchema, query: bytes, values: dict[str, Any]) -> None:
    """Refuse unknown query parameters."""
    original(self, query, values)
    names = {part.partition("=")[0] for part in query.decode("latin-1").split("&")}
    if unknown := names - self._query.keys():
        raise InvalidInput({name: ["is no parameter of this call"] for name in unknown})


@MUTANTS.defect("AS-68/offset-refused", of=ParameterSchema._read_query)
def _offset_refused(original: Original, self: ParameterSchema, query: bytes, values: dict[str, Any]) -> None:
    """Refuse the query parameter offset."""
    original(self, query, values)
    if b"offset=" in query:
        raise InvalidInput({"offset": ["is not supported"]})


MUTANTS += (
    mutant("AS-56/noon", _day(start=timedelta(hours=12))),
    mutant("AS-56/a-second-late", _day(start=timedelta(seconds=1))),
    mutant("AS-56/a-second-early", _day(start=timedelta(seconds=-1))),
    mutant("AS-57/midnight", _day(end=timedelta(days=-1))),
    mutant("AS-57/a-second-short", _day(end=timedelta(seconds=-1))),
    mutant("AS-57/a-second-long", _day(end=timedelta(seconds=1))),
    mutant("AS-58/refused", returning(dates.window, _refuse_reversed)),
    mutant("AS-58/mended", returning(dates.window, _swap_reversed)),
    mutant("AS-211/start-excluded", shifted(since=timedelta(microseconds=1))),
    mutant("AS-211/end-excluded", shifted(until=timedelta(microseconds=-1))),
    *page_size(lower="AS-63", upper="AS-63"),
    *for_each("AS-64/any-{}", ("camera_id", "site_id", "rule_id"), malformed_ignored),
    mutant("AS-66/any-trigger", malformed_ignored("trigger_type")),
    mutant("AS-66/any-ai-status", malformed_ignored("ai_status")),
    mutant("AS-66/any-status", malformed_ignored("status")),
    mutant("AS-67/ignored", malformed_ignored("date_from", "date_to")),
    mutant("AS-67/days-only", schema("DateOrTime", lambda node: node["anyOf"].pop(0))),
    mutant("AS-67/times-only", schema("DateOrTime", lambda node: node["anyOf"].pop(1))),
    mutant("AS-75/events-204", serving("deleteEvent", tolerating(NotFound))),
    mutant("AS-75/rules-204", serving("deleteAlertRule", tolerating(NotFound))),
    mutant("AS-75/gateways-204", serving("deleteGateway", tolerating(NotFound))),
    mutant("AS-75/gateway-deleted-again", serving("deleteGateway", tolerating(NotFound))),
)
