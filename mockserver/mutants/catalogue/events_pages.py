"""Mutants about the pages of the list of events."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.mutants.operators.events import paged
from mockserver.mutants.operators.lists import envelope, list_envelope, page_size, paging, rows
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

_listed = partial(answering, "listEvents")


_envelope = partial(envelope, "listEvents")


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


MUTANTS = (
    mutant("EV-25/first-skipped", paged(_first_skipped)),
    mutant("EV-25/gap", paged(_gap)),
    mutant("EV-25/doubled", paged(_doubled)),
    mutant("EV-25/another-order-every-time", rows("listEvents", sometimes(backwards, 2))),
    mutant("EV-25/resumed", _resumed()),
    mutant(
        "EV-25/cursor-ignored",
        paging("listEvents", lambda original, call, asked: original(without_parameters("cursor")(call), asked)),
    ),
    *page_size(default="EV-26", lower="EV-27", upper="EV-28"),
    *list_envelope("listEvents", fields="EV-30", total="EV-32", cursor="EV-31"),
    mutant("EV-30/events-for-data", _listed(renamed("data", "events"))),
    mutant("EV-30/has-more", _listed(having(has_more=False))),
    mutant("EV-31/empty-text", _envelope(changed(next_cursor=lambda cursor: cursor or ""))),
    mutant("EV-31/text-null", _envelope(changed(next_cursor=lambda cursor: cursor or "null"))),
    mutant("EV-32/fraction", _envelope(changed(total=float))),
    mutant("EV-32/filters-ignored", _counted(lambda asked: Query(EVENTS, asked.org_id, {"deleted": (False,)}))),
    mutant("EV-32/deleted-counted", _counted(where(deleted=None))),
    mutant("EV-32/sometimes-wrong", _listed(sometimes(having(total=1)))),
)
