"""What falls due: records that name an instant at which something is to happen to them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from mockserver.clock import Alarm, Clock
from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Query, Store

#: What happens to a record of a kind when it falls due.
Act = Callable[[Any], Awaitable[None]]


class Agenda:
    """Wakes each due record's act at its instant; the store is the only memory of what is due."""

    def __init__(self, store: Store, clock: Clock, acts: Mapping[str, Act]) -> None:
        self._store = store
        self._clock = clock
        self._acts = acts
        self._alarms: dict[str, Alarm] = {}
        store.subscribe(self._on_change)

    async def take_up(self) -> None:
        """Forget what was due and take up what is due in the store, whose content was replaced."""
        for alarm in self._alarms.values():
            alarm.cancel()
        self._alarms.clear()
        async with self._store.transaction() as tx:
            for org_id in await tx.orgs():
                for name in self._acts:
                    for record in await tx.select(Query(kinds.ALL[name], org_id)):
                        self._schedule(kinds.ALL[name], record)

    def _on_change(self, change: Change) -> None:
        if change.kind.name not in self._acts:
            return
        if change.before is not None and (alarm := self._alarms.pop(change.before.id, None)):
            alarm.cancel()
        if change.after is not None:
            self._schedule(change.kind, change.after)

    def _schedule(self, kind: Kind[Any], record: Record) -> None:
        when: datetime | None = getattr(record, kind.due or "")
        if when is not None:
            self._alarms[record.id] = self._clock.call_at(when, partial(self._acts[kind.name], record))
