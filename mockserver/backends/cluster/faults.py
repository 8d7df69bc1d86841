"""The faults of all replicas: each knows which calls they concern, and hits are counted where all see them."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.backends.cluster import shared_values
from mockserver.backends.cluster.shared_values import FAULTS, Standing
from mockserver.runtime.faults import Case, Fault, Faults
from mockserver.store.postgres.bus import Bus

_LOOK_UP = "look up"


class SharedSky:
    """Faults in force, as this replica last saw them; one that looks unspent may be spent, never the reverse."""

    def __init__(self, bus: Bus, kept: Standing, chance: Callable[[], float]) -> None:
        self._bus = bus
        self._kept = kept
        self._chance = chance
        self._seen: list[Fault] = []
        self._looking = asyncio.Lock()
        bus.obeyed[_LOOK_UP] = self._look_up

    def __len__(self) -> int:
        return len(self._seen)

    async def strike(self, case: Case) -> Fault | None:
        """Return the fault that hits this call, if any, and count the hit."""
        if not any(fault.concerns(case) and not fault.spent() for fault in self._seen):
            return None
        async with self._kept.changing(FAULTS, shared_values.Faults) as held:
            faults = Faults(self._chance)
            faults.restore(held.value.faults)
            struck = faults.strike(case)
            held.value = shared_values.Faults(held.value.added, faults.dump())
        if struck is None or struck.times is not None:
            await self.look_up()
        return struck

    def seconds(self, fault: Fault) -> float:
        """Return for how long a fault holds its call back."""
        return Faults(self._chance).seconds(fault)

    async def add(self, fault: Fault) -> Fault:
        """Put a fault in force."""
        async with self._kept.changing(FAULTS, shared_values.Faults) as held:
            added = held.value.added + 1
            numbered = msgspec.structs.replace(fault, id=added, matched=0)
            held.value = shared_values.Faults(added, [*held.value.faults, numbered])
        await self._bus.everyone(_LOOK_UP)
        return numbered

    async def clear(self) -> None:
        """Take all faults out of force."""
        async with self._kept.changing(FAULTS, shared_values.Faults) as held:
            held.value = shared_values.Faults(held.value.added, [])
        await self._bus.everyone(_LOOK_UP)

    async def dump(self) -> list[Fault]:
        """Return all faults, the spent ones too, oldest first."""
        return (await self._kept.read(FAULTS, shared_values.Faults)).faults

    async def look_up(self) -> None:
        """Learn which faults are in force."""
        async with self._looking:
            self._seen = await self.dump()

    async def _look_up(self, _: Any) -> None:
        await self.look_up()
