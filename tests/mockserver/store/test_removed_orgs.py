"""What is left in the database of an org that was removed."""

from typing import Any

import pytest

from mockserver.store import kinds
from tests.factories import camera
from tests.mockserver.store.store_harness import StoreHarness


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
