"""What falls due: records that name an instant at which something is to happen to them.

Where several processes are one mock, one of them has the agenda and the others rest.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from mockserver.domain.records import Record
from mockserver.runtime.clock import Alarm, Clock
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Store

#: What happens to a record of a kind when it falls due.
Handler = Callable[[Any], Awaitable[None]]


class Scheduler:
    """Wakes each due record's act at its instant; the store is the only memory of what is due."""

    def __init__(self, store: Store, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._alarms: dict[str, Alarm] = {}
        self._suspended = False
        self._changed: set[str] = set()
        store.subscribe(self._on_change, lambda change: change.kind.name in handlers and _falls_due(change))

    async def resume(self) -> None:
        """Forget what was due and take up what is due in the store; what changes meanwhile is known already."""
        self.suspend()
        self._suspended = False
        self._changed.clear()
        async with self._store.snapshot() as tx:
            found = [(kinds.ALL[name], record) for name in self._handlers for record in await tx.due(kinds.ALL[name])]
        for kind, record in found:
            if record.id not in self._changed:
                self._schedule(kind, record)

    def suspend(self) -> None:
        """Forget what was due, and care for nothing until the agenda is taken up."""
        for alarm in self._alarms.values():
            alarm.cancel()
        self._alarms.clear()
        self._suspended = True

    def _on_change(self, change: Change) -> None:
        if self._suspended:
            return
        record = change.after or change.before
        if record is not None:
            self._changed.add(record.id)
            if alarm := self._alarms.pop(record.id, None):
                alarm.cancel()
        if change.after is not None:
            self._schedule(change.kind, change.after)

    def _schedule(self, kind: Kind[Any], record: Record) -> None:
        when = _due(kind, record)
        if when is not None:
            self._alarms[record.id] = self._clock.call_at(when, partial(self._handlers[kind.name], record))


def _falls_due(change: Change) -> bool:
    return any(record is not None and _due(change.kind, record) for record in (change.before, change.after))


def _due(kind: Kind[Any], record: Record) -> datetime | None:
    when: datetime | None = getattr(record, kind.due or "")
    return when
