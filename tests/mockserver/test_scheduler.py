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


class Diary:
    """An agenda of cameras over a frozen clock, and what it did."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = Clock(NOON)
        self.clock.restore(NOON, frozen=True)
        self.acted: list[Camera] = []
        self.scheduler = Scheduler(self.store, self.clock, {CAMERAS.name: self._act})

    async def _act(self, due: Camera) -> None:
        self.acted.append(due)
        await self.put(msgspec.structs.replace(due, settles_at=None))

    async def put(self, record: Camera) -> None:
        async with self.store.transaction() as tx:
            await tx.put(CAMERAS, record)

    async def remove(self, record: Camera) -> None:
        async with self.store.transaction() as tx:
            await tx.remove(CAMERAS, record)


def test_a_record_is_acted_on_when_it_falls_due_and_once() -> None:
    async def story() -> None:
        diary = Diary()
        due = camera(settles_at=IN_TEN)
        await diary.put(due)
        await diary.clock.advance(9)
        assert diary.acted == []
        await diary.clock.advance(1)
        await diary.clock.advance(100)
        assert diary.acted == [due]

    asyncio.run(story())


def test_what_changed_is_due_when_it_says_now() -> None:
    async def story() -> None:
        diary = Diary()
        await diary.put(camera(settles_at=IN_TEN))
        later = camera(settles_at=IN_TEN + timedelta(seconds=10))
        await diary.put(later)
        await diary.clock.advance(15)
        assert diary.acted == []
        await diary.clock.advance(5)
        assert diary.acted == [later]

    asyncio.run(story())


def test_what_is_gone_or_no_longer_due_is_left_alone() -> None:
    async def story() -> None:
        diary = Diary()
        await diary.put(camera(settles_at=IN_TEN))
        await diary.put(camera())
        other = camera(id="00000000-0000-4000-8000-000000000777", settles_at=IN_TEN)
        await diary.put(other)
        await diary.remove(other)
        await diary.clock.advance(60)
        assert diary.acted == []

    asyncio.run(story())


def test_a_world_that_was_loaded_is_taken_up_and_the_one_before_forgotten() -> None:
    async def story() -> None:
        diary = Diary()
        await diary.put(camera(settles_at=IN_TEN))
        loaded = camera(name="Gate", settles_at=IN_TEN)
        await diary.store.load({ORGS.name: [org()], CAMERAS.name: [loaded]})
        await diary.scheduler.resume()
        await diary.clock.advance(60)
        assert diary.acted == [loaded]

    asyncio.run(story())
