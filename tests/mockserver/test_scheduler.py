import asyncio
from datetime import timedelta

import msgspec

from mockserver.domain.cameras import Camera
from mockserver.runtime.clock import Clock
from mockserver.scheduler import Scheduler
from mockserver.store.kinds import CAMERAS, ORGS
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, camera, org

IN_TEN = NOON + timedelta(seconds=10)


class SchedulerHarness:
    """A scheduler of cameras with a frozen clock; ``handled`` has the cameras that fell due."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = Clock(NOON)
        self.clock.restore(NOON, frozen=True)
        self.handled: list[Camera] = []
        self.scheduler = Scheduler(self.store, self.clock, {CAMERAS.name: self._handle})

    async def _handle(self, due: Camera) -> None:
        self.handled.append(due)
        await self.put(msgspec.structs.replace(due, settles_at=None))

    async def put(self, record: Camera) -> None:
        async with self.store.transaction() as tx:
            await tx.put(CAMERAS, record)

    async def remove(self, record: Camera) -> None:
        async with self.store.transaction() as tx:
            await tx.remove(CAMERAS, record)


def test_a_due_record_is_handled_once() -> None:
    async def scenario() -> None:
        harness = SchedulerHarness()
        due = camera(settles_at=IN_TEN)
        await harness.put(due)
        await harness.clock.advance(9)
        assert harness.handled == []
        await harness.clock.advance(1)
        await harness.clock.advance(100)
        assert harness.handled == [due]

    asyncio.run(scenario())


def test_a_changed_record_is_handled_at_its_new_instant() -> None:
    async def scenario() -> None:
        harness = SchedulerHarness()
        await harness.put(camera(settles_at=IN_TEN))
        later = camera(settles_at=IN_TEN + timedelta(seconds=10))
        await harness.put(later)
        await harness.clock.advance(15)
        assert harness.handled == []
        await harness.clock.advance(5)
        assert harness.handled == [later]

    asyncio.run(scenario())


def test_removed_records_and_those_no_longer_due_are_not_handled() -> None:
    async def scenario() -> None:
        harness = SchedulerHarness()
        await harness.put(camera(settles_at=IN_TEN))
        await harness.put(camera())
        other = camera(id="00000000-0000-4000-8000-000000000777", settles_at=IN_TEN)
        await harness.put(other)
        await harness.remove(other)
        await harness.clock.advance(60)
        assert harness.handled == []

    asyncio.run(scenario())


def test_resume_schedules_loaded_records_and_drops_former_ones() -> None:
    async def scenario() -> None:
        harness = SchedulerHarness()
        await harness.put(camera(settles_at=IN_TEN))
        loaded = camera(name="Gate", settles_at=IN_TEN)
        await harness.store.load({ORGS.name: [org()], CAMERAS.name: [loaded]})
        await harness.scheduler.resume()
        await harness.clock.advance(60)
        assert harness.handled == [loaded]

    asyncio.run(scenario())
