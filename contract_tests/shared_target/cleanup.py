"""What a run does for a target that it shares: it records what it creates, and removes all of it in the end."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from contract_tests import document
from contract_tests.actors import TargetError
from contract_tests.config import TargetConfig
from contract_tests.http import connections
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.write_guard import WriteGuard
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import API

#: The lists of objects that have a name, those first that refer to others.
_NAMED = tuple(f"{API}/{kind}" for kind in ("alert-rules", "webhooks", "cameras", "gateways", "users", "sites"))
_PAGE_SIZE, _MAX_PAGES = 100, 100
_TIMEOUT_SECONDS = 20.0


@contextmanager
def recorded(run_id: str, target: TargetConfig | None, file: Path | None) -> Iterator[Ledger | None]:
    """Keep a ledger for a shared target until the block ends, then remove what the run created.

    ``file`` is the target file. Raises LedgerError, and TargetError when something could not be removed.
    """
    if target is None or file is None or target.control is not None:
        yield None
        return
    ledger = Ledger.start(run_id, target.name, file)
    yield ledger
    remove_all(ledger, target)


def remove_all(ledger: Ledger, target: TargetConfig) -> None:
    """Remove what the run of the ledger created, and the ledger. Raises LedgerError, TargetError."""
    left = _remove(ledger, target) if target.writes else ledger.left()
    if left:
        run_id = ledger.heading()["run"]
        raise TargetError(f"not removed from the target: {', '.join(left)}; try novavms-contract clean --run {run_id}")
    ledger.close()


def _remove(ledger: Ledger, target: TargetConfig) -> list[str]:
    """Remove what the run created and return what could not be removed.

    That is what the ledger has, and everything whose name begins with the id of the run: the answer to a call that
    created something may have been lost.
    """
    run_id = ledger.heading()["run"]
    with connections.client(target.base_url, target.connection, timeout=_TIMEOUT_SECONDS) as http:
        guard = WriteGuard(target, http, ledger)
        left = ledger.left()
        left += [item for item in _named(guard, f"{run_id}-") if item not in left]
        referred_to = [item for item in left if not guard.remove(item)]
        return [item for item in referred_to if not guard.remove(item)]


def _named(guard: WriteGuard, prefix: str) -> list[str]:
    """Return the paths of the objects whose name begins with the prefix."""
    found = []
    for path in _NAMED:
        with suppress(Violation, Unavailable, TargetError, KeyError):
            found += [f"{path}/{row['id']}" for row in _rows(guard, path) if _name(row).startswith(prefix)]
    return found


def _name(row: dict[str, Any]) -> str:
    return str(row.get("name", row.get("display_name")))


def _rows(guard: WriteGuard, path: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list, page by page if it has pages."""
    listing = document.operation_at("GET", path)
    actor, cursor = guard.actor_with_role(listing.roles if listing else ()), None
    for _ in range(_MAX_PAGES):
        answer = actor.get(path, limit=_PAGE_SIZE, cursor=cursor)
        yield from answer.rows
        cursor = answer.json.get("next_cursor")
        if cursor is None:
            return
