"""Calls with one credential are admitted together where the store lets them wait, with a store that waits when told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from mockserver.domain.access import ANONYMOUS
from mockserver.domain.errors import Unavailable
from mockserver.domain.orgs import OrgSettings
from mockserver.http.admission import Admission, PendingCall
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Transaction
from mockserver.store.kinds import API_KEYS, ORGS, USERS
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, api_key, org, user, uuid


class SlowStore(MemoryStore):
    """A store whose transactions begin when ``open`` is set, and fail while ``away``."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.away, self.begun = asyncio.Event(), False, 0

    @asynccontextmanager
    async def _slow(self) -> AsyncIterator[Transaction]:
        self.begun += 1
        await self.open.wait()
        if self.away:
            raise Unavailable
        async with MemoryStore.transaction(self) as tx:
            yield tx

    transaction = _slow  # type: ignore[assignment]


async def two_keys(store: SlowStore) -> None:
    """Fill the store: an org with two keys of one user, whose buckets hold ten."""
    settings = OrgSettings(rate_limit_burst=10, rate_limit_per_minute=60)
    async with MemoryStore.transaction(store) as tx:
        await tx.put(ORGS, org(settings=settings))
        await tx.put(USERS, user())
        await tx.put(API_KEYS, api_key(token="one"))
        await tx.put(API_KEYS, api_key(id=uuid(55), token="two", expires_at=NOON + timedelta(minutes=1)))


def guests(token: str | None, count: int, *, cost: bool | None = True) -> list[PendingCall]:
    return [PendingCall(token, NOON, cost) for _ in range(count)]


def in_a_story(story: Callable[[SlowStore, Admission], Awaitable[None]]) -> None:
    async def told() -> None:
        store = SlowStore()
        await two_keys(store)
        await story(store, Admission(store, RandomSource(1)))

    asyncio.run(told())


async def begun(store: SlowStore, admission: Admission, calls: list[PendingCall]) -> list[asyncio.Task[None]]:
    """Let calls come, one after another, and none of them go."""
    tasks = [asyncio.create_task(admission.admit(call)) for call in calls]
    await asyncio.sleep(0)
    return tasks


def test_those_who_wait_share_a_transaction_and_each_is_charged() -> None:
    async def story(store: SlowStore, admission: Admission) -> None:
        calls = guests("one", 12)
        tasks = await begun(store, admission, calls)
        assert store.begun == 1
        store.open.set()
        await asyncio.gather(*tasks)
        assert store.begun == 2
        assert [call.quota.remaining for call in calls if call.quota] == [*range(9, -1, -1), 0, 0]
        assert [call.refusal is None for call in calls] == 10 * [True] + 2 * [False]
        assert {call.caller.key_id for call in calls} == {api_key().id}

    in_a_story(story)


def test_other_credentials_do_not_wait() -> None:
    async def story(store: SlowStore, admission: Admission) -> None:
        calls = [*guests("one", 2), *guests("two", 2), *guests("nobody's", 1), *guests(None, 1)]
        tasks = await begun(store, admission, calls)
        assert store.begun == 4
        store.open.set()
        await asyncio.gather(*tasks)
        assert [call.quota.remaining for call in calls[:4] if call.quota] == [9, 8, 9, 8]
        assert [call.caller is ANONYMOUS for call in calls] == 4 * [False] + 2 * [True]

    in_a_story(story)


def test_a_call_that_comes_later_is_not_told_what_was_true_before() -> None:
    async def story(store: SlowStore, admission: Admission) -> None:
        first = await begun(store, admission, guests("two", 1))
        late = PendingCall("two", NOON + timedelta(minutes=2), True)
        last = await begun(store, admission, [late])
        store.open.set()
        await asyncio.gather(*first, *last)
        assert late.caller is ANONYMOUS

    in_a_story(story)


def test_each_pays_what_it_costs() -> None:
    async def story(store: SlowStore, admission: Admission) -> None:
        calls = [*guests("one", 2), *guests("one", 1, cost=False), *guests("one", 1, cost=None), *guests("one", 1)]
        tasks = await begun(store, admission, calls)
        store.open.set()
        await asyncio.gather(*tasks)
        assert [call.quota and call.quota.remaining for call in calls] == [9, 8, 8, None, 7]

    in_a_story(story)


def test_a_store_that_is_away_fails_all_who_wait_and_nobody_after() -> None:
    async def story(store: SlowStore, admission: Admission) -> None:
        store.away = True
        tasks = await begun(store, admission, guests("one", 3))
        store.open.set()
        assert [type(found) for found in await asyncio.gather(*tasks, return_exceptions=True)] == 3 * [Unavailable]
        store.away = False
        again = guests("one", 1)[0]
        await admission.admit(again)
        assert again.quota
        assert again.quota.remaining == 9

    in_a_story(story)


@pytest.mark.parametrize("who", [0, 1])
def test_one_who_gives_up_holds_nobody_back(who: int) -> None:
    async def story(store: SlowStore, admission: Admission) -> None:
        calls = guests("one", 3)
        tasks = await begun(store, admission, calls)
        tasks[who].cancel()
        await asyncio.sleep(0)
        store.open.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert tasks[who].cancelled()
        assert all(call.quota for number, call in enumerate(calls) if number != who)

    in_a_story(story)
