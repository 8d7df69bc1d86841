"""Ways to break lists with pages: their query, rows, envelope, bounds and dates."""

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mockserver.domain import dates
from mockserver.mutants.operators.document import parameter
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import (
    JSON,
    Change,
    Defect,
    Mutant,
    Original,
    Patch,
    around,
    mutant,
    returning,
)
from mockserver.mutants.operators.values import changed, each, having, lacking
from mockserver.operations import call as call_module
from mockserver.operations import registry
from mockserver.operations.call import Call
from mockserver.store.base import Query


def paging(operation_id: str, defect: Defect) -> Patch:
    """Put a defect in place of ``page``, which returns the rows and the envelope of a page for a call and a query."""
    return around(call_module.page, defect, within=sys.modules[registry.OPERATIONS[operation_id].__module__])


def finding(operation_id: str, change: Callable[[Query[Any]], Query[Any]]) -> Patch:
    """Change the query of a list with pages: ``finding("listAlerts", where(status=None))``."""
    return paging(operation_id, lambda original, call, query: original(call, change(query)))


def page(operation_id: str, change: Callable[[Call, list[Any], JSON], tuple[list[Any], JSON]]) -> Patch:
    """Change the rows and the envelope of a page; ``change`` gets the call and both, and returns both."""

    async def defect(original: Original, call: Call, query: Query[Any]) -> Any:
        rows, envelope = await original(call, query)
        return change(call, list(rows), envelope)

    return paging(operation_id, defect)


def rows(operation_id: str, change: Change) -> Patch:
    """Change the rows of a page, which are records: ``rows("listEvents", backwards)``."""
    return page(operation_id, lambda call, found, envelope: (change(found), envelope))


def envelope(operation_id: str, change: Change) -> Patch:
    """Change next_cursor and total of a page: ``envelope("listEvents", changed(total=str))``."""
    return page(operation_id, lambda call, found, envelope: (found, change(envelope)))


def endless(operation_id: str) -> Patch:
    """Let the cursor of the last page lead to the last page again, if a cursor has led there."""

    def change(call: Call, found: list[Any], others: JSON) -> tuple[list[Any], JSON]:
        return found, {**others, "next_cursor": others["next_cursor"] or call.params.get("cursor")}

    return page(operation_id, change)


def items(operation_id: str, change: Change) -> Patch:
    """Change every item in the answer of a list: ``items("listUsers", lacking("email"))``."""
    return answering(operation_id, changed(data=each(change)))


def total_of_page(operation_id: str) -> Patch:
    """Let the total of a list count the rows of the page alone: ``total_of_page("listEvents")``."""
    return page(operation_id, lambda call, found, envelope: (found, {**envelope, "total": len(found)}))


def shifted(since: timedelta = timedelta(), until: timedelta = timedelta()) -> Patch:
    """Shift the times that date_from and date_to mean: ``shifted(since=timedelta(seconds=-1))``."""

    def change(span: dates.Window) -> dates.Window:
        return dates.Window(span.since and span.since + since, span.until and span.until + until)

    return returning(dates.window, change)


# ---------------------------------------------------------------- families of mutants


def page_size(*, default: str | None = None, lower: str, upper: str, accepted: bool = True) -> list[Mutant]:
    """Return the mutants of the parameter limit, by rule: its default, valid sizes refused, invalid ones accepted."""
    sizes = {f"{default}/default-{size}": {"default": size} for size in (10, 19, 21, 100) if default}
    sizes |= {f"{lower}/from-2": {"minimum": 2}, f"{upper}/up-to-99": {"maximum": 99}}
    if accepted:
        sizes[f"{lower}/from-0"] = {"minimum": 0}
        sizes |= {f"{upper}/up-to-{size}": {"maximum": size} for size in (101, 10**6)}
    return [mutant(id_, parameter("Limit", **keys)) for id_, keys in sizes.items()]


def list_envelope(
    operation_id: str, *, fields: str, total: str | None = None, cursor: str | None = None
) -> list[Mutant]:
    """Return the mutants of the envelope of a list, by rule: its fields, the value of total, the next cursor."""
    changes: dict[str, Change] = {
        f"{fields}/no-total": lacking("total"),
        f"{total or fields}/total-as-text": changed(total=str),
    }
    if total:
        changes[f"{total}/total-one-more"] = changed(total=lambda found: found + 1)
    if cursor:
        changes[f"{fields}/no-next-cursor"] = lacking("next_cursor")
        changes[f"{cursor}/never-a-cursor"] = having(next_cursor=None)
    return [mutant(id_, answering(operation_id, change)) for id_, change in changes.items()]
