"""Mutants of decisions (rules AS-…) about lists: order, totals, cursors."""

import base64
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain.cursors import CursorSigner, Position
from mockserver.domain.errors import InvalidCursor
from mockserver.mutants.operators.lists import page, paging, rows, total_of_page
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import JSON, Change, Mutants, Original, Patch, around, for_each, mutant
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

MUTANTS = Mutants()
_LISTS = {"events": "listEvents", "alerts": "listAlerts"}
_BEFORE_ALL = Position(dates._LAST, "ffffffff-ffff-4fff-bfff-ffffffffffff")


def _ties_shuffled(field: str) -> Change:
    """Order records of the same time, which is in a field, by something other than their ids."""
    return lambda found: sorted(shuffled(found), key=lambda row: getattr(row, field), reverse=True)


def _rules(change: Change) -> Patch:
    """Change the list of alert rules."""
    return answering("listAlertRules", changed(data=change))


def _one_less_after_the_first(call: Call, found: list[Any], envelope: JSON) -> tuple[list[Any], JSON]:
    """Return a total that is one less on all pages but the first."""
    return found, {**envelope, "total": envelope["total"] - ("cursor" in call.params)}


async def _by_offset(original: Original, call: Call, query: Query[Any]) -> Any:
    """Return a page whose cursor is the number of rows before it, which changes when a row is added or removed."""
    found = list(await call.tx.select(query))
    start = int(base64.b64decode(call.params["cursor"])) if "cursor" in call.params else 0
    end = start + call.params["limit"]
    cursor = base64.b64encode(b"%d" % end).decode() if end < len(found) else None
    return found[start:end], {"next_cursor": cursor, "total": len(found)}


def _signed_for(change: Callable[[Call], Call]) -> Patch:
    """Sign cursors for less than the org, the operation and the filters of a call."""
    return around(Call.cursor_signer, lambda original, call: original(change(call)))


@MUTANTS.defect("AS-59/first-page", of=CursorSigner.decode)
def _first_page_instead(original: Original, self: CursorSigner, cursor: str) -> Any:
    """Return the first page for an invalid cursor."""
    try:
        return original(self, cursor)
    except InvalidCursor:
        return _BEFORE_ALL


MUTANTS += (
    mutant("AS-50/oldest-first", rows("listEvents", backwards)),
    mutant("AS-51/oldest-first", rows("listAlerts", backwards)),
    mutant("AS-52/oldest-first", _rules(backwards)),
    mutant("AS-52/by-name", _rules(ordered_by("name"))),
    mutant("AS-54/events", rows("listEvents", _ties_shuffled("triggered_at"))),
    mutant("AS-54/alerts", rows("listAlerts", _ties_shuffled("fired_at"))),
    mutant("AS-54/rules", _rules(shuffled)),
    mutant("AS-54/gateways", answering("listGateways", changed(data=shuffled))),
    *for_each("AS-55/{}-of-the-page", _LISTS, lambda name: total_of_page(_LISTS[name])),
    *for_each("AS-55/{}-less-on-later-pages", _LISTS, lambda name: page(_LISTS[name], _one_less_after_the_first)),
    mutant("AS-55/rules", answering("listAlertRules", having(total=0))),
    mutant("AS-55/gateways", answering("listGateways", having(total=9))),
    mutant("AS-60/any-org", _signed_for(lambda call: caller(call, org_id=""))),
    mutant("AS-61/any-list", _signed_for(lambda call: replace(call, operation=""))),
    mutant("AS-62/any-filters", _signed_for(lambda call: replace(call, params={}))),
    mutant("AS-62/any-dates", _signed_for(without_parameters("date_from", "date_to"))),
    *for_each("AS-69/{}-by-number", _LISTS, lambda name: paging(_LISTS[name], _by_offset)),
    *for_each("AS-70/{}-by-number", _LISTS, lambda name: paging(_LISTS[name], _by_offset)),
)
