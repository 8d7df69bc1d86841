"""The laws of ``store.base``, one by one, of every store."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from mockserver.domain.access import Role
from mockserver.domain.cameras import Camera
from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway
from mockserver.domain.pairing import PairingCode
from mockserver.domain.records import Record
from mockserver.domain.users import User
from mockserver.store import kinds
from mockserver.store.base import Change, Query, Transaction
from mockserver.store.kinds import API_KEYS, CAMERAS, EVENTS, GATEWAYS, ORGS, PAIRING_CODES, USERS
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, ORG, OTHER_ORG, api_key, camera, event, gateway, org, pairing_code, user, uuid
from tests.mockserver.store.model import Abandoned
from tests.mockserver.store.stores import Laboratory


class TestLaws:
    def test_changes_are_heard_after_the_end_only(self, laboratory: Laboratory) -> None:
        async def write() -> None:
            async with laboratory.store.transaction() as tx:
                await tx.put(EVENTS, event())
                await tx.put(EVENTS, event(starred=True))
                assert laboratory.heard == []
                await tx.remove(EVENTS, event(starred=True))

        laboratory.run(write())
        first, second = event(), event(starred=True)
        expected = [Change(EVENTS, None, first), Change(EVENTS, first, second), Change(EVENTS, second, None)]
        assert laboratory.heard == expected

    def test_only_what_concerns_a_listener_is_heard(self, laboratory: Laboratory) -> None:
        heard: list[Change] = []
        laboratory.store.subscribe(heard.append, lambda change: change.after is None)
        laboratory.fill((EVENTS, event()))

        async def remove() -> None:
            async with laboratory.store.transaction() as tx:
                await tx.remove(EVENTS, event())

        laboratory.run(remove())
        assert heard == [Change(EVENTS, event(), None)]

    def test_a_change_too_long_for_one_message_is_heard_whole(self, laboratory: Laboratory) -> None:
        long = event(narrative="It's «long» 🐈 and has a \\ in it. " * 2_000)
        filled = laboratory.store

        async def write() -> None:
            async with filled.transaction() as tx:
                await tx.put(EVENTS, long)

        laboratory.run(write())
        assert laboratory.heard == [Change(EVENTS, None, long)]

    def test_failed_transaction_is_not_heard(self, laboratory: Laboratory) -> None:
        laboratory.fill((EVENTS, event()))

        async def fail() -> None:
            async with laboratory.store.transaction() as tx:
                await tx.remove(EVENTS, event())
                assert await tx.count(Query(EVENTS, ORG)) == 0
                raise Abandoned

        with pytest.raises(Abandoned):
            laboratory.run(fail())
        assert laboratory.heard == []
        assert laboratory.run(laboratory.store.dump())["events"] == [event()]

    def test_cancelled_transaction_is_undone(self, laboratory: Laboratory) -> None:
        async def cancelled() -> dict[str, list[Record]]:
            written = asyncio.Event()

            async def write() -> None:
                async with laboratory.store.transaction() as tx:
                    await tx.put(EVENTS, event())
                    assert await tx.count(Query(EVENTS, ORG)) == 1
                    written.set()
                    await asyncio.sleep(60)

            task = asyncio.create_task(write())
            await written.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return await laboratory.store.dump()

        assert laboratory.run(cancelled())["events"] == []

    def test_several_records_are_read_at_once(self, laboratory: Laboratory) -> None:
        others = (EVENTS, event(id=uuid(2))), (EVENTS, event(id=uuid(3), org_id=OTHER_ORG))
        laboratory.fill((EVENTS, event()), *others)

        async def read() -> dict[str, Event]:
            async with laboratory.store.snapshot() as tx:
                return await tx.get_many(EVENTS, ORG, [uuid(1), uuid(2), uuid(3), uuid(4)])

        assert laboratory.run(read()) == {uuid(1): event(), uuid(2): event(id=uuid(2))}

    def test_other_org_has_no_such_record(self, laboratory: Laboratory) -> None:
        laboratory.fill((EVENTS, event()))

        async def read() -> Event | None:
            async with laboratory.store.transaction() as tx:
                return await tx.get(EVENTS, OTHER_ORG, event().id)

        assert laboratory.run(read()) is None

    def test_what_is_read_along_is_what_is_there(self, laboratory: Laboratory) -> None:
        laboratory.fill((PAIRING_CODES, pairing_code()), (GATEWAYS, gateway()))

        async def read() -> tuple[PairingCode | None, Gateway | None]:
            async with laboratory.store.transaction() as tx:
                code = await tx.find(PAIRING_CODES, "A7B3CX")
                await tx.put(GATEWAYS, gateway(version="2"))
                return code, await tx.get(GATEWAYS, ORG, gateway().id)

        assert laboratory.run(read()) == (pairing_code(), gateway(version="2"))

    @pytest.mark.parametrize("read_first", [True, False])
    def test_neighbours_are_those_of_the_moment(self, laboratory: Laboratory, read_first: bool) -> None:
        older, one, newer = (event(id=uuid(n), triggered_at=NOON + timedelta(minutes=n)) for n in (1, 3, 5))
        near, moved = (event(id=uuid(n), triggered_at=NOON + timedelta(minutes=4)) for n in (4, 3))
        laboratory.fill(*((EVENTS, record) for record in (older, one, newer)))
        feed = Query(EVENTS, ORG, {"deleted": (False,)})
        found: list[tuple[Event | None, Event | None]] = []

        async def look() -> None:
            async with laboratory.store.transaction() as tx:
                if read_first:
                    assert await tx.get(EVENTS, ORG, one.id) == one
                found.append(await tx.neighbours(feed, one))
                await tx.put(EVENTS, near)
                if not read_first:
                    assert await tx.get(EVENTS, ORG, one.id) == one
                found.append(await tx.neighbours(feed, one))
                await tx.put(EVENTS, msgspec.structs.replace(near, deleted_at=NOON))
                found.append(await tx.neighbours(feed, one))
                found.append(await tx.neighbours(Query(EVENTS, ORG), one))
                found.append(await tx.neighbours(Query(EVENTS, ORG, {"deleted": (True,)}), one))
                found.append(await tx.neighbours(feed, moved))
            async with laboratory.store.snapshot() as tx:
                await tx.get(EVENTS, ORG, one.id)
                found.append(await tx.neighbours(feed, moved))
                found.append(await tx.neighbours(feed, one))
                found.append(await tx.neighbours(Query(EVENTS, OTHER_ORG, feed.where), one))

        laboratory.run(look())
        gone = msgspec.structs.replace(near, deleted_at=NOON)
        expected = [(older, newer), (older, near), (older, newer), (older, gone), (None, gone), (one, newer)]
        assert found == [*expected, (one, newer), (older, newer), (None, None)]

    def test_who_only_reads_finds_by_unique_values_too(self, laboratory: Laboratory) -> None:
        laboratory.fill((GATEWAYS, gateway(api_key="gw_key")))

        async def read(value: str) -> Gateway | None:
            async with laboratory.store.snapshot() as tx:
                return await tx.find(GATEWAYS, value)

        assert laboratory.run(read("gw_key")) == gateway(api_key="gw_key")
        assert laboratory.run(read("gw_other")) is None

    def test_stale_record_is_removed_as_stored(self, laboratory: Laboratory) -> None:
        old = gateway(api_key="gw_old")
        laboratory.fill((GATEWAYS, old), (GATEWAYS, msgspec.structs.replace(old, api_key="gw_new")))

        async def remove() -> tuple[Gateway | None, Gateway | None]:
            async with laboratory.store.transaction() as tx:
                await tx.remove(GATEWAYS, old)
                return await tx.find(GATEWAYS, "gw_old"), await tx.find(GATEWAYS, "gw_new")

        assert laboratory.run(remove()) == (None, None)
        assert laboratory.heard == [Change(GATEWAYS, gateway(api_key="gw_new"), None)]

    def test_removing_twice_is_heard_once(self, laboratory: Laboratory) -> None:
        laboratory.fill((EVENTS, event()))

        async def remove() -> None:
            async with laboratory.store.transaction() as tx:
                await tx.remove(EVENTS, event())
                await tx.remove(EVENTS, event())

        laboratory.run(remove())
        assert len(laboratory.heard) == 1

    def test_selection_outlives_its_transaction(self, laboratory: Laboratory) -> None:
        laboratory.fill((EVENTS, event()))

        async def read() -> list[Event]:
            async with laboratory.store.snapshot() as tx:
                selected = await tx.select(Query(EVENTS, ORG))
            async with laboratory.store.transaction() as tx:
                await tx.remove(EVENTS, event())
            return list(selected)

        assert laboratory.run(read()) == [event()]

    def test_selecting_again_shows_what_was_written_meanwhile(self, laboratory: Laboratory) -> None:
        async def read(tx: Transaction) -> list[str | None]:
            return [one.notes for one in await tx.select(Query(EVENTS, ORG, {"starred": (False,)}))]

        async def story() -> list[list[str | None]]:
            async with laboratory.store.transaction() as tx:
                found = [await read(tx)]
                await tx.put(EVENTS, event(notes="a"))
                found.append(await read(tx))
                await tx.put(EVENTS, event(notes="b"))
                return [*found, await read(tx), await read(tx)]

        assert laboratory.run(story()) == [[], ["a"], ["b"], ["b"]]

    def test_what_is_due_is_found_in_all_orgs(self, laboratory: Laboratory) -> None:
        due = [camera(settles_at=NOON), camera(id=uuid(9), org_id=OTHER_ORG, settles_at=NOON)]
        laboratory.fill((CAMERAS, due[0]), (CAMERAS, due[1]), (CAMERAS, camera(id=uuid(8))))

        async def read() -> list[Camera]:
            async with laboratory.store.snapshot() as tx:
                return sorted(await tx.due(CAMERAS), key=lambda one: one.org_id)

        assert laboratory.run(read()) == due

    def test_dump_lists_each_kind_oldest_first(self, laboratory: Laboratory) -> None:
        later = event(id=uuid(0), org_id=OTHER_ORG, triggered_at=NOON + timedelta(hours=1))
        laboratory.fill((EVENTS, later), (EVENTS, event()))
        dumped = laboratory.run(laboratory.store.dump())
        assert dumped.keys() == kinds.ALL.keys()
        assert dumped["events"] == [event(), later]

    def test_load_replaces_everything_in_silence(self, laboratory: Laboratory) -> None:
        laboratory.fill((EVENTS, event()), (API_KEYS, api_key(token="sk_live_gone")))
        laboratory.load({"api_keys": [api_key(token="sk_live_here")]})

        async def look() -> tuple[object, ...]:
            async with laboratory.store.transaction() as tx:
                found = [await tx.find(API_KEYS, f"sk_live_{name}") for name in ("gone", "here")]
                return *found, await tx.count(Query(EVENTS, ORG))

        assert laboratory.run(look()) == (None, api_key(token="sk_live_here"), 0)
        assert laboratory.heard == []

    def test_dumped_world_goes_through_another_store_unchanged(self, laboratory: Laboratory) -> None:
        laboratory.fill((EVENTS, event()), (GATEWAYS, gateway(api_key="gw_key")), (ORGS, org()))

        async def round_trip() -> bool:
            other = MemoryStore()
            before = await laboratory.store.dump()
            await other.load(before)
            await laboratory.store.load(await other.dump())
            return await laboratory.store.dump() == before

        assert laboratory.run(round_trip())

    def test_loaded_records_are_counted(self, laboratory: Laboratory) -> None:
        laboratory.load({"events": [event(), event(id=uuid(2), starred=True)]})

        async def count(**where: object) -> int:
            async with laboratory.store.snapshot() as tx:
                return await tx.count(Query(EVENTS, ORG, {name: (value,) for name, value in where.items()}))

        assert laboratory.run(count()) == 2
        assert laboratory.run(count(starred=True)) == 1

    def test_records_of_all_orgs_are_found_oldest_first_as_they_are_now(self, laboratory: Laboratory) -> None:
        mine, theirs = user(email="a@example.com"), user(id=uuid(2), org_id=OTHER_ORG, email="a@example.com")
        laboratory.fill((USERS, theirs), (USERS, mine))
        assert found(laboratory, "a@example.com") == [theirs, mine]
        assert found(laboratory, "b@example.com") == []
        moved = msgspec.structs.replace(mine, email="b@example.com")

        async def change() -> None:
            async with laboratory.store.transaction() as tx:
                await tx.put(USERS, moved)
                await tx.remove(USERS, theirs)

        laboratory.run(change())
        assert found(laboratory, "a@example.com") == []
        assert found(laboratory, "b@example.com") == [moved]

    def test_a_failed_transaction_leaves_no_trace_and_a_load_forgets(self, laboratory: Laboratory) -> None:
        somebody = user(email="a@example.com", role=Role.VIEWER)

        async def fail() -> None:
            async with laboratory.store.transaction() as tx:
                await tx.put(USERS, somebody)
                assert await tx.find_all(USERS, "a@example.com") == [somebody]
                raise Abandoned

        with pytest.raises(Abandoned):
            laboratory.run(fail())
        assert found(laboratory, "a@example.com") == []
        laboratory.load({USERS.name: [somebody]})
        assert found(laboratory, "a@example.com") == [somebody]
        laboratory.load({})
        assert found(laboratory, "a@example.com") == []

    def test_transactions_on_one_org_take_turns(self, laboratory: Laboratory) -> None:
        laboratory.fill((EVENTS, event(notes="0")))

        async def add() -> None:
            async with laboratory.store.transaction() as tx:
                found = await tx.get(EVENTS, ORG, event().id)
                assert found is not None
                await asyncio.sleep(0)
                await tx.put(EVENTS, msgspec.structs.replace(found, notes=str(int(found.notes or 0) + 1)))

        async def story() -> Event | None:
            if isinstance(laboratory.store, MemoryStore):
                for _ in range(30):  # nothing waits within a transaction in memory
                    await add()
            else:
                await asyncio.gather(*(add() for _ in range(30)))
            async with laboratory.store.snapshot() as tx:
                return await tx.get(EVENTS, ORG, event().id)

        assert laboratory.run(story()) == event(notes="30")


def found(laboratory: Laboratory, email: str) -> list[User]:
    async def find(snapshot: bool) -> list[User]:
        async with laboratory.store.snapshot() if snapshot else laboratory.store.transaction() as tx:
            return await tx.find_all(USERS, email)

    read, locked = laboratory.run(find(True)), laboratory.run(find(False))
    assert read == locked
    return locked
