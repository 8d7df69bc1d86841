"""A schema of an earlier version is upgraded in place, in one transaction; its content stays.

``tests/data/postgres`` has a dump of each earlier layout, made by ``pg_dump --inserts`` of a mock of its time: the
fixture ``small``, an org with three events, a fault, a call in the journal, and a clock that stands still.
"""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from mockserver.backends.cluster.bootstrap import bootstrap
from mockserver.settings import Settings
from mockserver.store.base import StoreError
from mockserver.store.postgres import schema
from tests import postgres
from tests.harness import running

_FOLDER = Path(__file__).parents[2] / "data" / "postgres"
DUMPS = {int(path.stem.partition("-")[2]): path for path in sorted(_FOLDER.glob("layout-*.sql"))}
OWNER = "sk_live_35bd9ef053be0694887c0d9c9b6875e8"
_LAYOUT = """
select array_agg(line order by line) from (
  select concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name) as line
    from information_schema.columns where table_schema = 'novavms_mock'
  union all select regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON') from pg_indexes
    where schemaname = 'novavms_mock'
  union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'novavms_mock'::regnamespace
  union all select version::text from novavms_mock.about
) as layout
"""


def restore(database: str, version: int) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(database)
        settings = "set search_path to novavms_mock; set check_function_bodies to off;"
        await connection.execute(settings + DUMPS[version].read_text(encoding="utf-8"))
        await connection.close()

    asyncio.run(run())


def test_there_is_a_dump_of_every_earlier_version() -> None:
    assert sorted(DUMPS) == list(range(1, schema.VERSION))


@pytest.mark.parametrize("version", DUMPS)
def test_an_earlier_version_becomes_the_current_one_and_keeps_its_content(
    database: str, version: int, server_of: Any
) -> None:
    restore(database, version)
    with running(store=database, seed=7) as mock:
        assert mock.control("GET", "/clock")["frozen"]
        assert [fault["operation"] for fault in mock.control("GET", "/faults")["data"]] == ["listSites"]
        assert mock.control("GET", "/requests")["data"][0]["operation"] == "listEvents"
        events = mock.client(OWNER).get("/api/v1/events").json()
        assert (events["total"], len(events["data"])) == (3, 3)
        changed = mock.client(OWNER).patch(f"/api/v1/events/{events['data'][0]['id']}", json={"starred": True})
        assert changed.json()["starred"] is True
        assert mock.control("POST", "/reset")["fixture"] == "small"
        assert len(mock.control("GET", "/orgs")["data"]) == 1
    fresh = server_of(postgres.newest()).database()
    bootstrap(Settings(store=fresh, fixture="empty"))
    assert postgres.execute(database, _LAYOUT) == postgres.execute(fresh, _LAYOUT)


def test_an_upgrade_that_fails_changes_nothing(database: str) -> None:
    restore(database, 1)
    postgres.execute(database, "drop table novavms_mock.turns")
    before = postgres.execute(database, _LAYOUT)
    with pytest.raises(StoreError, match="turns"):
        bootstrap(Settings(store=database))
    assert postgres.execute(database, _LAYOUT) == before


def test_an_upgrade_waits_for_nobody_who_still_serves_the_earlier_version(database: str) -> None:
    async def upgrade_beside_a_replica() -> None:
        replica = await asyncpg.connect(database)
        await replica.fetchval("select pg_advisory_lock($1, 5)", 0x6E766D73)
        try:
            await asyncio.to_thread(bootstrap, Settings(store=database))
        finally:
            await replica.close()

    restore(database, 2)
    with pytest.raises(StoreError, match="still runs on this database"):
        asyncio.run(upgrade_beside_a_replica())
