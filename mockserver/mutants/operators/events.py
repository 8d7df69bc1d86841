"""Ways to break events: their fields, their list, their changes."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from mockserver.domain import events
from mockserver.domain.errors import Forbidden, NotFound
from mockserver.domain.events import Event
from mockserver.mutants.operators.isolation import of_any_org
from mockserver.mutants.operators.lists import page
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import JSON, Change, Mutant, Original, Patch, around, mutant, returning
from mockserver.mutants.operators.refusals import refusing
from mockserver.mutants.operators.values import changed, each, record
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

LIST, EXPORT, ONE = "/api/v1/events", "/api/v1/events/export", "/api/v1/events/{id}"
#: Changes an event, in the list and on its own.
item = partial(returning, event_operations._item)
#: Changes an event as it is read on its own.
detail = partial(returning, event_operations.detail)
#: Changes the rows and the envelope of a page of events.
paged = partial(page, "listEvents")


def annotated(change: Callable[[Event, JSON], JSON]) -> Patch:
    """Set more fields of an event that is changed; ``change`` gets the event before and the request body."""

    def defect(original: Original, event: Event, changes: JSON, user_id: Any, now: Any) -> Any:
        return record(**change(event, changes))(original(event, changes, user_id, now))

    return around(events.annotate, defect)


def called(function: Callable[[Call], Any], change: Callable[[Call], Call]) -> Patch:
    """Change the call that a function gets: ``called(event_operations._scope, granted(None))``."""
    return around(function, lambda original, call: original(change(call)))


def query(change: Callable[[Mapping[str, Any], Query[Any]], Query[Any]]) -> Patch:
    """Change the query of the list and the export; ``change`` gets the parameters and the query."""

    async def defect(original: Original, call: Call) -> Any:
        return change(call.params, await original(call))

    return around(event_operations._query, defect)


def listed(change: Change) -> Patch:
    """Change every item of the list, but not the single event."""
    return answering("listEvents", changed(data=each(lambda row: change(msgspec.json.decode(row)))))


def foreign_event(rule: str, operation_id: str) -> list[Mutant]:
    """Return the mutants of an operation that changes an event of another org, or refuses that as forbidden."""
    return [
        mutant(f"{rule}/in-any-org", of_any_org(operation_id, EVENTS)),
        mutant(f"{rule}/forbidden", refusing(operation_id, NotFound, Forbidden("Not yours."))),
    ]


def keeping(*names: str) -> Patch:
    """Keep fields of an acknowledged event when it is acknowledged again: ``keeping("acknowledged_by")``."""

    def kept(event: Event, changes: JSON) -> JSON:
        again = event.acknowledged and changes.get("acknowledged") is True
        return {name: getattr(event, name) for name in names if again}

    return annotated(kept)
