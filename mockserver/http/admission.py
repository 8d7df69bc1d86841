"""The caller of each call, and what the caller's rate limit allows.

A transaction that charges a rate limit blocks all others of its org, so calls with one credential that arrive in the
meantime share the next transaction. In a store without waiting, each call has a transaction of its own.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from mockserver.domain.access import ANONYMOUS, Caller
from mockserver.domain.errors import RateLimited
from mockserver.domain.limits import Quota
from mockserver.operations import identity, rate_limits
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Store


class PendingCall(msgspec.Struct):
    """A call with a credential at a time, and the result of its admission: caller, quota, refusal.

    Admission sets the time to that of the caller's org. ``cost`` is whether the call is charged to the caller's rate
    limit; None leaves the quota out, too.
    """

    token: str | None
    now: datetime
    cost: bool | None
    caller: Caller = ANONYMOUS
    quota: Quota | None = None
    refusal: RateLimited | None = None


Waiter = tuple[PendingCall, "asyncio.Future[None]"]


class Admission:
    """Identifies callers and charges their rate limits, by what was committed before the call arrived."""

    def __init__(self, store: Store, random_source: RandomSource, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._random_source = random_source
        self._waiting: dict[str | None, list[Waiter]] = {}  # by the credentials that are being admitted
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, call: PendingCall) -> None:
        """Set the caller, the quota and the refusal of a call. Raises Unavailable."""
        waiting = self._waiting.get(call.token)
        if waiting is not None:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting.append((call, waiter))
            await waiter
            return
        self._waiting[call.token] = []
        try:
            await self._identify_and_charge([call])
        finally:
            self._admit_next(call.token)

    def _admit_next(self, token: str | None) -> None:
        if self._waiting[token]:
            task = asyncio.create_task(self._admit_waiting(token))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            del self._waiting[token]

    async def _admit_waiting(self, token: str | None) -> None:
        """Admit all waiting calls with a credential in one transaction, until no more are waiting."""
        while waiters := self._waiting[token]:
            self._waiting[token] = []
            try:
                await self._identify_and_charge([call for call, _ in waiters])
            except Exception as error:
                _resolve(waiters, error)
            else:
                _resolve(waiters, None)
        del self._waiting[token]

    async def _identify_and_charge(self, calls: Sequence[PendingCall]) -> None:
        """Identify the credential that all the calls have, and charge it for each of them."""
        last = calls[-1]
        async with self._store.transaction() as tx:
            if self._clock.own_clocks and (own := self._clock.own_clocks.get(await identity.org_of(tx, last.token))):
                for call in calls:
                    call.now = own.now()
            caller = await identity.identify(tx, last.token, last.now, self._random_source)
            for call in calls:
                call.caller = caller
                if call.cost is not None:
                    call.quota, call.refusal = await rate_limits.charge(tx, caller, call.now, cost=call.cost)


def _resolve(waiters: Sequence[Waiter], error: Exception | None) -> None:
    """Wake the calls that are still waiting, with an error or without."""
    for _, waiter in waiters:
        if not waiter.done():
            waiter.set_exception(error) if error else waiter.set_result(None)
