"""Mutants about decisions about query parameters and dates."""

from datetime import timedelta
from typing import Any

from mockserver.domain import dates, errors
from mockserver.domain.dates import Window
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.mutants.operators.document import schema
from mockserver.mutants.operators.lists import page_size
from mockserver.mutants.operators.operations import malformed_ignored, serving
from mockserver.mutants.operators.patches import Original, Patch, around, for_each, mutant, returning
from mockserver.mutants.operators.refusals import tolerating
from mockserver.openapi.validation import ParameterSchema


def _day(*, start: timedelta = timedelta(), end: timedelta = timedelta()) -> Patch:
    """Move the beginning or the end of a plain date."""
    shifts = {False: start, True: end}

    def defect(original: Original, field: str, text: str, *, end: bool) -> Any:
        found = original(field, text, end=end)
        return found + shifts[end] if len(text) == len("2026-03-05") else found

    return around(dates._instant, defect)


def _order_demanded(span: Window) -> Window:
    if span.since and span.until and span.since >= span.until:
        raise InvalidInput({"date_to": ["is before date_from"]})
    return span


def _order_mended(span: Window) -> Window:
    swapped = span.since and span.until and span.since > span.until
    return Window(span.until, span.since) if swapped else span


def _strict(original: Original, self: Any, query: bytes, values: dict[str, Any]) -> None:
    original(self, query, values)
    names = {part.partition("=")[0] for part in query.decode("latin-1").split("&")}
    if unknown := names - self._query:
        raise InvalidInput({name: ["is no parameter of this call"] for name in unknown})


def _paging_everywhere(original: Original, self: Any, query: bytes, values: dict[str, Any]) -> None:
    original(self, query, values)
    if b"offset=" in query:
        raise InvalidInput({"offset": ["is not supported"]})


def _unknown_for_malformed(original: Original, self: Any, *given: Any) -> Any:
    try:
        return original(self, *given)
    except InvalidInput as error:
        if error.field_errors.keys() == {"id"}:
            raise NotFound("object") from None
        raise


MUTANTS = (
    mutant("AS-56/noon", _day(start=timedelta(hours=12))),
    mutant("AS-56/a-second-late", _day(start=timedelta(seconds=1))),
    mutant("AS-56/a-second-early", _day(start=timedelta(seconds=-1))),
    mutant("AS-57/midnight", _day(end=timedelta(days=-1))),
    mutant("AS-57/a-second-short", _day(end=timedelta(seconds=-1))),
    mutant("AS-57/a-second-long", _day(end=timedelta(seconds=1))),
    mutant("AS-58/refused", returning(dates.window, _order_demanded)),
    mutant("AS-58/mended", returning(dates.window, _order_mended)),
    *page_size(lower="AS-63", upper="AS-63"),
    *for_each("AS-64/any-{}", ("camera_id", "site_id", "rule_id"), malformed_ignored),
    mutant("AS-65/404", around(ParameterSchema.read, _unknown_for_malformed)),
    mutant("AS-66/any-trigger", malformed_ignored("trigger_type")),
    mutant("AS-66/any-ai-status", malformed_ignored("ai_status")),
    mutant("AS-66/any-status", malformed_ignored("status")),
    mutant("AS-67/ignored", malformed_ignored("date_from", "date_to")),
    mutant("AS-67/days-only", schema("DateOrTime", lambda node: node["anyOf"].pop(0))),
    mutant("AS-67/times-only", schema("DateOrTime", lambda node: node["anyOf"].pop(1))),
    mutant("AS-68/refused", around(ParameterSchema._read_query, _strict)),
    mutant("AS-68/offset-refused", around(ParameterSchema._read_query, _paging_everywhere)),
    mutant("AS-75/events-204", serving("deleteEvent", tolerating(NotFound))),
    mutant("AS-75/rules-204", serving("deleteAlertRule", tolerating(NotFound))),
    mutant("AS-75/gateways-204", serving("deleteGateway", tolerating(NotFound))),
    mutant("AS-75/gateway-deleted-again", serving("deleteGateway", tolerating(errors.NotFound))),
)
