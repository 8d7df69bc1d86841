"""Upgrades a schema of an earlier version: what each version changed in tables and values; functions are made anew."""

from collections.abc import Iterable

from mockserver.store.postgres import tables
from mockserver.store.postgres.pool import SCHEMA

_DROP_FUNCTIONS = f"""
do $$
declare
  function regprocedure;
begin
  for function in select oid::regprocedure from pg_proc where pronamespace = '{SCHEMA}'::regnamespace loop
    execute format('drop function %s', function);
  end loop;
end $$"""

#: The statements that make of each version the next one.
_STEPS: dict[int, tuple[str, ...]] = {
    1: (),
    2: (
        "alter table standing rename to shared_values",
        "update shared_values set name = 'initial_state' where name = 'origin'",
        "update shared_values set name = 'random' where name = 'chance'",
        "alter table holders rename to lookup",
        "alter table turns rename to org_locks",
        "alter table alerts_tally rename to alerts_counts",
        "alter table events_tally rename to events_counts",
        "alter table journal rename column noted to added_at",
    ),
}


def upgradable(version: int) -> bool:
    """Whether a schema of this version can be upgraded."""
    return version in _STEPS


def statements(version: int) -> Iterable[str]:
    """Yield the statements that upgrade a schema of an upgradable version to the current one."""
    yield _DROP_FUNCTIONS
    for step in range(version, max(_STEPS) + 1):
        yield from _STEPS[step]
    yield tables.LOCK_ORG
    yield from tables.functions()
    yield f"update about set version = {max(_STEPS) + 1}"
