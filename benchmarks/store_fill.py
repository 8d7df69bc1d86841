"""Writes EVENTS events to the memory store, and prints the rate of inserts and the memory that they take.

python -m benchmarks.store_fill EVENTS
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mockserver.domain import sample_data
from mockserver.domain.events import Event
from mockserver.runtime.random_source import RandomSource
from mockserver.store.kinds import EVENTS
from mockserver.store.memory import MemoryStore

_TRANSACTION_EVENTS = 1_000
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


async def fill(count: int) -> str:
    """Write the events and return the figures as text."""
    store, before, seconds = MemoryStore(), _memory(), 0.0
    for batch in _batches(count):
        started = time.perf_counter()
        async with store.transaction() as tx:
            for event in batch:
                await tx.put(EVENTS, event)
        seconds += time.perf_counter() - started
    grown = _memory() - before
    return f"{count:,} events: {count / seconds:,.0f} inserts/s, {grown / 1e6:,.0f} MB, {grown / count:,.0f} bytes each"


def _batches(count: int) -> Iterator[list[Event]]:
    random_source = RandomSource(1)
    rng, cameras = random_source.generator("events"), [random_source.uuid() for _ in range(50)]
    for start in range(0, count, _TRANSACTION_EVENTS):
        batch = []
        for number in range(start, min(count, start + _TRANSACTION_EVENTS)):
            fields = sample_data.event_fields(rng, random_source.uuid(), _FIRST + timedelta(seconds=20 * number), {})
            batch.append(Event(**fields | {"org_id": "org", "camera_id": rng.choice(cameras)}))
        yield batch


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(asyncio.run(fill(int(sys.argv[1]))))
