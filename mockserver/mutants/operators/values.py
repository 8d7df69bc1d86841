"""Changes of an answer, its rows, a record, a call or a query: functions that return a changed copy."""

import hashlib
from collections.abc import Callable, Collection
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.mutants.operators.patches import JSON, Change, once_in
from mockserver.operations.call import Call, Text
from mockserver.store.base import Query

Rows = list[Any]

#: Wrong forms of a time that should be RFC 3339 in UTC: ``changed(created_at=TIMES["day"])``.
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
    """Change those of these fields that are there: ``changed(total=str, data=backwards)``."""
    return lambda value: {**value, **{name: change(value[name]) for name, change in changes.items() if name in value}}


def copied(**sources: str) -> Change:
    """Set fields to the values of other ones: ``copied(narrative="summary")``."""
    return lambda value: {**value, **{name: value[source] for name, source in sources.items()}}


def renamed(name: str, other: str) -> Change:
    """Rename a field: ``renamed("data", "items")``."""
    return lambda value: {other if key == name else key: value[key] for key in value}


def bare_list(answer: Any) -> Text:
    """Return the rows of a list without the object around them."""
    return Text("application/json", msgspec.json.encode(answer["data"]))


def each(change: Change) -> Change:
    """Change every row: ``each(lacking("name"))``."""
    return lambda rows: [change(row) for row in rows]


def at_most(count: int) -> Change:
    """Keep the first rows of a list: ``at_most(20)``."""
    return lambda rows: rows[:count]


def cut(length: int) -> Change:
    """Keep the beginning of a text: ``changed(name=cut(100))``."""
    return lambda value: value[:length] if isinstance(value, str) else value


def backwards(rows: Any) -> Any:
    """Reverse a list or a text."""
    return rows[::-1]


def ordered_by(name: str) -> Change:
    """Order a list by the text of a field: ``ordered_by("name")``."""
    return lambda rows: sorted(rows, key=lambda row: str(row[name]))


def shuffled(rows: Rows) -> Rows:
    """Order rows or records by a hash of their ids, which is the order of no field and always the same."""

    def key(row: Any) -> str:
        return hashlib.md5((row["id"] if isinstance(row, dict) else row.id).encode()).hexdigest()

    return sorted(rows, key=key)


def record(**fields: Any) -> Change:
    """Set fields of a record: ``record(deleted_at=None)``."""
    return lambda found: replace(found, **fields)


def sometimes(change: Change, interval: int = 20) -> Change:
    """Make the change on every ``interval``-th call: ``sometimes(lacking("tags"))``."""
    due = once_in(interval)
    return lambda value: change(value) if due() else value


def caller(call: Call, **fields: Any) -> Call:
    """Return the call with other fields of its caller: ``caller(call, user_id=None)``."""
    return replace(call, caller=replace(call.caller, **fields))


def granted(sites: Collection[str] | None) -> Callable[[Call], Call]:
    """Grant a viewer other sites, None for all: ``granted(frozenset())``."""
    return lambda call: call if call.caller.sites is None else caller(call, sites=sites)


def with_fields(**fields: Any) -> Callable[[Call], Call]:
    """Set fields of a call's body: ``with_fields(name="Rule")``."""
    return lambda call: replace(call, body={**call.body, **fields})


def without_fields(*names: str) -> Callable[[Call], Call]:
    """Drop fields of a call's body: ``without_fields("name")``."""
    return lambda call: replace(call, body=lacking(*names)(call.body))


def without_parameters(*names: str) -> Callable[[Call], Call]:
    """Drop parameters of a call: ``without_parameters("camera_id")``."""
    return lambda call: replace(call, params=lacking(*names)(call.params))


def where(**values: Any) -> Callable[[Query[Any]], Query[Any]]:
    """Set conditions of a query, or remove those that are None: ``where(rule_id=None)``."""

    def change(query: Query[Any]) -> Query[Any]:
        conditions: JSON = {**query.where, **values}
        return replace(query, where={name: value for name, value in conditions.items() if value is not None})

    return change


def inverted(name: str) -> Callable[[Query[Any]], Query[Any]]:
    """Negate a condition that asks for true or false: ``inverted("starred")``."""

    def change(query: Query[Any]) -> Query[Any]:
        wanted = query.where.get(name)
        return query if wanted is None else where(**{name: tuple(not value for value in wanted)})(query)

    return change


def or_else(other: Any) -> Change:
    """Put another value in place of an empty one: ``changed(name=or_else("?"))``."""
    return lambda value: value or other
