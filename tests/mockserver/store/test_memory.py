"""What a transaction does, whoever listens, and the whole store in and out."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway
from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Query
from mockserver.store.kinds import API_KEYS, EVENTS, GATEWAYS, ORGS
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, ORG, OTHER_ORG, api_key, event, gateway, org, uuid
from tests.mockserver.store.model import Abandoned


def store(*records: tuple[Kind[Any], Record]) -> MemoryStore:
    filled = MemoryStore()

    async def fill() -> None:
        async with filled.transaction() as tx:
            for kind, record in records:
                await tx.put(kind, record)

    asyncio.run(fill())
    return filled


def test_changes_are_heard_after_the_end_only() -> None:
    heard: list[Change] = []
    empty = store()
    empty.subscribe(heard.append)

    async def write() -> None:
        async with empty.transaction() as tx:
            await tx.put(EVENTS, event())
            await tx.put(EVENTS, event(starred=True))
            assert heard == []
            await tx.remove(EVENTS, event(starred=True))

    asyncio.run(write())
    first, second = event(), event(starred=True)
    assert heard == [Change(EVENTS, None, first), Change(EVENTS, first, second), Change(EVENTS, second, None)]


def test_failed_transaction_is_not_heard() -> None:
    heard: list[Change] = []
    filled = store((EVENTS, event()))
    filled.subscribe(heard.append)

    async def fail() -> None:
        async with filled.transaction() as tx:
            await tx.remove(EVENTS, event())
            raise Abandoned

    with pytest.raises(Abandoned):
        asyncio.run(fail())
    assert heard == []


def test_cancelled_transaction_is_undone() -> None:
    filled = store()

    async def cancelled() -> dict[str, list[Record]]:
        async def write() -> None:
            async with filled.transaction() as tx:
                await tx.put(EVENTS, event())
                await asyncio.sleep(60)

        task = asyncio.create_task(write())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await filled.dump()

    assert asyncio.run(cancelled())["events"] == []


def test_several_records_are_read_at_once() -> None:
    filled = store((EVENTS, event()), (EVENTS, event(id=uuid(2))), (EVENTS, event(id=uuid(3), org_id=OTHER_ORG)))

    async def read() -> dict[str, Event]:
        async with filled.transaction() as tx:
            return await tx.get_many(EVENTS, ORG, [uuid(1), uuid(2), uuid(3), uuid(4)])

    assert asyncio.run(read()) == {uuid(1): event(), uuid(2): event(id=uuid(2))}


def test_other_org_has_no_such_record() -> None:
    filled = store((EVENTS, event()))

    async def read() -> Event | None:
        async with filled.transaction() as tx:
            return await tx.get(EVENTS, OTHER_ORG, event().id)

    assert asyncio.run(read()) is None


def test_stale_record_is_removed_as_stored() -> None:
    old = gateway(api_key="gw_old")
    filled = store((GATEWAYS, old), (GATEWAYS, msgspec.structs.replace(old, api_key="gw_new")))
    heard: list[Change] = []
    filled.subscribe(heard.append)

    async def remove() -> tuple[Gateway | None, Gateway | None]:
        async with filled.transaction() as tx:
            await tx.remove(GATEWAYS, old)
            return await tx.find(GATEWAYS, "gw_old"), await tx.find(GATEWAYS, "gw_new")

    assert asyncio.run(remove()) == (None, None)
    assert heard == [Change(GATEWAYS, gateway(api_key="gw_new"), None)]


def test_removing_twice_is_heard_once() -> None:
    filled = store((EVENTS, event()))
    heard: list[Change] = []
    filled.subscribe(heard.append)

    async def remove() -> None:
        async with filled.transaction() as tx:
            await tx.remove(EVENTS, event())
            await tx.remove(EVENTS, event())

    asyncio.run(remove())
    assert len(heard) == 1


def test_selection_outlives_its_transaction() -> None:
    filled = store((EVENTS, event()))

    async def read() -> list[Event]:
        async with filled.transaction() as tx:
            selected = await tx.select(Query(EVENTS, ORG))
        async with filled.transaction() as tx:
            await tx.remove(EVENTS, event())
        return list(selected)

    assert asyncio.run(read()) == [event()]


def test_dump_lists_each_kind_oldest_first() -> None:
    later = event(id=uuid(0), org_id=OTHER_ORG, triggered_at=NOON + timedelta(hours=1))
    dumped = asyncio.run(store((EVENTS, later), (EVENTS, event())).dump())
    assert dumped.keys() == kinds.ALL.keys()
    assert dumped["events"] == [event(), later]


def test_load_replaces_everything_in_silence() -> None:
    heard: list[Change] = []
    filled = store((EVENTS, event()), (API_KEYS, api_key(token="sk_live_gone")))
    filled.subscribe(heard.append)

    async def load() -> tuple[Any, ...]:
        await filled.load({"api_keys": [api_key(token="sk_live_here")]})
        async with filled.transaction() as tx:
            found = [await tx.find(API_KEYS, f"sk_live_{name}") for name in ("gone", "here")]
            return *found, await tx.count(Query(EVENTS, ORG))

    assert asyncio.run(load()) == (None, api_key(token="sk_live_here"), 0)
    assert heard == []


def test_dumped_world_loads_into_another_store() -> None:
    filled = store((EVENTS, event()), (GATEWAYS, gateway(api_key="gw_key")), (ORGS, org()))

    async def copy() -> bool:
        other = MemoryStore()
        await other.load(await filled.dump())
        return await other.dump() == await filled.dump()

    assert asyncio.run(copy())
