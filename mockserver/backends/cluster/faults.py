"""The faults of all replicas: each replica caches them, and matches are counted in the database."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.backends.cluster import shared_values
from mockserver.backends.cluster.shared_values import FAULTS, SharedValues
from mockserver.runtime.faults import CallInfo, Fault, Faults
from mockserver.store.postgres.bus import Bus

_REFRESH = "refresh faults"


class SharedFaultRegistry:
    """The faults as this replica last read them; one that looks unspent may be spent, never the reverse."""

    def __init__(self, bus: Bus, values: SharedValues, random_source: Callable[[], float]) -> None:
        self._bus = bus
        self._values = values
        self._random_source = random_source
        self._cached: list[Fault] = []
        self._refreshing = asyncio.Lock()
        bus.handlers[_REFRESH] = self._on_refresh

    def __len__(self) -> int:
        return len(self._cached)

    async def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that applies to this call, if any, and count the match."""
        if not any(fault.concerns(call) and not fault.spent() for fault in self._cached):
            return None
        async with self._values.changing(FAULTS, shared_values.Faults) as locked:
            faults = Faults(self._random_source)
            faults.restore(locked.value.faults)
            found = faults.match(call)
            locked.value = shared_values.Faults(locked.value.added, faults.dump())
        if found is None or found.times is not None:
            await self.refresh()
        return found

    def seconds(self, fault: Fault) -> float:
        """Return by how many seconds a fault delays its call."""
        return Faults(self._random_source).seconds(fault)

    async def add(self, fault: Fault) -> Fault:
        """Add a fault."""
        async with self._values.changing(FAULTS, shared_values.Faults) as locked:
            added = locked.value.added + 1
            numbered = msgspec.structs.replace(fault, id=added, matched=0)
            locked.value = shared_values.Faults(added, [*locked.value.faults, numbered])
        await self._bus.broadcast(_REFRESH)
        return numbered

    async def clear(self) -> None:
        """Remove all faults."""
        async with self._values.changing(FAULTS, shared_values.Faults) as locked:
            locked.value = shared_values.Faults(locked.value.added, [])
        await self._bus.broadcast(_REFRESH)

    async def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""
        return (await self._values.read(FAULTS, shared_values.Faults)).faults

    async def refresh(self) -> None:
        """Read the faults from the database."""
        async with self._refreshing:
            self._cached = await self.dump()

    async def _on_refresh(self, _: Any) -> None:
        await self.refresh()
