"""Mutants about the pages of the list of events."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.mutants.operators.events import paged
from mockserver.mutants.operators.lists import endless, envelope, list_envelope, page_size, paging, rows
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import JSON, Original, Patch, mutant
from mockserver.mutants.operators.values import (
    backwards,
    changed,
    having,
    renamed,
    sometimes,
    where,
    without_parameters,
)
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

_list_answer = partial(answering, "listEvents")
_envelope = partial(envelope, "listEvents")


def _without_first(call: Call, found: list[Any], others: JSON) -> tuple[list[Any], JSON]:
    """Leave out the first event of the first page."""
    return (found if "cursor" in call.params else found[1:]), others


def _without_first_of_later_pages(call: Call, found: list[Any], others: JSON) -> tuple[list[Any], JSON]:
    """Leave out the first event of each later page."""
    return (found[1:] if "cursor" in call.params else found), others


def _last_doubled(call: Call, found: list[Any], others: JSON) -> tuple[list[Any], JSON]:
    """List the last event of a page twice."""
    return (found + found[-1:] if others["next_cursor"] else found), others


async def _ignore_cursor(original: Original, call: Call, query: Query[Any]) -> Any:
    """Answer the first page whatever the cursor."""
    return await original(without_parameters("cursor")(call), query)


def _resumed_without_cursor() -> Patch:
    """Continue without a cursor after the page that the caller got last."""
    cursors: dict[str, str] = {}

    async def defect(original: Original, call: Call, query: Query[Any]) -> Any:
        key = f"{call.caller.key_id} {sorted(call.params)}"
        if "cursor" not in call.params and key in cursors:
            call = replace(call, params={**call.params, "cursor": cursors[key]})
        found, others = await original(call, query)
        cursors.pop(key, None)
        if others["next_cursor"]:
            cursors[key] = others["next_cursor"]
        return found, others

    return paging("listEvents", defect)


def _total(change: Callable[[Query[Any]], Query[Any]]) -> Patch:
    """Count other events than those that match."""

    async def defect(original: Original, call: Call, query: Query[Any]) -> Any:
        found, others = await original(call, query)
        return found, {**others, "total": await call.tx.count(change(query))}

    return paging("listEvents", defect)


MUTANTS = (
    mutant("EV-25/first-skipped", paged(_without_first)),
    mutant("EV-25/gap", paged(_without_first_of_later_pages)),
    mutant("EV-25/endless", endless("listEvents")),
    mutant("EV-25/doubled", paged(_last_doubled)),
    mutant("EV-25/another-order-every-time", rows("listEvents", sometimes(backwards, 2))),
    mutant("EV-25/resumed", _resumed_without_cursor()),
    mutant("EV-25/cursor-ignored", paging("listEvents", _ignore_cursor)),
    *page_size(default="EV-26", lower="EV-27", upper="EV-28"),
    *list_envelope("listEvents", fields="EV-30", total="EV-32", cursor="EV-31"),
    mutant("EV-30/events-for-data", _list_answer(renamed("data", "events"))),
    mutant("EV-31/empty-text", _envelope(changed(next_cursor=lambda cursor: cursor or ""))),
    mutant("EV-31/text-null", _envelope(changed(next_cursor=lambda cursor: cursor or "null"))),
    mutant("EV-32/fraction", _envelope(changed(total=float))),
    mutant("EV-32/filters-ignored", _total(lambda query: Query(EVENTS, query.org_id, {"deleted": (False,)}))),
    mutant("EV-32/deleted-counted", _total(where(deleted=None))),
    mutant("EV-32/sometimes-wrong", _list_answer(sometimes(having(total=1)))),
)
