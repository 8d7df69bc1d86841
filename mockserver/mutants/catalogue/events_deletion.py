"""Mutants about deleting events."""

from functools import partial
from typing import Any

from mockserver.domain import events
from mockserver.domain.access import Role
from mockserver.domain.errors import NotFound
from mockserver.domain.events import Event
from mockserver.mutants.operators.document import role, success
from mockserver.mutants.operators.events import foreign_event, query
from mockserver.mutants.operators.operations import done_yet_refused, serving
from mockserver.mutants.operators.patches import Mutants, Original, around, for_each, mutant, returning
from mockserver.mutants.operators.refusals import tolerating
from mockserver.mutants.operators.values import record, sometimes, where
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

_every_query = partial(returning, event_operations._query)


async def _deleted_event(call: Call) -> Event:
    return await call.get(EVENTS, "event")


MUTANTS = Mutants()


@MUTANTS.defect("EV-75/a-neighbour", of=event_operations.detail)
async def show_deleted_neighbour(original: Original, call: Call, event: Event) -> Any:
    """Show the previous event even if it was deleted."""
    older, _ = await call.tx.neighbours(Query(EVENTS, call.org_id), event)
    return {**await original(call, event), "prev_event_id": older and older.id}


@MUTANTS.defect("EV-75/noted-events-are-kept", of=events.dismiss)
def dismiss_without_notes(original: Original, event: Event, now: Any) -> Any:
    """Keep a deleted event that has notes."""
    return event if event.notes else original(event, now)


MUTANTS += (
    mutant("EV-07/kept", returning(events.dismiss, record(deleted_at=None)), "EV-75"),
    mutant("EV-07/still-read", around(event_operations._visible, tolerating(NotFound, _deleted_event)), "EV-75"),
    mutant("EV-72/owners-only", role("deleteEvent", "owner")),
    *for_each("EV-73/{}", (200, 202), partial(success, "deleteEvent")),
    mutant("EV-75/still-listed", _every_query(where(deleted=None)), "EV-07"),
    mutant(
        "EV-75/listed-with-a-filter",
        query(lambda params, found: where(deleted=None)(found) if "starred" in params else found),
    ),
    mutant("EV-75/sometimes-listed", _every_query(sometimes(where(deleted=None), 10))),
    mutant("EV-76/operators-may", role("deleteEvent", "operator")),
    mutant("EV-76/viewers-may", role("deleteEvent", "viewer")),
    mutant("EV-76/done-yet-refused", done_yet_refused("deleteEvent", Role.VIEWER, Role.OPERATOR)),
    mutant("EV-77/unknown-is-deleted", serving("deleteEvent", tolerating(NotFound))),
    *foreign_event("EV-77", "deleteEvent"),
)
