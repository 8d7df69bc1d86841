"""Ways to break events: their fields, their list, their updates."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from mockserver.domain import events
from mockserver.domain.errors import Forbidden, NotFound
from mockserver.domain.events import Event
from mockserver.mutants.operators.isolation import foreign, of_any_org
from mockserver.mutants.operators.lists import page
from mockserver.mutants.operators.operations import answering, first, serving
from mockserver.mutants.operators.patches import JSON, Change, Mutant, Original, Patch, around, mutant, returning
from mockserver.mutants.operators.refusals import refusing
from mockserver.mutants.operators.values import changed, each, record
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

LIST, EXPORT, ONE = "/api/v1/events", "/api/v1/events/export", "/api/v1/events/{id}"
#: Changes an event, in the list and on its own.
item = partial(returning, feed._item)
#: Changes an event as it is read on its own.
detail = partial(returning, feed.detail)
#: Changes the rows and the envelope of a page of events.
paged = partial(page, "listEvents")


def annotated(change: Callable[[Event, JSON], JSON]) -> Patch:
    """Set other fields of an event after an update of it; ``change`` gets the event as it was and the update."""

    def defect(original: Original, event: Event, changes: JSON, user_id: Any, now: Any) -> Any:
        return record(**change(event, changes))(original(event, changes, user_id, now))

    return around(events.annotate, defect)


def called(function: Callable[[Call], Any], change: Callable[[Call], Call]) -> Patch:
    """Change the call that a function of the event operations gets."""
    return around(function, lambda original, call: original(change(call)))


def query(change: Callable[[Mapping[str, Any], Query[Any]], Query[Any]]) -> Patch:
    """Change the query that the parameters of list and export are turned into."""

    async def defect(original: Original, call: Call) -> Any:
        return change(call.params, await original(call))

    return around(feed._query, defect)


def listed(change: Change) -> Patch:
    """Change every item of the list, but not the single event."""
    return answering("listEvents", changed(data=each(lambda row: change(msgspec.json.decode(row)))))


async def refuse_foreign(call: Call) -> None:
    """Refuse the event of another org in words of its own."""
    found = await foreign(call, EVENTS)
    if found and found.org_id != call.org_id:
        raise NotFound("event in your org")


def foreign_event(rule: str, operation_id: str) -> list[Mutant]:
    """Return the mutants of changing an event of another org."""
    return [
        mutant(f"{rule}/in-any-org", of_any_org(operation_id, EVENTS)),
        mutant(f"{rule}/forbidden", refusing(operation_id, NotFound, Forbidden("That is not yours."))),
        mutant(f"{rule}/foreign-is-told", serving(operation_id, first(refuse_foreign))),
    ]


def acknowledged_again(event: Event, asked: JSON) -> bool:
    """Whether an acknowledged event is acknowledged once more."""
    return event.acknowledged and asked.get("acknowledged") is True


def keeping(*names: str) -> Any:
    """Keep fields of the first acknowledgement when an event is acknowledged again."""
    return annotated(
        lambda event, asked: {name: getattr(event, name) for name in names if acknowledged_again(event, asked)}
    )
