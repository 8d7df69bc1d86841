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
from mockserver.mutants.operators.patches import Original, around, for_each, mutant, returning
from mockserver.mutants.operators.refusals import tolerating
from mockserver.mutants.operators.values import record, sometimes, where
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

_found = partial(returning, feed._query)


async def _deleted(call: Call) -> Event:
    return await call.get(EVENTS, "event")


async def _deleted_as_neighbour(original: Original, call: Call, event: Event) -> Any:
    older, _ = await call.tx.neighbours(Query(EVENTS, call.org_id), event)
    return {**await original(call, event), "prev_event_id": older and older.id}


def _noted_is_kept(original: Original, event: Any, now: Any) -> Any:
    return event if event.notes else original(event, now)


MUTANTS = (
    mutant("EV-07/kept", returning(events.dismiss, record(deleted_at=None)), "EV-75"),
    mutant("EV-07/still-read", around(feed._visible, tolerating(NotFound, _deleted)), "EV-75"),
    mutant("EV-72/owners-only", role("deleteEvent", "owner")),
    *for_each("EV-73/{}", (200, 202), partial(success, "deleteEvent")),
    mutant("EV-75/still-listed", _found(where(deleted=None)), "EV-07"),
    mutant(
        "EV-75/listed-with-a-filter", query(lambda asked, old: where(deleted=None)(old) if "starred" in asked else old)
    ),
    mutant("EV-75/a-neighbour", around(feed.detail, _deleted_as_neighbour)),
    mutant("EV-75/sometimes-listed", _found(sometimes(where(deleted=None), 10))),
    mutant("EV-77/unknown-is-deleted", serving("deleteEvent", tolerating(NotFound))),
    mutant("EV-75/noted-events-are-kept", around(events.dismiss, _noted_is_kept)),
    mutant("EV-76/operators-may", role("deleteEvent", "operator")),
    mutant("EV-76/viewers-may", role("deleteEvent", "viewer")),
    mutant("EV-76/done-yet-refused", done_yet_refused("deleteEvent", Role.VIEWER, Role.OPERATOR)),
    *foreign_event("EV-77", "deleteEvent"),
)
