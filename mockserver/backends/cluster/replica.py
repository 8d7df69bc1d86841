"""The backend of one process among several: it joins the others, takes over from dead ones, rejoins after outages."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

import msgspec

from mockserver.backends.base import Components, InitialState, Restart
from mockserver.backends.cluster.bootstrap import bootstrap, refill
from mockserver.backends.cluster.clock_control import SharedClockControl, SharedOrgClockControl
from mockserver.backends.cluster.faults import SharedFaultRegistry
from mockserver.backends.cluster.journal import SharedJournal
from mockserver.backends.cluster.shared_values import INITIAL_STATE, SharedValues
from mockserver.backends.cluster.socket_owners import SharedSocketOwners
from mockserver.backends.cluster.state import SharedStateManager
from mockserver.domain.errors import Unavailable
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.scheduler import Scheduler
from mockserver.settings import Settings
from mockserver.store.base import StoreError
from mockserver.store.postgres import schema
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import SchemaLost
from mockserver.store.postgres.store import PostgresStore

_RESTART = "restart"
_CHECK_INTERVAL_SECONDS, _RETRY_SECONDS = 1.0, 0.1
_log = logging.getLogger(__name__)


class Cluster:
    """The backend of one process among several that share a database. Raises StoreError, FixtureError."""

    def __init__(self, settings: Settings) -> None:
        self._dsn = settings.store
        self._initial_state = bootstrap(settings)
        self._schema_lost = False
        self._bus = Bus(settings.store)
        self._store = PostgresStore(settings.store, self._bus)
        self._store.available = False
        self._values = SharedValues(self._store.writers)
        self.journal = SharedJournal(self._bus, self._store.writers, settings.journal_size)

    def components(self, mutants: Sequence[str] | None = None) -> Components:
        """Return new components for an app instance with these mutants active (None: those of the initial state)."""
        initial_state = self._initial_state
        if mutants is not None:
            initial_state = msgspec.structs.replace(initial_state, mutants=tuple(mutants))
        clock, random_source = Clock(initial_state.start), RandomSource(initial_state.seed)
        faults = SharedFaultRegistry(self._bus, self._values, lambda: random_source.fraction("fault"))
        self._socket_owners = SharedSocketOwners(self._bus, self._store, clock, random_source)
        self._store.unsubscribe_all()
        return Components(
            initial_state=initial_state,
            store=self._store,
            clock=clock,
            clock_control=SharedClockControl(clock, self._bus, self._store.writers),
            org_clock_control=partial(SharedOrgClockControl, clock, self._bus, self._store.writers),
            random_source=random_source,
            journal=self.journal,
            faults=faults,
            socket_owners=self._socket_owners,
            state_manager=partial(self._new_state_manager, initial_state, clock, random_source, faults),
        )

    async def restart_everywhere(self, mutants: Sequence[str]) -> None:
        """Restart the app instance of every replica with these mutants active, also of those that join later."""
        await self._values.save({INITIAL_STATE: msgspec.structs.replace(self._initial_state, mutants=tuple(mutants))})
        await self._bus.broadcast(_RESTART, list(mutants))

    @asynccontextmanager
    async def running(self, restart: Restart, seed: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Take part until the block ends; the database was seeded when it was empty, so ``seed`` is not called."""
        self._bus.handlers[_RESTART] = restart
        await self._join()
        watcher = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher
            self._store.available = False
            with suppress(Unavailable):
                await self.journal.flush()
            await self._bus.leave()
            await self._store.close()

    def _new_state_manager(
        self,
        initial_state: InitialState,
        clock: Clock,
        random_source: RandomSource,
        faults: SharedFaultRegistry,
        scheduler: Scheduler,
        close_sockets: Callable[[], Awaitable[None]],
    ) -> SharedStateManager:
        """Return the state manager of the app instance; from now on this replica joins and leads with it."""

        async def recreate_schema() -> None:
            await schema.recreate(self._dsn)
            await self._values.save({INITIAL_STATE: initial_state})

        self._state_manager = SharedStateManager(
            self._bus,
            self._store,
            self._values,
            clock,
            random_source,
            self.journal,
            faults,
            scheduler,
            close_sockets,
            recreate_schema,
        )
        return self._state_manager

    async def _join(self) -> None:
        """Join the other replicas and apply the shared state, retrying until the database answers."""
        while True:
            try:
                await self._bus.join()
                await self._state_manager.resume()
            except SchemaLost:
                await self._refill()
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _refill(self) -> None:
        """Fill a database that was emptied, as at the start."""
        try:
            await refill(self._dsn, self._initial_state)
        except StoreError:
            await asyncio.sleep(_RETRY_SECONDS)

    async def _watch(self) -> None:
        """Check for dead replicas at intervals, and rejoin after the database was lost."""
        while True:
            try:
                async with asyncio.timeout(_CHECK_INTERVAL_SECONDS):
                    await self._bus.lost.wait()
            except TimeoutError:
                await self._check_replicas()
            else:
                await self._rejoin()

    async def _check_replicas(self) -> None:
        """Lead if no live replica does; the leader marks the gateways of dead replicas as disconnected."""
        try:
            await self._bus.ping()
            await self._state_manager.lead()
            if self._bus.is_leader:
                await self._check_schema()
                await self._socket_owners.reap_dead()
        except Unavailable:
            return  # the next check tries again, or finds that the connection is lost

    async def _check_schema(self) -> None:
        """Write to the log, once, that the schema is lost. Raises Unavailable."""
        try:
            await self._store.check()
        except SchemaLost as error:
            if not self._schema_lost:
                _log.warning("answering 503: %s", error)
            self._schema_lost = True
            raise
        self._schema_lost = False

    async def _rejoin(self) -> None:
        """Stop everything that depends on the other replicas, and join them again under another number."""
        self._store.available = False
        self._store.abort()
        _log.warning("lost the connection to the database; answering 503 until it is back")
        await self._state_manager.suspend()
        await self._bus.leave()
        await self._join()
        _log.warning("reconnected to the database")
