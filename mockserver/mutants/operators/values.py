"""What makers do to an answer, its rows, a call or a query: functions that return a changed copy."""

import hashlib
from collections.abc import Callable, Collection
from typing import Any

from msgspec.structs import replace

from mockserver.mutants.operators.patches import JSON, Change, every
from mockserver.operations.call import Call
from mockserver.store.base import Query

Rows = list[Any]

#: How a time is written that should be RFC 3339 in UTC: ``changed(created_at=TIMES["day"])``.
TIMES: dict[str, Change] = {
    "offset": lambda at: at.isoformat(),
    "no-zone": "{:%Y-%m-%dT%H:%M:%S}".format,
    "day": "{:%Y-%m-%d}".format,
    "epoch": lambda at: int(at.timestamp()),
}


def having(**fields: Any) -> Change:
    """Set fields, known or not: ``having(next_cursor=None)``."""
    return lambda value: {**value, **fields}


def lacking(*names: str) -> Change:
    """Drop fields: ``lacking("total")``."""
    return lambda value: {name: value[name] for name in value if name not in names}


def changed(**changes: Change) -> Change:
    """Change fields that are there: ``changed(total=str, data=backwards)``."""
    return lambda value: {**value, **{name: change(value[name]) for name, change in changes.items() if name in value}}


def copied(**sources: str) -> Change:
    """Set fields to what other ones hold: ``copied(narrative="summary")``."""
    return lambda value: {**value, **{name: value[source] for name, source in sources.items()}}


def renamed(name: str, other: str) -> Change:
    """Call a field otherwise: ``renamed("data", "items")``."""
    return lambda value: {other if key == name else key: value[key] for key in value}


def each(change: Change) -> Change:
    """Change every row: ``each(lacking("name"))``."""
    return lambda rows: [change(row) for row in rows]


def at_most(most: int) -> Change:
    """Cut a list: ``at_most(20)``."""
    return lambda rows: rows[:most]


def cut(most: int) -> Change:
    """Cut texts: ``changed(name=cut(100))``."""
    return lambda value: value[:most] if isinstance(value, str) else value


def backwards(rows: Any) -> Any:
    """Turn a list round, or a text."""
    return rows[::-1]


def ordered_by(name: str) -> Change:
    """Order a list by the text of a field."""
    return lambda rows: sorted(rows, key=lambda row: str(row[name]))


def shuffled(rows: Rows) -> Rows:
    """Order a list, of answers or of records, as no field of it does, every time alike."""

    def key(row: Any) -> str:
        return hashlib.md5((row["id"] if isinstance(row, dict) else row.id).encode()).hexdigest()

    return sorted(rows, key=key)


def record(**fields: Any) -> Change:
    """Set fields of a record: ``record(deleted_at=None)``."""
    return lambda found: replace(found, **fields)


def sometimes(change: Change, often: int = 20) -> Change:
    """Make the change once in so many times: ``sometimes(lacking("tags"))``."""
    due = every(often)
    return lambda value: change(value) if due() else value


def caller(call: Call, **fields: Any) -> Call:
    """Return the call as another caller's: ``caller(call, user_id=None)``."""
    return replace(call, caller=replace(call.caller, **fields))


def granted(sites: Collection[str] | None) -> Callable[[Call], Call]:
    """Give a viewer other sites, None for all: ``granted(frozenset())``."""
    return lambda call: call if call.caller.sites is None else caller(call, sites=sites)


def with_fields(**fields: Any) -> Callable[[Call], Call]:
    """Set fields of a call's body: ``telling(name="Rule")``."""
    return lambda call: replace(call, body={**call.body, **fields})


def without_fields(*names: str) -> Callable[[Call], Call]:
    """Drop fields of a call's body: ``untold("name")``."""
    return lambda call: replace(call, body=lacking(*names)(call.body))


def without_parameters(*names: str) -> Callable[[Call], Call]:
    """Drop parameters of a call: ``unasked("camera_id")``."""
    return lambda call: replace(call, params=lacking(*names)(call.params))


def where(**values: Any) -> Callable[[Query[Any]], Query[Any]]:
    """Set conditions of a query, or lift those that are None: ``where(rule_id=None)``."""

    def change(query: Query[Any]) -> Query[Any]:
        both: JSON = {**query.where, **values}
        return replace(query, where={name: value for name, value in both.items() if value is not None})

    return change


def inverted(name: str) -> Callable[[Query[Any]], Query[Any]]:
    """Look for the opposite where a query asks for true or false: ``inverted("starred")``."""

    def change(query: Query[Any]) -> Query[Any]:
        asked = query.where.get(name)
        return query if asked is None else where(**{name: tuple(not value for value in asked)})(query)

    return change


def or_else(other: Any) -> Change:
    """Put another value in place of an empty one."""
    return lambda value: value or other
