"""Existing events that the target file permits to change: recorded as they are before, and changed back in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.actors import Actor, TargetError
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.paths import path_of
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import EVENTS

_PAGE_SIZE, _MAX_READS = 100, 10
#: What an update may change, and what it changes beside.
_CHANGEABLE = ("acknowledged", "starred", "notes")
_RECORDED = (*_CHANGEABLE, "acknowledged_by", "acknowledged_at")
JSON = dict[str, Any]


@dataclass(frozen=True)
class ChangedEvents:
    """The events that a run changes; the ledger has them as they were."""

    ledger: Ledger

    def choose(self, reader: Actor) -> str:
        """Return the path of an event that is not acknowledged, with notes if one of the first has some.

        It is recorded as it is. Raises Unavailable.
        """
        taken, found = self.ledger.changed(), dict[str, JSON]()
        for row in reader.get(EVENTS, limit=_PAGE_SIZE).rows:
            path = path_of(row, EVENTS)
            if row.get("acknowledged") is False and path not in taken and len(found) < _MAX_READS:
                found[path] = _recorded(reader.get(path).json)
        restorable = {path: fields for path, fields in found.items() if _can_be_restored(fields)}
        if not restorable:
            raise Unavailable("needs an event that is not acknowledged, and that can be changed back")
        path = next((path for path, fields in restorable.items() if fields["notes"]), next(iter(restorable)))
        self.ledger.record_changed(path, restorable[path])
        return path

    def permits(self, method: str, item: str, body: Any) -> bool:
        """Whether a call changes such an event in a way that can be taken back; notes cannot be where there were none.

        Raises Unavailable.
        """
        before = self.ledger.changed().get(item) if method == "PATCH" else None
        if before is None:
            return False
        changed = body if isinstance(body, dict) else {}
        if not changed.keys() <= {*_CHANGEABLE}:
            return False
        if "notes" in changed and not before["notes"]:
            raise Unavailable("would write notes on an event without, and no page says how to remove them again")
        return True

    def restore(self, actors: Sequence[Actor]) -> list[str]:
        """Change every event back and return the paths of those that are not as they were."""
        for path, before in self.ledger.changed().items():
            if any(_restored(actor, path, before) for actor in actors):
                self.ledger.record_restored(path)
        return list(self.ledger.changed())


def _recorded(event: Any) -> JSON:
    return {name: event.get(name, "missing") for name in _RECORDED} if isinstance(event, dict) else {}


def _can_be_restored(fields: JSON) -> bool:
    """Whether an event can be changed back by setting what an update may set."""
    known = fields.get("acknowledged") is False and isinstance(fields.get("starred"), bool)
    return known and fields["notes"] != "missing"


def _restored(actor: Actor, path: str, before: JSON) -> bool:
    """Change an event back and return whether it is as it was."""
    fields = {name: before[name] for name in _CHANGEABLE if before[name] is not None}
    try:
        actor.patch(path, fields)
        return _recorded(actor.get(path).json) == before
    except (Violation, Unavailable, TargetError):
        return False
