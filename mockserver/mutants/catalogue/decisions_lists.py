"""Mutants about decisions about lists: order, totals, cursors."""

import base64
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain.cursors import CursorSigner, Position
from mockserver.domain.errors import InvalidCursor
from mockserver.mutants.operators.lists import page, paging, rows
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import JSON, Change, Original, Patch, around, for_each, mutant
from mockserver.mutants.operators.values import (
    backwards,
    caller,
    changed,
    having,
    ordered_by,
    shuffled,
    without_parameters,
)
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
    mutant("AS-59/first-page", around(CursorSigner.decode, _first_page_instead)),
    mutant("AS-60/any-org", _sealed(lambda call: caller(call, org_id=""))),
    mutant("AS-61/any-list", _sealed(lambda call: replace(call, operation=""))),
    mutant("AS-62/any-filters", _sealed(lambda call: replace(call, params={}))),
    mutant("AS-62/any-dates", _sealed(without_parameters("date_from", "date_to"))),
    *for_each("AS-69/{}-by-number", _LISTS, lambda name: paging(_list(name), _by_number)),
    *for_each("AS-70/{}-by-number", _LISTS, lambda name: paging(_list(name), _by_number)),
)
