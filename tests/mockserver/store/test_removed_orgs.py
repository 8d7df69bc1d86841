"""What is left of an org that was removed."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from mockserver.domain.errors import InvalidCursor
from mockserver.store import kinds
from mockserver.store.base import Query, Store
from tests.factories import camera, event, uuid
from tests.mockserver.store.store_harness import StoreHarness, in_memory


def test_removed_org_leaves_no_row_in_the_database(harness: StoreHarness) -> None:
    if harness.store.name == "memory":
        pytest.skip("about PostgreSQL alone")
    found: Any = harness.store

    async def rows() -> dict[str, int]:
        async with found.writers.transaction() as connection:
            tables = ("org_locks", "events_counts", "cameras", "lookup")
            return {name: await connection.value(f"select count(*)::int from {name}") for name in tables}

    async def remove() -> None:
        async with found.transaction() as tx:
            await tx.remove_org(camera().org_id)

    harness.load({})
    harness.run(_empty_locks(found))
    harness.fill((kinds.CAMERAS, camera()))
    harness.run(remove())
    assert harness.run(rows()) == dict.fromkeys(("org_locks", "events_counts", "cameras", "lookup"), 0)
    harness.fill((kinds.CAMERAS, camera()))
    assert harness.run(rows())["cameras"] == 1


async def _empty_locks(found: Any) -> None:
    async with found.writers.transaction() as connection:
        await connection.execute("delete from org_locks")


def test_a_large_org_is_removed_as_a_whole_or_not_at_all() -> None:
    rows = [event(id=uuid(number)) for number in range(1_500)]

    async def remove(store: Store, *, fails: bool) -> int:
        with suppress(InvalidCursor):
            async with store.transaction() as tx:
                await tx.remove_org(rows[0].org_id)
                if fails:
                    raise InvalidCursor
        await asyncio.sleep(0.05)  # it is freed in parts
        async with store.transaction() as tx:
            return await tx.count(Query(kinds.EVENTS, rows[0].org_id))

    with in_memory() as harness:
        harness.load({kinds.EVENTS.name: rows})
        assert harness.run(remove(harness.store, fails=True)) == len(rows)
        assert harness.received == []
        assert harness.run(remove(harness.store, fails=False)) == 0
        assert sorted(change.before.id for change in harness.received if change.before) == [row.id for row in rows]
