"""The faults of all replicas: each replica caches them, and matches are counted in the database."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

import msgspec

from mockserver.backends.cluster.shared_values import FAULTS, SharedValues, StoredFaults
from mockserver.runtime.fault_list import FaultList, require_room, size
from mockserver.runtime.faults import CallInfo, Effects, Fault
from mockserver.store.postgres.bus import Bus

_REFRESH = "refresh faults"


class SharedFaultRegistry:
    """The faults in the database, cached as of the last refresh.

    A fault of the cache may have been used up since, but never the reverse. ``random`` returns a number from 0 to 1.
    """

    def __init__(self, bus: Bus, values: SharedValues, random: Callable[[], float]) -> None:
        self._bus = bus
        self._values = values
        self._random = random
        self._cached = FaultList(random)
        self._refresh_lock = asyncio.Lock()
        bus.handlers[_REFRESH] = self._on_refresh

    def __len__(self) -> int:
        return len(self._cached)

    async def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that applies to this call, if any, and count the match."""
        if not self._cached.matches(call):
            return None
        async with self._values.locked_value(FAULTS, StoredFaults) as locked:
            fault_list = FaultList(self._random)
            fault_list.restore(locked.value.faults)
            found = fault_list.match(call)
            locked.value = StoredFaults(locked.value.added, fault_list.dump())
        if found is None or found.limit is not None:
            await self.refresh()
        return found

    def seconds(self, effects: Effects) -> float:
        """Return by how many seconds effects delay their call."""
        return self._cached.seconds(effects)

    async def add(self, fault: Fault) -> Fault:
        """Add a fault and return it with its id."""
        async with self._values.locked_value(FAULTS, StoredFaults) as locked:
            require_room(len(locked.value.faults), sum(map(size, locked.value.faults)), fault)
            added = locked.value.added + 1
            numbered = msgspec.structs.replace(fault, id=added, matched=0)
            locked.value = StoredFaults(added, [*locked.value.faults, numbered])
        await self._bus.broadcast(_REFRESH)
        return numbered

    async def remove(self, ids: Collection[int]) -> None:
        """Remove the faults with these ids."""
        async with self._values.locked_value(FAULTS, StoredFaults) as locked:
            kept = [fault for fault in locked.value.faults if fault.id not in ids]
            locked.value = StoredFaults(locked.value.added, kept)
        await self._bus.broadcast(_REFRESH)

    async def clear(self) -> None:
        """Remove all faults."""
        async with self._values.locked_value(FAULTS, StoredFaults) as locked:
            locked.value = StoredFaults(locked.value.added, [])
        await self._bus.broadcast(_REFRESH)

    async def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""
        return (await self._values.read(FAULTS, StoredFaults)).faults

    async def refresh(self) -> None:
        """Read the faults from the database."""
        async with self._refresh_lock:
            self._cached.restore(await self.dump())

    async def _on_refresh(self, _: Any) -> None:
        await self.refresh()
