"""Handles records that fall due: each names the instant at which its handler has to run.

In a cluster one replica schedules; the schedulers of the others are suspended.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from mockserver.domain.records import Record
from mockserver.runtime.clock import Clock
from mockserver.runtime.timers import Timer
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Store

#: Handles a record that has fallen due.
Handler = Callable[[Any], Awaitable[None]]


class Scheduler:
    """Keeps a timer for each record with a due instant; ``handlers`` has the handler of each kind, by the kind's name.

    Nothing is stored here that is not in the store: ``resume`` makes all timers anew.
    """

    def __init__(self, store: Store, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._timers: dict[str, Timer] = {}
        self._suspended = False
        self._changed: set[str] | None = None
        store.subscribe(self._on_change, lambda change: change.kind.name in handlers and _falls_due(change))

    async def resume(self) -> None:
        """Cancel all timers and schedule what the store holds; changes committed meanwhile win."""
        self.suspend()
        self._suspended = False
        changed = self._changed = set()
        async with self._store.snapshot() as tx:
            found = [(kinds.ALL[name], record) for name in self._handlers for record in await tx.due(kinds.ALL[name])]
        if self._changed is changed:
            self._changed = None
        for kind, record in found:
            if record.id not in changed:
                self._schedule(kind, record)

    def suspend(self) -> None:
        """Cancel all timers and ignore changes until ``resume``."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._suspended = True

    def _on_change(self, change: Change) -> None:
        if self._suspended:
            return
        record = change.after or change.before
        if record is not None:
            if self._changed is not None:
                self._changed.add(record.id)
            if timer := self._timers.pop(record.id, None):
                timer.cancel()
        if change.after is not None:
            self._schedule(change.kind, change.after)

    def _schedule(self, kind: Kind[Any], record: Record) -> None:
        when = _due(kind, record)
        if when is not None:
            handle = partial(self._handlers[kind.name], record)
            self._timers[record.id] = self._clock.call_at(when, handle, record.org_id)


def _falls_due(change: Change) -> bool:
    return any(record is not None and _due(change.kind, record) for record in (change.before, change.after))


def _due(kind: Kind[Any], record: Record) -> datetime | None:
    when: datetime | None = getattr(record, kind.due or "")
    return when
