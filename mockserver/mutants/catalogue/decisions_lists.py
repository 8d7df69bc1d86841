"""Wrong laws where this project decided: order, totals, cursors, pages under writes, dates, query parameters."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain.cursors import CursorSigner, Position
from mockserver.domain.dates import Window
from mockserver.domain.errors import InvalidCursor, InvalidInput, NotFound
from mockserver.mutants.operators.document import parameter, schema
from mockserver.mutants.operators.lists import page, paging, rows
from mockserver.mutants.operators.operations import answering, malformed_ignored
from mockserver.mutants.operators.patches import JSON, Change, Original, Patch, around, for_each, mutant, returning
from mockserver.mutants.operators.values import (
    backwards,
    caller,
    changed,
    having,
    ordered_by,
    shuffled,
    without_parameters,
)
from mockserver.openapi.validation import ParameterSchema
from mockserver.operations.call import Call
from mockserver.store.base import Query

_LATEST = Position(dates._LAST, "ffffffff-ffff-4fff-bfff-ffffffffffff")


def _ties_shuffled(field: str) -> Change:
    """Order what is of one time by something else than its id."""
    return lambda found: sorted(shuffled(found), key=lambda row: getattr(row, field), reverse=True)


def _rules(change: Change) -> Patch:
    return answering("listAlertRules", changed(data=change))


def _list(name: str) -> str:
    return f"list{name.title()}"


def _total_of_the_page(call: Call, found: list[Any], rest: JSON) -> tuple[list[Any], JSON]:
    return found, {**rest, "total": len(found)}


def _total_of_the_rest(call: Call, found: list[Any], rest: JSON) -> tuple[list[Any], JSON]:
    return found, {**rest, "total": rest["total"] - ("cursor" in call.params)}


async def _by_number(original: Original, call: Call, query: Query[Any]) -> Any:
    """Page by how many rows came before, as if nothing was ever written meanwhile."""
    rows = list(await call.tx.select(query))
    done = int(base64.b64decode(call.params["cursor"])) if "cursor" in call.params else 0
    upto = done + call.params["limit"]
    cursor = base64.b64encode(b"%d" % upto).decode() if upto < len(rows) else None
    return rows[done:upto], {"next_cursor": cursor, "total": len(rows)}


def _sealed(change: Callable[[Call], Call]) -> Patch:
    """Seal cursors for less than org, operation and filters."""
    return around(Call.cursor_signer, lambda original, call: original(change(call)))


def _first_page_instead(original: Original, self: CursorSigner, cursor: str) -> Position:
    try:
        return original(self, cursor)  # type: ignore[no-any-return]
    except InvalidCursor:
        return _LATEST


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


_LISTS = ("events", "alerts")

MUTANTS = (
    mutant("AS-50/oldest-first", rows("listEvents", backwards)),
    mutant("AS-51/oldest-first", rows("listAlerts", backwards)),
    mutant("AS-52/oldest-first", _rules(backwards)),
    mutant("AS-52/by-name", _rules(ordered_by("name"))),
    mutant("AS-54/events", rows("listEvents", _ties_shuffled("triggered_at"))),
    mutant("AS-54/alerts", rows("listAlerts", _ties_shuffled("fired_at"))),
    mutant("AS-54/rules", _rules(shuffled)),
    mutant("AS-54/gateways", answering("listGateways", changed(data=shuffled))),
    *for_each("AS-55/{}-of-the-page", _LISTS, lambda name: page(_list(name), _total_of_the_page)),
    *for_each("AS-55/{}-less-on-later-pages", _LISTS, lambda name: page(_list(name), _total_of_the_rest)),
    mutant("AS-55/rules", answering("listAlertRules", having(total=0))),
    mutant("AS-55/gateways", answering("listGateways", having(total=9))),
    mutant("AS-56/noon", _day(start=timedelta(hours=12))),
    mutant("AS-56/a-second-late", _day(start=timedelta(seconds=1))),
    mutant("AS-56/a-second-early", _day(start=timedelta(seconds=-1))),
    mutant("AS-57/midnight", _day(end=timedelta(days=-1))),
    mutant("AS-57/a-second-short", _day(end=timedelta(seconds=-1))),
    mutant("AS-57/a-second-long", _day(end=timedelta(seconds=1))),
    mutant("AS-58/refused", returning(dates.window, _order_demanded)),
    mutant("AS-58/mended", returning(dates.window, _order_mended)),
    mutant("AS-59/first-page", around(CursorSigner.decode, _first_page_instead)),
    mutant("AS-60/any-org", _sealed(lambda call: caller(call, org_id=""))),
    mutant("AS-61/any-list", _sealed(lambda call: replace(call, operation=""))),
    mutant("AS-62/any-filters", _sealed(lambda call: replace(call, params={}))),
    mutant("AS-62/any-dates", _sealed(without_parameters("date_from", "date_to"))),
    mutant("AS-63/zero", parameter("Limit", minimum=0)),
    mutant("AS-63/hundred-and-one", parameter("Limit", maximum=101)),
    mutant("AS-63/ninety-nine", parameter("Limit", maximum=99)),
    mutant("AS-63/two", parameter("Limit", minimum=2)),
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
    *for_each("AS-69/{}-by-number", _LISTS, lambda name: paging(_list(name), _by_number)),
    *for_each("AS-70/{}-by-number", _LISTS, lambda name: paging(_list(name), _by_number)),
)
