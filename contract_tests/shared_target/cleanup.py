"""What a run does for a target that it shares: it records what it creates, and removes all of it in the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract_tests import document
from contract_tests.actors import TargetError
from contract_tests.config import TargetConfig
from contract_tests.http import connections
from contract_tests.output.texts import shorten, visible
from contract_tests.shared_target.ledger import HOME, Ledger, Made, PendingCall
from contract_tests.shared_target.lists import name_of, paged_rows
from contract_tests.shared_target.paths import path_of, triggered_camera
from contract_tests.shared_target.throttle import Throttle
from contract_tests.shared_target.write_guard import WriteGuard
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import API, EVENTS

#: The lists of objects that have a name, those first that refer to others.
_NAMED = tuple(f"{API}/{kind}" for kind in ("alert-rules", "webhooks", "cameras", "gateways", "users", "sites"))
#: How often the removal is tried: an object may refer to one that is removed later.
_ATTEMPTS = 2
_TIMEOUT_SECONDS = 20.0
Rows = list[dict[str, Any]]


def start(run_id: str, target: TargetConfig | None, file: Path | None) -> Ledger | None:
    """Begin the ledger of a run on a shared target, None for any other; ``file`` is the target file.

    Raises LedgerError.
    """
    if target is None or file is None or target.control is not None:
        return None
    return Ledger.start(run_id, target.name, file)


def remove_all(ledger: Ledger, target: TargetConfig, throttle_file: Path | None = None) -> list[str]:
    """Remove what the run of the ledger created, then the ledger, and return what is left or may be left.

    The ledger is kept if something is; ``throttle_file`` is the file that throttles share. Raises LedgerError.
    """
    try:
        left = _Removal.of(ledger, target, throttle_file) if target.writes else [str(made) for made in ledger.left()]
    except KeyboardInterrupt:
        left = [*map(str, ledger.left()), "whatever the lists would have shown, as the removal was interrupted"]
    if not left:
        ledger.close()
    return [visible(shorten(text)) for text in left]


def description(left: Sequence[str], run_id: str) -> str:
    """Return what a command says of what is left."""
    return f"not removed from the target: {', '.join(left)}; `novavms-contract clean --run {run_id}` tries again"


@dataclass(frozen=True)
class _Removal:
    """The removal of what a run created: by its ledger, and by the names of what it created without an answer."""

    guard: WriteGuard
    made: Sequence[Made]
    prefix: str

    @classmethod
    def of(cls, ledger: Ledger, target: TargetConfig, throttle_file: Path | None) -> list[str]:
        """Remove what a run created and return what is left."""
        throttle = Throttle(target.requests_per_minute, throttle_file)
        with connections.client(target.base_url, target.connection, timeout=_TIMEOUT_SECONDS) as http:
            guard = WriteGuard(target, http, ledger, throttle)
            return cls(guard, ledger.made(), f"{ledger.heading()['run']}-").run()

    def run(self) -> list[str]:
        """Remove everything and return what is left; the lists are read again after a removal."""
        changed = self.guard.changed_events.restore(self.guard.actors_of(HOME, document.ROLES[1:]))
        lists = self._lists()
        left = self._left(lists)
        if left:
            for _ in range(_ATTEMPTS):
                left = [made for made in left if not self.guard.remove(made)]
            lists = self._lists()
        still = {made.path: made for made in [*left, *self._shown(lists)]}
        differing = [f"{path} as it was" for path in changed]
        return list(dict.fromkeys([*differing, *map(str, still.values()), *self._doubts(lists)]))

    def _lists(self) -> dict[tuple[str, str], Rows | None]:
        """Return the lists of every org by their paths, None for those that no actor of the org can read.

        The list of events is that of the cameras that the run has triggered.
        """
        found = {(org, path): self._read(org, path) for org in self.guard.orgs for path in _NAMED}
        return found | {(org, EVENTS): self._events(org) for org in self.guard.orgs}

    def _events(self, org: str) -> Rows | None:
        """Return the events of the cameras of an org that the run has triggered, None if some cannot be read."""
        cameras = dict.fromkeys(triggered_camera(*call.call.split(" ", 1)) for call in self.guard.ledger.calls(org))
        found = [self.guard.events_of(camera, org) for camera in cameras if camera]
        return None if None in found else [row for rows in found for row in rows or ()]

    def _left(self, lists: dict[tuple[str, str], Rows | None]) -> list[Made]:
        left = self.guard.ledger.left()
        paths = {made.path for made in left}
        return [made for made in self._shown(lists) if made.path not in paths] + left

    def _shown(self, lists: dict[tuple[str, str], Rows | None]) -> list[Made]:
        """Return the objects in the lists that the run created: by the ledger, or by the prefix of their names."""
        known, found = {made.path: made for made in self.made}, []
        for (org, path), rows in lists.items():
            for row in rows or ():
                one = path_of(row, path)
                if path == EVENTS or one in known or (name_of(row) or "").startswith(self.prefix):
                    found.append(replace(known.get(one, Made(one)), org=org))
        return found

    def _doubts(self, lists: dict[tuple[str, str], Rows | None]) -> Iterator[str]:
        """Yield what may be left: calls of which neither an answer nor a list says whether they created something."""
        for call in self.guard.ledger.pending():
            operation = document.operation_at(*call.call.split(" ", 1))
            path = operation.created_in if operation else None
            if path is None:
                continue
            rows = lists.get((call.org, path))
            if rows is None:
                yield f"what {call} may have created (it got no answer, and it cannot be found in {path})"
            elif not (call.name or "").startswith(self.prefix) and self._may_show(rows, path, call):
                yield f"what {call} may have created (it got no answer, and {path} shows that name)"

    def _may_show(self, rows: Rows, path: str, call: PendingCall) -> bool:
        """Whether a list has an object of the name that is not known to be of another call."""
        known = {made.path for made in self.made}
        return any(name_of(row) == call.name and path_of(row, path) not in known for row in rows)

    def _read(self, org: str, path: str) -> Rows | None:
        """Return the objects of a list as an actor of the org reads it, None if none can."""
        listing = document.operation_at("GET", path)
        for actor in self.guard.actors_of(org, listing.roles if listing else ()):
            try:
                return list(paged_rows(actor, path))
            except (Violation, Unavailable, TargetError):
                continue
        return None
