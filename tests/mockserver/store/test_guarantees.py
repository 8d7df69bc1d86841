"""The guarantees of ``store.base``, checked on every store."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from mockserver.domain.access import Role
from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway
from mockserver.domain.records import Record
from mockserver.domain.users import User
from mockserver.store import kinds
from mockserver.store.base import Change, Query
from mockserver.store.kinds import API_KEYS, EVENTS, GATEWAYS, ORGS, USERS
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, ORG, OTHER_ORG, api_key, event, gateway, org, user, uuid
from tests.mockserver.store.model import Abandoned
from tests.mockserver.store.store_harness import StoreHarness


class TestGuarantees:
    def test_changes_are_received_after_the_commit_only(self, harness: StoreHarness) -> None:
        async def write() -> None:
            async with harness.store.transaction() as tx:
                await tx.put(EVENTS, event())
                await tx.put(EVENTS, event(starred=True))
                assert harness.received == []
                await tx.remove(EVENTS, event(starred=True))

        harness.run(write())
        first, second = event(), event(starred=True)
        expected = [Change(EVENTS, None, first), Change(EVENTS, first, second), Change(EVENTS, second, None)]
        assert harness.received == expected

    def test_a_listener_receives_only_the_changes_it_accepts(self, harness: StoreHarness) -> None:
        received: list[Change] = []
        harness.store.subscribe(received.append, lambda change: change.after is None)
        harness.fill((EVENTS, event()))

        async def remove() -> None:
            async with harness.store.transaction() as tx:
                await tx.remove(EVENTS, event())

        harness.run(remove())
        assert received == [Change(EVENTS, event(), None)]

    def test_a_change_too_long_for_one_notification_is_received_complete(self, harness: StoreHarness) -> None:
        long = event(narrative="It's «long» 🐈 and has a \\ in it. " * 2_000)
        filled = harness.store

        async def write() -> None:
            async with filled.transaction() as tx:
                await tx.put(EVENTS, long)

        harness.run(write())
        assert harness.received == [Change(EVENTS, None, long)]

    def test_changes_of_a_failed_transaction_are_not_received(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, event()))

        async def fail() -> None:
            async with harness.store.transaction() as tx:
                await tx.remove(EVENTS, event())
                assert await tx.count(Query(EVENTS, ORG)) == 0
                raise Abandoned

        with pytest.raises(Abandoned):
            harness.run(fail())
        assert harness.received == []
        assert harness.run(harness.store.dump())["events"] == [event()]

    def test_cancelled_transaction_is_rolled_back(self, harness: StoreHarness) -> None:
        async def cancelled() -> dict[str, list[Record]]:
            written = asyncio.Event()

            async def write() -> None:
                async with harness.store.transaction() as tx:
                    await tx.put(EVENTS, event())
                    assert await tx.count(Query(EVENTS, ORG)) == 1
                    written.set()
                    await asyncio.sleep(60)

            task = asyncio.create_task(write())
            await written.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return await harness.store.dump()

        assert harness.run(cancelled())["events"] == []

    @pytest.mark.parametrize("find", ["find", "find_all"])
    def test_a_transaction_that_waited_for_a_record_removed_meanwhile_leaves_no_lock(
        self, harness: StoreHarness, find: str
    ) -> None:
        harness.fill((API_KEYS, api_key()), (USERS, user()))
        kind, value = (API_KEYS, api_key().token) if find == "find" else (USERS, user().email)

        async def look() -> object:
            async with harness.store.transaction() as tx:
                return await getattr(tx, find)(kind, value)

        async def remove_while_somebody_looks() -> object:
            async with harness.store.transaction() as tx:
                await tx.remove(API_KEYS, api_key())
                await tx.remove(USERS, user())
                await tx.count(Query(EVENTS, ORG))
                looking = asyncio.create_task(look())
                await asyncio.sleep(0.2)
            return await looking

        async def write_over_other_connections() -> None:
            open_ = harness.store.transaction
            async with open_() as one, open_() as another, open_() as last:
                await one.orgs()
                await another.orgs()
                await last.put(USERS, user())

        assert not harness.run(remove_while_somebody_looks())
        harness.run(asyncio.wait_for(write_over_other_connections(), 2))

    def test_stale_record_is_removed_as_stored(self, harness: StoreHarness) -> None:
        old = gateway(api_key="gw_old")
        harness.fill((GATEWAYS, old), (GATEWAYS, msgspec.structs.replace(old, api_key="gw_new")))

        async def remove() -> tuple[Gateway | None, Gateway | None]:
            async with harness.store.transaction() as tx:
                await tx.remove(GATEWAYS, old)
                return await tx.find(GATEWAYS, "gw_old"), await tx.find(GATEWAYS, "gw_new")

        assert harness.run(remove()) == (None, None)
        assert harness.received == [Change(GATEWAYS, gateway(api_key="gw_new"), None)]

    def test_removing_twice_is_one_change(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, event()))

        async def remove() -> None:
            async with harness.store.transaction() as tx:
                await tx.remove(EVENTS, event())
                await tx.remove(EVENTS, event())

        harness.run(remove())
        assert len(harness.received) == 1

    def test_dump_lists_each_kind_oldest_first(self, harness: StoreHarness) -> None:
        later = event(id=uuid(0), org_id=OTHER_ORG, triggered_at=NOON + timedelta(hours=1))
        harness.fill((EVENTS, later), (EVENTS, event()))
        dumped = harness.run(harness.store.dump())
        assert dumped.keys() == kinds.ALL.keys()
        assert dumped["events"] == [event(), later]

    def test_load_replaces_everything_without_calling_listeners(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, event()), (API_KEYS, api_key(token="sk_live_gone")))
        harness.load({"api_keys": [api_key(token="sk_live_here")]})

        async def look() -> tuple[object, ...]:
            async with harness.store.transaction() as tx:
                found = [await tx.find(API_KEYS, f"sk_live_{name}") for name in ("gone", "here")]
                return *found, await tx.count(Query(EVENTS, ORG))

        assert harness.run(look()) == (None, api_key(token="sk_live_here"), 0)
        assert harness.received == []

    def test_a_dump_loaded_into_another_store_and_back_is_unchanged(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, event()), (GATEWAYS, gateway(api_key="gw_key")), (ORGS, org()))

        async def round_trip() -> bool:
            other = MemoryStore()
            before = await harness.store.dump()
            await other.load(before)
            await harness.store.load(await other.dump())
            return await harness.store.dump() == before

        assert harness.run(round_trip())

    def test_loaded_records_are_counted(self, harness: StoreHarness) -> None:
        harness.load({"events": [event(), event(id=uuid(2), starred=True)]})

        async def count(**where: object) -> int:
            async with harness.store.snapshot() as tx:
                return await tx.count(Query(EVENTS, ORG, {name: (value,) for name, value in where.items()}))

        assert harness.run(count()) == 2
        assert harness.run(count(starred=True)) == 1

    def test_records_of_all_orgs_are_found_oldest_first_as_they_are_now(self, harness: StoreHarness) -> None:
        mine, theirs = user(email="a@example.com"), user(id=uuid(2), org_id=OTHER_ORG, email="a@example.com")
        harness.fill((USERS, theirs), (USERS, mine))
        assert found(harness, "a@example.com") == [theirs, mine]
        assert found(harness, "b@example.com") == []
        moved = msgspec.structs.replace(mine, email="b@example.com")

        async def change() -> None:
            async with harness.store.transaction() as tx:
                await tx.put(USERS, moved)
                await tx.remove(USERS, theirs)

        harness.run(change())
        assert found(harness, "a@example.com") == []
        assert found(harness, "b@example.com") == [moved]

    def test_failed_transactions_and_loads_leave_no_old_shared_values(self, harness: StoreHarness) -> None:
        member = user(email="a@example.com", role=Role.VIEWER)

        async def fail() -> None:
            async with harness.store.transaction() as tx:
                await tx.put(USERS, member)
                assert await tx.find_all(USERS, "a@example.com") == [member]
                raise Abandoned

        with pytest.raises(Abandoned):
            harness.run(fail())
        assert found(harness, "a@example.com") == []
        harness.load({USERS.name: [member]})
        assert found(harness, "a@example.com") == [member]
        harness.load({})
        assert found(harness, "a@example.com") == []

    def test_transactions_on_one_org_are_serialized(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, event(notes="0")))

        async def add() -> None:
            async with harness.store.transaction() as tx:
                found = await tx.get(EVENTS, ORG, event().id)
                assert found is not None
                await asyncio.sleep(0)
                await tx.put(EVENTS, msgspec.structs.replace(found, notes=str(int(found.notes or 0) + 1)))

        async def scenario() -> Event | None:
            if isinstance(harness.store, MemoryStore):
                for _ in range(30):  # nothing waits within a transaction in memory
                    await add()
            else:
                await asyncio.gather(*(add() for _ in range(30)))
            async with harness.store.snapshot() as tx:
                return await tx.get(EVENTS, ORG, event().id)

        assert harness.run(scenario()) == event(notes="30")


def found(harness: StoreHarness, email: str) -> list[User]:
    async def find(snapshot: bool) -> list[User]:
        async with harness.store.snapshot() if snapshot else harness.store.transaction() as tx:
            return await tx.find_all(USERS, email)

    read, locked = harness.run(find(True)), harness.run(find(False))
    assert read == locked
    return locked
