"""A reference model of a store over plain lists, and strategies for records and queries."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from mockserver.domain.cursors import Position
from mockserver.domain.dates import Window
from mockserver.domain.events import AiStatus, Event, Trigger
from mockserver.domain.records import Record
from mockserver.store.base import Kind, Query
from mockserver.store.kinds import EVENTS
from tests.factories import NOON, ORG, OTHER_ORG, event, uuid

ORGS = (ORG, OTHER_ORG)
CAMERAS = tuple(uuid(200 + number) for number in range(3))
INSTANTS = tuple(NOON + timedelta(minutes=minute) for minute in range(6))


class Abandoned(Exception):
    """Raised to roll a transaction back."""


def matches(records: Iterable[Record], query: Query[Any]) -> list[Any]:
    """Return the matches, newest first."""
    found = [record for record in records if record.org_id == query.org_id and _fits(record, query)]
    return sorted(found, key=query.kind.position, reverse=True)


def _fits(record: Record, query: Query[Any]) -> bool:
    at, (since, until) = query.kind.position(record).at, query.window
    in_window = (since is None or at >= since) and (until is None or at < until)
    return in_window and all(getattr(record, name) in values for name, values in query.where.items())


def older(rows: list[Any], kind: Kind[Any], position: Position) -> list[Any]:
    """Return the rows older than a position."""
    return [row for row in rows if kind.position(row) < position]


def neighbours(rows: list[Any], kind: Kind[Any], record: Record) -> tuple[Any, Any]:
    """Return the next older and the next newer row."""
    here = kind.position(record)
    behind, ahead = older(rows, kind, here), [row for row in rows if kind.position(row) > here]
    return (behind[0] if behind else None, ahead[-1] if ahead else None)


@st.composite
def events(draw: st.DrawFn, orgs: tuple[str, ...] = ORGS) -> Event:
    """Return one of a few events: ids recur and instants tie."""
    org_id = draw(st.sampled_from(orgs))
    return event(
        id=uuid(ORGS.index(org_id) * 100 + draw(st.integers(0, 11))),
        org_id=org_id,
        camera_id=draw(st.sampled_from(CAMERAS)),
        trigger_type=draw(st.sampled_from(Trigger)),
        triggered_at=draw(st.sampled_from(INSTANTS)),
        ai_status=draw(st.sampled_from(AiStatus)),
        starred=draw(st.booleans()),
        notes=draw(st.sampled_from([None, "a", "b"])),
        deleted_at=draw(st.sampled_from([None, NOON])),
    )


def _any_of(values: Iterable[object]) -> st.SearchStrategy[set[object]]:
    return st.sets(st.sampled_from(list(values)))


_filters: st.SearchStrategy[Mapping[str, set[object]]] = st.fixed_dictionaries(
    {},
    optional={
        "camera_id": _any_of([*CAMERAS, "elsewhere"]),
        "trigger_type": _any_of(Trigger),
        "ai_status": _any_of(AiStatus),
        "starred": _any_of([True, False]),
        "deleted": _any_of([True, False]),
    },
)
_bounds: st.SearchStrategy[datetime | None] = st.none() | st.sampled_from(
    [*INSTANTS, INSTANTS[2] + timedelta(seconds=1), NOON - timedelta(days=1), NOON + timedelta(days=1)]
)
_not_deleted = st.just({"deleted": {False}})
queries = st.builds(
    Query, st.just(EVENTS), st.sampled_from(ORGS), _filters | _not_deleted, st.builds(Window, _bounds, _bounds)
)
