"""Maps kinds of records to tables: their columns and rows, and the statements that define the tables and write to them.

``org_id`` is the first column of every primary key and index, so that tables can be distributed by org. The exceptions
are ``lookup``, which finds records of any org by a value, and the tables that belong to no org.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Kind
from mockserver.store.postgres.pool import literal

#: The ids of an org and of a record.
Key = tuple[str, str]
#: The values of a record's filter columns.
FilterValues = tuple[str | None, ...]

_encode = msgspec.json.Encoder().encode
_MAX_STATEMENT_ROWS = 500


@cache
def filter_columns(kind: Kind[Any]) -> tuple[str, ...]:
    """Return the filters of a kind that have a column of their own: all but the id, which has one anyway."""
    return tuple(name for name in kind.filters if name != "id")


@cache
def columns(kind: Kind[Any]) -> tuple[str, ...]:
    """Return the columns of a kind's table."""
    return ("org_id", "id", "at", *(("due",) if kind.due else ()), *filter_columns(kind), "body")


@cache
def names(columns: tuple[str, ...]) -> str:
    """Return a list of columns in SQL."""
    return ", ".join(f'"{column}"' for column in columns)


def column_value(value: Any) -> str | None:
    """Return the value of a filter as its column holds it."""
    if isinstance(value, Enum):
        value = value.value
    return str(value).lower() if isinstance(value, bool) else value


def filter_values(kind: Kind[Any], record: Record) -> FilterValues:
    """Return the values of a record's filter columns."""
    return tuple(column_value(getattr(record, name)) for name in filter_columns(kind))


def row(kind: Kind[Any], record: Record) -> tuple[Any, ...]:
    """Return a record as a row of its table."""
    due = (getattr(record, kind.due),) if kind.due else ()
    at: datetime = getattr(record, kind.newest_by)
    return (record.org_id, record.id, at, *due, *filter_values(kind, record), _encode(record).decode())


def upsert(kind: Kind[Any], records: Sequence[Record]) -> Iterable[str]:
    """Yield the statements that insert or replace records."""
    replaced = ", ".join(f'"{column}" = excluded."{column}"' for column in columns(kind)[2:])
    for start in range(0, len(records), _MAX_STATEMENT_ROWS):
        rows = ", ".join(_literals(row(kind, record)) for record in records[start : start + _MAX_STATEMENT_ROWS])
        yield (
            f"insert into {kind.name} ({names(columns(kind))}) values {rows} "
            f"on conflict (org_id, id) do update set {replaced}"
        )


def delete(kind: Kind[Any], keys: Sequence[Key]) -> Iterable[str]:
    """Yield the statements that delete records."""
    for start in range(0, len(keys), _MAX_STATEMENT_ROWS):
        listed = ", ".join(map(_literals, keys[start : start + _MAX_STATEMENT_ROWS]))
        yield f"delete from {kind.name} where (org_id, id) in ({listed})"


def update_lookup(kind: Kind[Any], before: Sequence[Record], after: Sequence[Record]) -> Iterable[str]:
    """Yield the statements that keep ``lookup`` up to date: records of any org by their unique or shared value."""
    old, new = _lookup_rows(kind, before), _lookup_rows(kind, after)
    if removed := old - new:
        yield f"delete from lookup where (kind, value, org_id, id) in ({', '.join(map(_literals, sorted(removed)))})"
    if added := new - old:
        yield f"insert into lookup (kind, value, org_id, id) values {', '.join(map(_literals, sorted(added)))}"


def update_counts(kind: Kind[Any], org_id: str, changes: Mapping[FilterValues, int]) -> Iterable[str]:
    """Yield the statement that changes the number of an org's records by their filter values; none for no change."""
    changed = [(org_id, *values, str(number)) for values, number in changes.items() if number]
    if changed:
        key = names(("org_id", *filter_columns(kind)))
        yield (
            f"insert into {kind.name}_counts ({key}, number) values {', '.join(map(_literals, changed))} "
            f"on conflict ({key}) do update set number = {kind.name}_counts.number + excluded.number"
        )


def delete_org(org_id: str) -> Iterable[str]:
    """Yield the statements that delete what is left of an org without records: its counts and its lock."""
    for kind in kinds.ALL.values():
        if kind.large:
            yield f"delete from {kind.name}_counts where org_id = {literal(org_id)}"
    yield f"delete from org_locks where org_id = {literal(org_id)}"


def definitions() -> Iterable[str]:
    """Yield the statements that create all tables of records, their indexes and the functions."""
    yield 'create unlogged table org_locks (org_id text collate "C" primary key)'
    yield (
        'create table lookup (kind text collate "C", value text collate "C", org_id text collate "C", '
        'id text collate "C", primary key (kind, value, org_id, id))'
    )
    yield LOCK_ORG
    for kind in kinds.ALL.values():
        yield from _table(kind)
    yield from functions()


def functions() -> Iterable[str]:
    """Yield the statements that create all functions but LOCK_ORG, which these call."""
    for kind in kinds.ALL.values():
        yield from _functions(kind)


def select_with_prefetch(kind: Kind[Any], condition: str) -> str:
    """Return the query for an array: the bodies of one record, its ``prefetch`` and its ``prefetch_neighbours``."""
    bodies, joins = ["k.body"], []
    for place, (other, field) in enumerate(kind.prefetch):
        bodies.append(f"a{place}.body")
        joins.append(f'left join {other} a{place} on a{place}.org_id = k.org_id and a{place}.id = k."{field}"')
    if kind.prefetch_neighbours:
        bodies += [_neighbour(kind, "<", "desc"), _neighbour(kind, ">", "asc")]
    return f"select array[{', '.join(bodies)}] from {kind.name} k {' '.join(joins)} where {condition}"


def _neighbour(kind: Kind[Any], comparison: str, direction: str) -> str:
    """Return the query for the body of the next older or newer record that ``prefetch_neighbours`` selects."""
    conditions = (
        f'n."{name}" in ({", ".join(literal(column_value(value)) for value in values)})'
        for name, values in kind.prefetch_neighbours
    )
    return (
        f"(select n.body from {kind.name} n where n.org_id = k.org_id and {' and '.join(conditions)} "
        f"and (n.at, n.id) {comparison} (k.at, k.id) order by n.at {direction}, n.id {direction} limit 1)"
    )


def _table(kind: Kind[Any]) -> Iterable[str]:
    text = 'text collate "C"'
    types = {"at": "timestamptz not null", "due": "timestamptz", "body": "text not null"}
    typed = ", ".join(f'"{column}" {types.get(column, text)}' for column in columns(kind))
    yield f"create table {kind.name} ({typed}, primary key (org_id, id))"
    included = f"include ({names(filter_columns(kind))})" if filter_columns(kind) else ""
    yield f"create index on {kind.name} (org_id, at, id) {included}"
    for name in filter_columns(kind):
        yield f'create index on {kind.name} (org_id, "{name}", at, id)'
    if kind.due:
        yield f"create index on {kind.name} (org_id, due) where due is not null"
    if kind.large:
        key = ("org_id", *filter_columns(kind))
        yield f"create table {kind.name}_counts ({', '.join(f'{name} {text}' for name in key)}, number bigint not null)"
        yield f"create unique index on {kind.name}_counts ({names(key)}) nulls not distinct"


#: Locks an org for one transaction after the other, by its row of ``org_locks``.
LOCK_ORG = """
create function lock_org(org text) returns void language plpgsql as $$
begin
  loop
    perform 1 from org_locks where org_id = org for update;
    exit when found;
    insert into org_locks values (org) on conflict do nothing;
  end loop;
end $$"""

#: Locks and reads in one round trip. Each statement of a function sees what was committed before it, so a transaction
#: that had to wait for the lock sees what the one before it wrote.
_GET = """
create function get_{name}(org text, wanted text) returns text[] language plpgsql as $$
begin
  perform lock_org(org);
  return ({query});
end $$"""

_FIND = """
create function find_{name}(wanted text) returns text[] language plpgsql as $$
declare
  held lookup;
begin
  loop
    select * into held from lookup l where l.kind = '{name}' and l.value = wanted limit 1;
    exit when not found;
    perform lock_org(held.org_id);
    perform 1 from lookup l where (l.kind, l.value, l.org_id, l.id) = ('{name}', wanted, held.org_id, held.id);
    if found then
      return ({query});
    end if;
  end loop;
  return null;
end $$"""

_FIND_ALL = """
create function find_all_{name}(wanted text) returns setof text language plpgsql as $$
declare
  org text;
begin
  for org in select distinct l.org_id from lookup l where l.kind = '{name}' and l.value = wanted order by 1 loop
    perform lock_org(org);
  end loop;
  return query select k.body from {name} k join lookup l using (org_id, id)
    where l.kind = '{name}' and l.value = wanted order by k.at, k.id;
end $$"""


def _functions(kind: Kind[Any]) -> Iterable[str]:
    yield _GET.format(name=kind.name, query=select_with_prefetch(kind, "k.org_id = org and k.id = wanted"))
    if kind.unique:
        found = select_with_prefetch(kind, "k.org_id = held.org_id and k.id = held.id")
        yield _FIND.format(name=kind.name, query=found)
    if kind.shared:
        yield _FIND_ALL.format(name=kind.name)


def _lookup_rows(kind: Kind[Any], records: Iterable[Record]) -> set[tuple[str, str, str, str]]:
    field = kind.unique or kind.shared
    values = ((getattr(record, field), record) for record in records) if field else ()
    return {(kind.name, value, record.org_id, record.id) for value, record in values if value is not None}


def _literals(values: Iterable[Any]) -> str:
    texts = (value.isoformat() if isinstance(value, datetime) else value for value in values)
    return f"({', '.join(map(literal, texts))})"
