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
from mockserver.operations import identity
from mockserver.runtime.random_source import Chance
from mockserver.store.base import Store


class Guest(msgspec.Struct):
    """A call at an instant: what it costs (None: its bucket is nobody's business), and what was found out."""

    token: str | None
    now: datetime
    cost: bool | None
    caller: Caller = ANONYMOUS
    quota: Quota | None = None
    refusal: RateLimited | None = None


Turn = tuple[Guest, "asyncio.Future[None]"]


class Admission:
    """Identifies and charges; whatever is committed before a call came is known to it."""

    def __init__(self, store: Store, chance: Chance) -> None:
        self._store = store
        self._chance = chance
        self._waiting: dict[str | None, list[Turn]] = {}  # by the credentials that are looked at just now
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, guest: Guest) -> None:
        """Find out who calls and what their bucket allows. Raises Unavailable."""
        waiting = self._waiting.get(guest.token)
        if waiting is not None:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting.append((guest, turn))
            await turn
            return
        self._waiting[guest.token] = []
        try:
            await self._look([guest])
        finally:
            self._go_on(guest.token)

    def _go_on(self, token: str | None) -> None:
        if self._waiting[token]:
            task = asyncio.create_task(self._admit_waiting(token))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            del self._waiting[token]

    async def _admit_waiting(self, token: str | None) -> None:
        """Admit all who wait at once, until nobody does."""
        while turns := self._waiting[token]:
            self._waiting[token] = []
            try:
                await self._look([guest for guest, _ in turns])
            except Exception as error:
                _tell(turns, error)
            else:
                _tell(turns, None)
        del self._waiting[token]

    async def _look(self, guests: Sequence[Guest]) -> None:
        """Identify the credential that all of them have, and charge it for each."""
        last = guests[-1]
        async with self._store.transaction() as tx:
            caller = await identity.identify(tx, last.token, last.now, self._chance)
            for guest in guests:
                guest.caller = caller
                if guest.cost is not None:
                    guest.quota, guest.refusal = await identity.charge(tx, caller, guest.now, cost=guest.cost)


def _tell(turns: Sequence[Turn], error: Exception | None) -> None:
    """Let those go on who still wait."""
    for _, turn in turns:
        if not turn.done():
            turn.set_exception(error) if error else turn.set_result(None)
