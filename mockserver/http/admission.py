"""Who calls, and what their bucket allows.

A transaction that charges a bucket keeps all others of its org waiting, so calls with one credential that meanwhile
wait for one another share the next. In a store that does not wait, each call has its own.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from mockserver.domain.access import ANONYMOUS, Caller
from mockserver.domain.errors import RateLimited
from mockserver.domain.limits import Quota
from mockserver.operations import identity, rate_limits
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Store


class PendingCall(msgspec.Struct):
    """A call at an instant: what it costs (None: its bucket is nobody's business), and what was found out."""

    token: str | None
    now: datetime
    cost: bool | None
    caller: Caller = ANONYMOUS
    quota: Quota | None = None
    refusal: RateLimited | None = None


Waiter = tuple[PendingCall, "asyncio.Future[None]"]


class Admission:
    """Identifies and charges; whatever is committed before a call came is known to it."""

    def __init__(self, store: Store, random_source: RandomSource) -> None:
        self._store = store
        self._random_source = random_source
        self._waiting: dict[str | None, list[Waiter]] = {}  # by the credentials that are looked at just now
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, call: PendingCall) -> None:
        """Find out who calls and what their bucket allows. Raises Unavailable."""
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
        """Admit all who wait at once, until nobody does."""
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
        """Identify the credential that all of them have, and charge it for each."""
        last = calls[-1]
        async with self._store.transaction() as tx:
            caller = await identity.identify(tx, last.token, last.now, self._random_source)
            for call in calls:
                call.caller = caller
                if call.cost is not None:
                    call.quota, call.refusal = await rate_limits.charge(tx, caller, call.now, cost=call.cost)


def _resolve(waiters: Sequence[Waiter], error: Exception | None) -> None:
    """Let those go on who still wait."""
    for _, waiter in waiters:
        if not waiter.done():
            waiter.set_exception(error) if error else waiter.set_result(None)
