"""Calls with one credential that wait for the store at the same time share a transaction."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from mockserver.domain.access import ANONYMOUS
from mockserver.domain.errors import Unavailable
from mockserver.domain.orgs import OrgSettings
from mockserver.http.admission import Admission, PendingCall
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Transaction
from mockserver.store.kinds import API_KEYS, ORGS, USERS
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, api_key, org, user, uuid


class SlowStore(MemoryStore):
    """A store whose transactions begin when ``open`` is set, and fail while ``unavailable``."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.unavailable, self.transactions = asyncio.Event(), False, 0

    @asynccontextmanager
    async def _slow(self) -> AsyncIterator[Transaction]:
        self.transactions += 1
        await self.open.wait()
        if self.unavailable:
            raise Unavailable
        async with MemoryStore.transaction(self) as tx:
            yield tx

    transaction = _slow  # type: ignore[assignment]


async def put_two_keys(store: SlowStore) -> None:
    """Put two keys of one user into the store, whose buckets hold ten."""
    settings = OrgSettings(rate_limit_burst=10, rate_limit_per_minute=60)
    async with MemoryStore.transaction(store) as tx:
        await tx.put(ORGS, org(settings=settings))
        await tx.put(USERS, user())
        await tx.put(API_KEYS, api_key(token="one"))
        await tx.put(API_KEYS, api_key(id=uuid(55), token="two", expires_at=NOON + timedelta(minutes=1)))


def calls_of(token: str | None, count: int, *, cost: bool | None = True) -> list[PendingCall]:
    return [PendingCall(token, NOON, cost) for _ in range(count)]


def run_scenario(scenario: Callable[[SlowStore, Admission], Awaitable[None]]) -> None:
    async def run() -> None:
        store = SlowStore()
        await put_two_keys(store)
        await scenario(store, Admission(store, RandomSource(1), Clock(NOON)))

    asyncio.run(run())


async def start(store: SlowStore, admission: Admission, calls: list[PendingCall]) -> list[asyncio.Task[None]]:
    """Start to admit the calls, one after another, while the store makes them wait."""
    tasks = [asyncio.create_task(admission.admit(call)) for call in calls]
    await asyncio.sleep(0)
    return tasks


def test_waiting_calls_share_a_transaction_and_each_is_charged() -> None:
    async def scenario(store: SlowStore, admission: Admission) -> None:
        calls = calls_of("one", 12)
        tasks = await start(store, admission, calls)
        assert store.transactions == 1
        store.open.set()
        await asyncio.gather(*tasks)
        assert store.transactions == 2
        assert [call.quota.remaining for call in calls if call.quota] == [*range(9, -1, -1), 0, 0]
        assert [call.refusal is None for call in calls] == 10 * [True] + 2 * [False]
        assert {call.caller.key_id for call in calls} == {api_key().id}

    run_scenario(scenario)


def test_other_credentials_do_not_wait() -> None:
    async def scenario(store: SlowStore, admission: Admission) -> None:
        calls = [
            *calls_of("one", 2),
            *calls_of("two", 2),
            *calls_of("unknown", 1),
            *calls_of(None, 1),
        ]
        tasks = await start(store, admission, calls)
        assert store.transactions == 4
        store.open.set()
        await asyncio.gather(*tasks)
        assert [call.quota.remaining for call in calls[:4] if call.quota] == [9, 8, 9, 8]
        assert [call.caller is ANONYMOUS for call in calls] == 4 * [False] + 2 * [True]

    run_scenario(scenario)


def test_later_call_is_judged_at_its_own_time() -> None:
    async def scenario(store: SlowStore, admission: Admission) -> None:
        first = await start(store, admission, calls_of("two", 1))
        late = PendingCall("two", NOON + timedelta(minutes=2), True)
        last = await start(store, admission, [late])
        store.open.set()
        await asyncio.gather(*first, *last)
        assert late.caller is ANONYMOUS

    run_scenario(scenario)


def test_each_call_is_charged_its_own_cost() -> None:
    async def scenario(store: SlowStore, admission: Admission) -> None:
        calls = [
            *calls_of("one", 2),
            *calls_of("one", 1, cost=False),
            *calls_of("one", 1, cost=None),
            *calls_of("one", 1),
        ]
        tasks = await start(store, admission, calls)
        store.open.set()
        await asyncio.gather(*tasks)
        assert [call.quota and call.quota.remaining for call in calls] == [9, 8, 8, None, 7]

    run_scenario(scenario)


def test_unavailable_store_fails_all_waiting_calls_and_no_later_one() -> None:
    async def scenario(store: SlowStore, admission: Admission) -> None:
        store.unavailable = True
        tasks = await start(store, admission, calls_of("one", 3))
        store.open.set()
        assert [type(found) for found in await asyncio.gather(*tasks, return_exceptions=True)] == 3 * [Unavailable]
        store.unavailable = False
        again = calls_of("one", 1)[0]
        await admission.admit(again)
        assert again.quota
        assert again.quota.remaining == 9

    run_scenario(scenario)


@pytest.mark.parametrize("who", [0, 1])
def test_cancelled_call_does_not_block_the_others(who: int) -> None:
    async def scenario(store: SlowStore, admission: Admission) -> None:
        calls = calls_of("one", 3)
        tasks = await start(store, admission, calls)
        tasks[who].cancel()
        await asyncio.sleep(0)
        store.open.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert tasks[who].cancelled()
        assert all(call.quota for number, call in enumerate(calls) if number != who)

    run_scenario(scenario)
