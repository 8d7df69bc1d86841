"""How kinds of records become tables: their columns, rows, and the statements that define and write them.

Everything is kept by org: it is the first column of every primary key and index, so that tables can be distributed by
it. The exceptions are ``holders``, by which records are found whatever their org, and what belongs to no org.
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

Key = tuple[str, str]
#: The facets of a record as they stand in its row.
Facets = tuple[str | None, ...]

_encode = msgspec.json.Encoder().encode
_MOST_ROWS = 500


@cache
def filters(kind: Kind[Any]) -> tuple[str, ...]:
    """Return the facets that are columns of their own; the id is one anyway."""
    return tuple(facet for facet in kind.filters if facet != "id")


@cache
def columns(kind: Kind[Any]) -> tuple[str, ...]:
    """Return the columns of a kind's table."""
    return ("org_id", "id", "at", *(("due",) if kind.due else ()), *filters(kind), "body")


@cache
def names(columns: tuple[str, ...], prefix: str = "") -> str:
    """Return columns as they stand in a statement."""
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def plain(value: Any) -> str | None:
    """Return the value of a facet as its column holds it."""
    if isinstance(value, Enum):
        value = value.value
    return str(value).lower() if isinstance(value, bool) else value


def facets_of(kind: Kind[Any], record: Record) -> Facets:
    """Return the facets of a record as its row holds them."""
    return tuple(plain(getattr(record, facet)) for facet in filters(kind))


def row(kind: Kind[Any], record: Record) -> tuple[Any, ...]:
    """Return a record as a row of its table."""
    due = (getattr(record, kind.due),) if kind.due else ()
    at: datetime = getattr(record, kind.newest_by)
    return (record.org_id, record.id, at, *due, *facets_of(kind, record), _encode(record).decode())


def put(kind: Kind[Any], records: Sequence[Record]) -> Iterable[str]:
    """Yield the statements that store records."""
    replaced = ", ".join(f'"{column}" = excluded."{column}"' for column in columns(kind)[2:])
    for start in range(0, len(records), _MOST_ROWS):
        rows = ", ".join(_literals(row(kind, record)) for record in records[start : start + _MOST_ROWS])
        yield (
            f"insert into {kind.name} ({names(columns(kind))}) values {rows} "
            f"on conflict (org_id, id) do update set {replaced}"
        )


def remove(kind: Kind[Any], keys: Sequence[Key]) -> Iterable[str]:
    """Yield the statements that remove records."""
    for start in range(0, len(keys), _MOST_ROWS):
        gone = ", ".join(map(_literals, keys[start : start + _MOST_ROWS]))
        yield f"delete from {kind.name} where (org_id, id) in ({gone})"


def hold(kind: Kind[Any], before: Sequence[Record], after: Sequence[Record]) -> Iterable[str]:
    """Yield the statements by which records are found by what they hold, whatever their org."""
    lost, gained = _held(kind, before), _held(kind, after)
    if gone := lost - gained:
        yield f"delete from holders where (kind, value, org_id, id) in ({', '.join(map(_literals, sorted(gone)))})"
    if new := gained - lost:
        yield f"insert into holders (kind, value, org_id, id) values {', '.join(map(_literals, sorted(new)))}"


def tally(kind: Kind[Any], org_id: str, changes: Mapping[Facets, int]) -> Iterable[str]:
    """Yield the statement that counts so many more of an org's records with certain facets."""
    counted = [(org_id, *values, str(number)) for values, number in changes.items() if number]
    if counted:
        cell = names(("org_id", *filters(kind)))
        yield (
            f"insert into {kind.name}_tally ({cell}, number) values {', '.join(map(_literals, counted))} "
            f"on conflict ({cell}) do update set number = {kind.name}_tally.number + excluded.number"
        )


def definitions() -> Iterable[str]:
    """Yield the statements that make all tables of records, their indexes and functions."""
    yield 'create unlogged table turns (org_id text collate "C" primary key)'
    yield (
        'create table holders (kind text collate "C", value text collate "C", org_id text collate "C", '
        'id text collate "C", primary key (kind, value, org_id, id))'
    )
    yield _ENTER
    for kind in kinds.ALL.values():
        yield from _table(kind)
    for kind in kinds.ALL.values():
        yield from _functions(kind)


def together(kind: Kind[Any], condition: str) -> str:
    """Return the query for the body of one record, those that are read along with it, and those beside it."""
    bodies, joins = ["k.body"], []
    for place, (other, field) in enumerate(kind.prefetch):
        bodies.append(f"a{place}.body")
        joins.append(f'left join {other} a{place} on a{place}.org_id = k.org_id and a{place}.id = k."{field}"')
    if kind.prefetch_neighbours:
        bodies += [_nearest(kind, "<", "desc"), _nearest(kind, ">", "asc")]
    return f"select array[{', '.join(bodies)}] from {kind.name} k {' '.join(joins)} where {condition}"


def _nearest(kind: Kind[Any], side: str, direction: str) -> str:
    """Return the query for the body of the next older or newer of those that are read beside a record."""
    chosen = (
        f'n."{facet}" in ({", ".join(literal(plain(value)) for value in values)})'
        for facet, values in kind.prefetch_neighbours
    )
    return (
        f"(select n.body from {kind.name} n where n.org_id = k.org_id and {' and '.join(chosen)} "
        f"and (n.at, n.id) {side} (k.at, k.id) order by n.at {direction}, n.id {direction} limit 1)"
    )


def _table(kind: Kind[Any]) -> Iterable[str]:
    text = 'text collate "C"'
    typed = {"at": "timestamptz not null", "due": "timestamptz", "body": "text not null"}
    listed = ", ".join(f'"{column}" {typed.get(column, text)}' for column in columns(kind))
    yield f"create table {kind.name} ({listed}, primary key (org_id, id))"
    included = f"include ({names(filters(kind))})" if filters(kind) else ""
    yield f"create index on {kind.name} (org_id, at, id) {included}"
    for facet in filters(kind):
        yield f'create index on {kind.name} (org_id, "{facet}", at, id)'
    if kind.due:
        yield f"create index on {kind.name} (org_id, due) where due is not null"
    if kind.large:
        cell = ("org_id", *filters(kind))
        yield f"create table {kind.name}_tally ({', '.join(f'{name} {text}' for name in cell)}, number bigint not null)"
        yield f"create unique index on {kind.name}_tally ({names(cell)}) nulls not distinct"


#: Lets one transaction after the other into an org, in whose row of ``turns`` they meet.
_ENTER = """
create function enter(org text) returns void language plpgsql as $$
begin
  loop
    perform 1 from turns where org_id = org for update;
    exit when found;
    insert into turns values (org) on conflict do nothing;
  end loop;
end $$"""

#: One call for three statements, each of which sees what was committed before it: whoever waited for an org must see
#: what the one before them left.
_TAKE = """
create function take_{name}(org text, wanted text) returns text[] language plpgsql as $$
begin
  perform enter(org);
  return ({query});
end $$"""

_FIND = """
create function find_{name}(wanted text) returns text[] language plpgsql as $$
declare
  holder holders;
  found_now text[];
begin
  loop
    select * into holder from holders h where h.kind = '{name}' and h.value = wanted limit 1;
    exit when not found;
    perform enter(holder.org_id);
    perform 1 from holders h where (h.kind, h.value, h.org_id, h.id) = ('{name}', wanted, holder.org_id, holder.id);
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
  for org in select distinct h.org_id from holders h where h.kind = '{name}' and h.value = wanted order by 1 loop
    perform enter(org);
  end loop;
  return query select k.body from {name} k join holders h using (org_id, id)
    where h.kind = '{name}' and h.value = wanted order by k.at, k.id;
end $$"""


def _functions(kind: Kind[Any]) -> Iterable[str]:
    yield _TAKE.format(name=kind.name, query=together(kind, "k.org_id = org and k.id = wanted"))
    if kind.unique:
        yield _FIND.format(name=kind.name, query=together(kind, "k.org_id = holder.org_id and k.id = holder.id"))
    if kind.shared:
        yield _FIND_ALL.format(name=kind.name)


def _held(kind: Kind[Any], records: Iterable[Record]) -> set[tuple[str, str, str, str]]:
    field = kind.unique or kind.shared
    values = ((getattr(record, field), record) for record in records) if field else ()
    return {(kind.name, value, record.org_id, record.id) for value, record in values if value is not None}


def _literals(values: Iterable[Any]) -> str:
    texts = (value.isoformat() if isinstance(value, datetime) else value for value in values)
    return f"({', '.join(map(literal, texts))})"
