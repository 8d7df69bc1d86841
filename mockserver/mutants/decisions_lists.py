"""Wrong laws where this project decided: order, totals, cursors, pages under writes, dates, query parameters."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain.cursors import Position, Seal
from mockserver.domain.dates import Window
from mockserver.domain.errors import InvalidCursor, InvalidInput, NotFound
from mockserver.mutants.base import Original, mutant, parameter, patch, returning_later, schema, setting
from mockserver.openapi.validation import ParameterSchema
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations import alerts as alert_operations
from mockserver.operations import events as event_operations
from mockserver.operations import gateways as gateway_operations
from mockserver.operations.call import Call
from mockserver.store.base import Query

_LATEST = Position(dates._LAST, "ffffffff-ffff-4fff-bfff-ffffffffffff")
Found = tuple[Any, dict[str, Any]]


def _backwards(found: Found) -> Found:
    rows, envelope = found
    return list(reversed(rows)), envelope


def _ties_shuffled(field: str) -> Any:
    """Order what is of one time by something else than its id."""

    def change(found: Found) -> Found:
        rows, envelope = found
        shuffled = sorted(rows, key=lambda row: hashlib.md5(row.id.encode()).hexdigest())
        return sorted(shuffled, key=lambda row: getattr(row, field), reverse=True), envelope

    return change


def _data(change: Any) -> Any:
    return lambda body: {**body, "data": change(body["data"])}


def _by_name(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: hashlib.md5(row["id"].encode()).hexdigest())


def _total(change: Any) -> Any:
    return lambda found: (found[0], {**found[1], "total": change(found[0], found[1])})


def _total_of_the_rest(original: Original) -> Any:
    async def page(call: Call, query: Any) -> Found:
        rows, envelope = await original(call, query)
        return rows, {**envelope, "total": envelope["total"] - (1 if "cursor" in call.params else 0)}

    return page


def _by_number(original: Original) -> Any:
    """Page by how many rows came before, as if nothing was ever written meanwhile."""

    async def page(call: Call, query: Query[Any]) -> Found:
        rows = list(await call.tx.select(query))
        done = int(base64.b64decode(call.params["cursor"])) if "cursor" in call.params else 0
        upto = done + call.params["limit"]
        cursor = base64.b64encode(b"%d" % upto).decode() if upto < len(rows) else None
        return rows[done:upto], {"next_cursor": cursor, "total": len(rows)}

    return page


def _at_an_instant(original: Original) -> Any:
    """Go on after the instant of the last row, whatever else is of that instant."""

    async def page(self: Any, query: Any, limit: int, after: Position | None = None) -> Any:
        later = Position(after.at, "") if after else None
        return await original(self, query, limit, later)

    return page


def _scope(change: Any) -> Any:
    """Seal cursors for less than org, operation and filters."""

    def wrap(original: Original) -> Any:
        def seal(self: Call) -> Seal:
            return Seal(self.chance.secret("cursor"), original(replace(self, **change(self))).scope)

        return seal

    return wrap


def _without_filters(call: Call) -> dict[str, Any]:
    return {"params": {}}


def _without_dates(call: Call) -> dict[str, Any]:
    return {"params": {name: value for name, value in call.params.items() if not name.startswith("date")}}


def _orgless(original: Original) -> Any:
    def seal(self: Call) -> Seal:
        return Seal(self.chance.secret("cursor"), original(self).scope.partition(" ")[2])

    return seal


def _first_page_instead(original: Original) -> Any:
    def decode(self: Seal, cursor: str) -> Position:
        try:
            return original(self, cursor)  # type: ignore[no-any-return]
        except InvalidCursor:
            return _LATEST

    return decode


def _day(*, start: timedelta = timedelta(), end: timedelta = timedelta()) -> Any:
    """Move the beginning or the end of a plain date."""

    def wrap(original: Original) -> Any:
        def instant(field: str, text: str, *, end: bool) -> Any:
            found = original(field, text, end=end)
            if len(text) != len("2026-03-05"):
                return found
            return found + (shifts["end"] if end else shifts["start"])

        shifts = {"start": start, "end": end}
        return instant

    return wrap


def _order_demanded(original: Original) -> Any:
    def window(date_from: str | None, date_to: str | None) -> Window:
        found: Window = original(date_from, date_to)
        if found.since and found.until and found.since >= found.until:
            raise InvalidInput({"date_to": ["is before date_from"]})
        return found

    return window


def _order_mended(original: Original) -> Any:
    def window(date_from: str | None, date_to: str | None) -> Window:
        found: Window = original(date_from, date_to)
        swapped = found.since and found.until and found.since > found.until
        return Window(found.until, found.since) if swapped else found

    return window


def _strict(original: Original) -> Any:
    def read(self: Any, query: bytes, values: dict[str, Any]) -> None:
        original(self, query, values)
        names = {part.partition("=")[0] for part in query.decode("latin-1").split("&")}
        if unknown := names - self._query:
            raise InvalidInput({name: ["is no parameter of this call"] for name in unknown})

    return read


def _paging_everywhere(original: Original) -> Any:
    def read(self: Any, query: bytes, values: dict[str, Any]) -> None:
        original(self, query, values)
        if b"offset=" in query:
            raise InvalidInput({"offset": ["is not supported"]})

    return read


def _text(node: Any) -> None:
    node.clear()
    node["type"] = "string"


def _malformed_ignored(names: tuple[str, ...]) -> Any:
    """Leave a filter out that is no UUID, instead of refusing it."""

    def wrap(original: Original) -> Any:
        def read(self: Any, path_values: Mapping[str, str], query: bytes) -> Any:
            try:
                return original(self, path_values, query)
            except InvalidInput as error:
                if not error.field_errors.keys() <= set(names):
                    raise
                parts = [part for part in query.split(b"&") if part.partition(b"=")[0].decode() not in names]
                return original(self, path_values, b"&".join(parts))

        return read

    return wrap


def _unknown_for_malformed(original: Original) -> Any:
    def read(self: Any, path_values: Mapping[str, str], query: bytes) -> Any:
        try:
            return original(self, path_values, query)
        except InvalidInput as error:
            if error.field_errors.keys() == {"id"}:
                raise NotFound("object") from None
            raise

    return read


_LISTS = (("events", event_operations), ("alerts", alert_operations))

MUTANTS = (
    mutant("AS-50/oldest-first", returning_later(event_operations, "page", _backwards)),
    mutant("AS-51/oldest-first", returning_later(alert_operations, "page", _backwards)),
    mutant("AS-52/oldest-first", returning_later(rule_operations, "list_alert_rules", _data(lambda rows: rows[::-1]))),
    mutant(
        "AS-52/by-name",
        returning_later(
            rule_operations, "list_alert_rules", _data(lambda rows: sorted(rows, key=lambda it: it["name"]))
        ),
    ),
    mutant("AS-54/events", returning_later(event_operations, "page", _ties_shuffled("triggered_at"))),
    mutant("AS-54/alerts", returning_later(alert_operations, "page", _ties_shuffled("fired_at"))),
    mutant("AS-54/rules", returning_later(rule_operations, "list_alert_rules", _data(_by_name))),
    mutant("AS-54/gateways", returning_later(gateway_operations, "list_gateways", _data(_by_name))),
    *(
        mutant(f"AS-55/{name}-of-the-page", returning_later(module, "page", _total(lambda rows, _: len(rows))))
        for name, module in _LISTS
    ),
    *(
        mutant(f"AS-55/{name}-less-on-later-pages", patch(module, "page", _total_of_the_rest))
        for name, module in _LISTS
    ),
    mutant("AS-55/rules", returning_later(rule_operations, "list_alert_rules", lambda it: {**it, "total": 0})),
    mutant("AS-55/gateways", returning_later(gateway_operations, "list_gateways", lambda it: {**it, "total": 9})),
    mutant("AS-56/noon", patch(dates, "_instant", _day(start=timedelta(hours=12)))),
    mutant("AS-56/a-second-late", patch(dates, "_instant", _day(start=timedelta(seconds=1)))),
    mutant("AS-56/a-second-early", patch(dates, "_instant", _day(start=timedelta(seconds=-1)))),
    mutant("AS-57/midnight", patch(dates, "_instant", _day(end=timedelta(days=-1)))),
    mutant("AS-57/a-second-short", patch(dates, "_instant", _day(end=timedelta(seconds=-1)))),
    mutant("AS-57/a-second-long", patch(dates, "_instant", _day(end=timedelta(seconds=1)))),
    mutant("AS-58/refused", patch(dates, "window", _order_demanded)),
    mutant("AS-58/mended", patch(dates, "window", _order_mended)),
    mutant("AS-59/first-page", patch(Seal, "decode", _first_page_instead)),
    mutant("AS-60/any-org", patch(Call, "seal", _orgless)),
    mutant("AS-61/any-list", patch(Call, "seal", _scope(lambda call: {"operation": ""}))),
    mutant("AS-62/any-filters", patch(Call, "seal", _scope(_without_filters))),
    mutant("AS-62/any-dates", patch(Call, "seal", _scope(_without_dates))),
    mutant("AS-63/zero", parameter("Limit", setting(minimum=0))),
    mutant("AS-63/hundred-and-one", parameter("Limit", setting(maximum=101))),
    mutant("AS-63/ninety-nine", parameter("Limit", setting(maximum=99))),
    mutant("AS-63/two", parameter("Limit", setting(minimum=2))),
    *(
        mutant(f"AS-64/any-{name}", patch(ParameterSchema, "read", _malformed_ignored((name,))))
        for name in ("camera_id", "site_id", "rule_id")
    ),
    mutant("AS-65/404", patch(ParameterSchema, "read", _unknown_for_malformed)),
    mutant("AS-66/any-trigger", patch(ParameterSchema, "read", _malformed_ignored(("trigger_type",)))),
    mutant("AS-66/any-ai-status", patch(ParameterSchema, "read", _malformed_ignored(("ai_status",)))),
    mutant("AS-66/any-status", patch(ParameterSchema, "read", _malformed_ignored(("status",)))),
    mutant("AS-67/ignored", patch(ParameterSchema, "read", _malformed_ignored(("date_from", "date_to")))),
    mutant("AS-67/days-only", schema("DateOrTime", lambda node: node["anyOf"].pop(0))),
    mutant("AS-67/times-only", schema("DateOrTime", lambda node: node["anyOf"].pop(1))),
    mutant("AS-68/refused", patch(ParameterSchema, "_read_query", _strict)),
    mutant("AS-68/offset-refused", patch(ParameterSchema, "_read_query", _paging_everywhere)),
    *(mutant(f"AS-69/{name}-by-number", patch(module, "page", _by_number)) for name, module in _LISTS),
    *(mutant(f"AS-70/{name}-by-number", patch(module, "page", _by_number)) for name, module in _LISTS),
)
