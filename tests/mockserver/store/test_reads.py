"""What transactions read from every store."""

from datetime import timedelta

import msgspec
import pytest

from mockserver.domain.cameras import Camera
from mockserver.domain.dates import Window
from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway
from mockserver.domain.pairing import PairingCode
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import CAMERAS, EVENTS, GATEWAYS, PAIRING_CODES
from tests.factories import NOON, ORG, OTHER_ORG, camera, event, gateway, pairing_code, uuid
from tests.mockserver.store.store_harness import StoreHarness

OLDER, ONE, NEAR, NEWER = (event(id=uuid(n), triggered_at=NOON + timedelta(minutes=n)) for n in (1, 3, 4, 5))
NOT_DELETED = Query(EVENTS, ORG, {"deleted": (False,)})


class TestReads:
    def test_several_records_are_read_at_once(self, harness: StoreHarness) -> None:
        others = (EVENTS, event(id=uuid(2))), (EVENTS, event(id=uuid(3), org_id=OTHER_ORG))
        harness.fill((EVENTS, event()), *others)

        async def read() -> dict[str, Event]:
            async with harness.store.snapshot() as tx:
                return await tx.get_many(EVENTS, ORG, [uuid(1), uuid(2), uuid(3), uuid(4)])

        assert harness.run(read()) == {uuid(1): event(), uuid(2): event(id=uuid(2))}

    def test_a_record_of_another_org_is_not_found(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, event()))

        async def read() -> Event | None:
            async with harness.store.transaction() as tx:
                return await tx.get(EVENTS, OTHER_ORG, event().id)

        assert harness.run(read()) is None

    def test_a_prefetched_record_is_replaced_by_a_later_write(self, harness: StoreHarness) -> None:
        harness.fill((PAIRING_CODES, pairing_code()), (GATEWAYS, gateway()))

        async def read() -> tuple[PairingCode | None, Gateway | None]:
            async with harness.store.transaction() as tx:
                code = await tx.find(PAIRING_CODES, "A7B3CX")
                await tx.put(GATEWAYS, gateway(version="2"))
                return code, await tx.get(GATEWAYS, ORG, gateway().id)

        assert harness.run(read()) == (pairing_code(), gateway(version="2"))

    @pytest.mark.parametrize("read_first", [True, False])
    def test_neighbours_follow_writes_of_the_transaction(self, harness: StoreHarness, read_first: bool) -> None:
        harness.fill((EVENTS, OLDER), (EVENTS, ONE), (EVENTS, NEWER))
        dismissed = msgspec.structs.replace(NEAR, deleted_at=NOON)

        async def look() -> list[tuple[Event | None, Event | None]]:
            async with harness.store.transaction() as tx:
                if read_first:
                    assert await tx.get(EVENTS, ORG, ONE.id) == ONE
                found = [await tx.neighbours(NOT_DELETED, ONE)]
                await tx.put(EVENTS, NEAR)
                if not read_first:
                    assert await tx.get(EVENTS, ORG, ONE.id) == ONE
                found.append(await tx.neighbours(NOT_DELETED, ONE))
                await tx.put(EVENTS, dismissed)
                return [*found, await tx.neighbours(NOT_DELETED, ONE), await tx.neighbours(Query(EVENTS, ORG), ONE)]

        assert harness.run(look()) == [(OLDER, NEWER), (OLDER, NEAR), (OLDER, NEWER), (OLDER, dismissed)]

    def test_neighbours_depend_on_the_query(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, OLDER), (EVENTS, ONE), (EVENTS, NEWER))
        moved = msgspec.structs.replace(ONE, triggered_at=NEAR.triggered_at)
        dismissed, elsewhere = Query(EVENTS, ORG, {"deleted": (True,)}), Query(EVENTS, OTHER_ORG, NOT_DELETED.where)
        early = Query(EVENTS, ORG, NOT_DELETED.where, Window(None, NEWER.triggered_at))
        questions = [(NOT_DELETED, ONE), (NOT_DELETED, moved), (dismissed, ONE), (elsewhere, ONE), (early, ONE)]

        async def look() -> list[tuple[Event | None, Event | None]]:
            async with harness.store.snapshot() as tx:
                await tx.get(EVENTS, ORG, ONE.id)
                return [await tx.neighbours(*question) for question in questions]

        expected = [(OLDER, NEWER), (ONE, NEWER), (None, None), (None, None), (OLDER, None)]
        assert harness.run(look()) == expected

    def test_snapshots_find_by_unique_values_too(self, harness: StoreHarness) -> None:
        harness.fill((GATEWAYS, gateway(api_key="gw_key")))

        async def read(value: str) -> Gateway | None:
            async with harness.store.snapshot() as tx:
                return await tx.find(GATEWAYS, value)

        assert harness.run(read("gw_key")) == gateway(api_key="gw_key")
        assert harness.run(read("gw_other")) is None

    def test_selection_outlives_its_transaction(self, harness: StoreHarness) -> None:
        harness.fill((EVENTS, event()))

        async def read() -> list[Event]:
            async with harness.store.snapshot() as tx:
                selected = await tx.select(Query(EVENTS, ORG))
            async with harness.store.transaction() as tx:
                await tx.remove(EVENTS, event())
            return list(selected)

        assert harness.run(read()) == [event()]

    def test_selecting_again_shows_writes_made_meanwhile(self, harness: StoreHarness) -> None:
        async def read(tx: Transaction) -> list[str | None]:
            return [one.notes for one in await tx.select(Query(EVENTS, ORG, {"starred": (False,)}))]

        async def scenario() -> list[list[str | None]]:
            async with harness.store.transaction() as tx:
                found = [await read(tx)]
                await tx.put(EVENTS, event(notes="a"))
                found.append(await read(tx))
                await tx.put(EVENTS, event(notes="b"))
                return [*found, await read(tx), await read(tx)]

        assert harness.run(scenario()) == [[], ["a"], ["b"], ["b"]]

    def test_due_records_of_all_orgs_are_found(self, harness: StoreHarness) -> None:
        due = [camera(settles_at=NOON), camera(id=uuid(9), org_id=OTHER_ORG, settles_at=NOON)]
        harness.fill((CAMERAS, due[0]), (CAMERAS, due[1]), (CAMERAS, camera(id=uuid(8))))

        async def read() -> list[Camera]:
            async with harness.store.snapshot() as tx:
                return sorted(await tx.due(CAMERAS), key=lambda one: one.org_id)

        assert harness.run(read()) == due
