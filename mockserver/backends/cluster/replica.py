"""One process of a mock that has several: it joins the others, stays with them, and comes back when it lost them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

import msgspec

from mockserver.backends.base import Ground
from mockserver.backends.cluster.bootstrap import meet
from mockserver.backends.cluster.clock_control import SharedHands
from mockserver.backends.cluster.faults import SharedSky
from mockserver.backends.cluster.journal import SharedAnnals
from mockserver.backends.cluster.shared_values import ORIGIN, Standing
from mockserver.backends.cluster.socket_owners import SharedClaims
from mockserver.backends.cluster.state import SharedWhole
from mockserver.domain.errors import Unavailable
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import Chance
from mockserver.scheduler import Agenda
from mockserver.settings import Settings
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.store import PostgresStore

_REBUILD = "rebuild"
_LOOK_ROUND, _TRY_AGAIN = 1.0, 0.1
_log = logging.getLogger(__name__)


class Replica:
    """A process among the others; ``rebuild`` begins another life in it. Raises StoreError, FixtureError."""

    def __init__(self, settings: Settings, rebuild: Callable[[Sequence[str]], Awaitable[None]]) -> None:
        self._origin = meet(settings)
        self._bus = Bus(settings.store)
        self._store = PostgresStore(settings.store, self._bus)
        self._store.usable = False
        self._kept = Standing(self._store.writers)
        self.annals = SharedAnnals(self._bus, self._store.writers, settings.journal_size)
        self._bus.obeyed[_REBUILD] = rebuild

    def ground(self, ids: Sequence[str] | None = None) -> Ground:
        """Return what a life under these wrong laws (None: those in force) stands on."""
        origin = self._origin if ids is None else msgspec.structs.replace(self._origin, mutants=tuple(ids))
        clock, chance = Clock(origin.start), Chance(origin.seed)
        sky = SharedSky(self._bus, self._kept, lambda: chance.fraction("fault"))
        self._claims = SharedClaims(self._bus, self._store, clock, chance)
        self._store.forget_listeners()
        return Ground(
            origin=origin,
            store=self._store,
            clock=clock,
            hands=SharedHands(clock, self._bus, self._store.writers),
            chance=chance,
            annals=self.annals,
            sky=sky,
            claims=self._claims,
            whole=partial(self._part, clock, chance, sky),
        )

    async def rebuild(self, ids: Sequence[str]) -> None:
        """Put these wrong laws in force in every replica, also in those that join later."""
        await self._kept.save({ORIGIN: msgspec.structs.replace(self._origin, mutants=tuple(ids))})
        await self._bus.everyone(_REBUILD, list(ids))

    @asynccontextmanager
    async def present(self, begin: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Take part until the block ends; what the world begins with is there already."""
        await self._join()
        staying = asyncio.create_task(self._stay())
        try:
            yield
        finally:
            staying.cancel()
            with suppress(asyncio.CancelledError):
                await staying
            self._store.usable = False
            with suppress(Unavailable):
                await self.annals.write_down()
            await self._bus.leave()
            await self._store.close()

    def _part(
        self, clock: Clock, chance: Chance, sky: SharedSky, agenda: Agenda, hang_up: Callable[[], Awaitable[None]]
    ) -> SharedWhole:
        """Return this replica's part in the whole, from now on the one that joins, leads and rests."""
        self._whole = SharedWhole(self._bus, self._store, self._kept, clock, chance, self.annals, sky, agenda, hang_up)
        return self._whole

    async def _join(self) -> None:
        """Join the others and take up what they have agreed on, however often that has to be tried."""
        while True:
            try:
                await self._bus.join()
                await self._whole.rise()
            except Unavailable:
                await asyncio.sleep(_TRY_AGAIN)
            else:
                return

    async def _stay(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_LOOK_ROUND):
                    await self._bus.lost.wait()
            except TimeoutError:
                await self._look_round()
            else:
                await self._come_back()

    async def _look_round(self) -> None:
        """Take over from whoever died."""
        try:
            await self._whole.lead()
            if self._bus.leads:
                await self._claims.bury()
        except Unavailable:
            return  # the next round tries again, or finds that the company is lost

    async def _come_back(self) -> None:
        """End everything that presumes the others, and join them anew under another number."""
        self._store.usable = False
        _log.warning("the database is out of reach")
        await self._whole.rest()
        await self._bus.leave()
        await self._join()
        _log.warning("the database is back")
