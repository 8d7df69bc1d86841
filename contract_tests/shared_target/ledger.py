"""The ledger of a run on a shared target: every call that may create something, what was created, what was removed.

It is a file of JSON lines in the user's state folder, so that what a killed run left behind can be removed later; it
is deleted when nothing is left.
"""

import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contract_tests import jsonl

#: The orgs of a target file: that of most actors, and that of the actor ``outsider``.
HOME, OUTSIDE = "home", "outsider"
_QUIET_SECONDS = 2.0
_OF_OUTSIDER = " in the outsider's org"


class LedgerError(ValueError):
    """The ledger does not exist, or cannot be written or read."""


@dataclass(frozen=True)
class Made:
    """An object that the run has created: its path, and the org and the actor that it was created by, where known."""

    path: str
    org: str | None = None
    creator: str | None = None

    def __str__(self) -> str:
        return f"{self.path}{_OF_OUTSIDER if self.org == OUTSIDE else ''}"


@dataclass(frozen=True)
class PendingCall:
    """A call that may have created an object: its org, the actor that made it, where known, and the object's name."""

    call: str
    org: str
    creator: str | None
    name: str | None

    def __str__(self) -> str:
        named = f" of {self.name!r}" if self.name is not None else ""
        return f"{self.call}{named}{_OF_OUTSIDER if self.org == OUTSIDE else ''}"


@dataclass(frozen=True)
class Ledger:
    """One run's ledger."""

    path: Path

    @classmethod
    def start(cls, run: str, target: str, config: Path) -> "Ledger":
        """Create the ledger of a run on a target of a target file (``config``). Raises LedgerError."""
        ledger = cls(state_folder() / f"{run}.jsonl")
        try:
            ledger._write(run=run, target=target, config=str(config.resolve()))
        except OSError as error:
            raise LedgerError(f"{ledger.path}: {error.strerror}; set XDG_STATE_HOME to another folder") from None
        return ledger

    @classmethod
    def of(cls, run: str) -> "Ledger":
        """Return the ledger of an earlier run. Raises LedgerError."""
        ledger = cls(state_folder() / f"{run}.jsonl")
        if not ledger.path.is_file():
            known = ", ".join(sorted(file.stem for file in state_folder().glob("*.jsonl"))) or "no run"
            raise LedgerError(f"run {run!r} left nothing behind, or was not started by this user here; known: {known}")
        return ledger

    def record_call(self, number: int, call: PendingCall) -> None:
        """Record a call that may change something, before it is made."""
        self._write(number=number, **asdict(call))

    def record_nothing_made(self, number: int) -> None:
        """Record that the answer to a call says that it has created nothing."""
        self._write(nothing_made=number)

    def record_created(
        self, path: str, org: str | None = None, creator: str | None = None, number: int | None = None
    ) -> None:
        """Record the path of an object that the run has created; ``number`` is that of the call."""
        self._write(made=path, org=org, creator=creator, by=number)

    def record_changed(self, path: str, fields: dict[str, Any]) -> None:
        """Record what an existing object is like, before the run changes it."""
        self._write(changed=path, fields=fields)

    def record_restored(self, path: str) -> None:
        """Record that an existing object is as it was."""
        self._write(restored=path)

    def changed(self) -> dict[str, dict[str, Any]]:
        """Return what the existing objects were like that the run has changed and not restored. Raises LedgerError."""
        found: dict[str, dict[str, Any]] = {}
        for row in self._rows():
            if "changed" in row:
                found.setdefault(row["changed"], row["fields"])
            found.pop(row.get("restored", ""), None)
        return found

    def record_staying(self, what: str) -> None:
        """Record what the run makes that no call removes, as the target file permits."""
        self._write(stays=what)

    def staying(self) -> list[str]:
        """Return what stays on the target. Raises LedgerError."""
        return [row["stays"] for row in self._rows() if "stays" in row]

    def record_removed(self, path: str) -> None:
        """Record that an object is removed."""
        self._write(removed=path)

    def heading(self) -> dict[str, str]:
        """Return ``run``, ``target`` (its name) and ``config`` (the target file). Raises LedgerError."""
        row = self._rows()[0]
        if not {"run", "target", "config"} <= row.keys():
            raise LedgerError(f"{self.path}: is not a ledger of a run")
        return row

    def made(self) -> list[Made]:
        """Return what was created, the last one first. Raises LedgerError."""
        rows = [row for row in self._rows() if "made" in row]
        return [Made(row["made"], row.get("org"), row.get("creator")) for row in reversed(rows)]

    def left(self) -> list[Made]:
        """Return what was created and not removed, the last one first. Raises LedgerError."""
        removed = {row["removed"] for row in self._rows() if "removed" in row}
        return [made for made in self.made() if made.path not in removed]

    def pending(self) -> list[PendingCall]:
        """Return the calls of which no answer says whether they have created something. Raises LedgerError."""
        rows = self._rows()
        known = {row.get("by", row.get("nothing_made")) for row in rows}
        return [_call(row) for row in rows if "call" in row and row["number"] not in known]

    def calls(self, org: str) -> list[PendingCall]:
        """Return the calls in an org, but for those whose answer says that they created nothing. Raises LedgerError."""
        rows = self._rows()
        nothing = {row["nothing_made"] for row in rows if "nothing_made" in row}
        return [_call(row) for row in rows if "call" in row and row["org"] == org and row["number"] not in nothing]

    def take_over(self) -> None:
        """Take over from a run that has ended, perhaps killed just now and while it wrote a line. Raises LedgerError.

        This waits until the target must have done what it was asked last.
        """
        try:
            time.sleep(max(0.0, min(_QUIET_SECONDS, self.path.stat().st_mtime + _QUIET_SECONDS - time.time())))
            os.truncate(self.path, self.path.read_bytes().rfind(b"\n") + 1)
        except OSError as error:
            raise LedgerError(f"{self.path}: {error.strerror}") from None

    def close(self) -> None:
        """Delete the file, once nothing is left."""
        self.path.unlink(missing_ok=True)

    def _write(self, **line: Any) -> None:
        jsonl.append(self.path, line)

    def _rows(self) -> list[dict[str, Any]]:
        try:
            return jsonl.read(self.path) or [{}]
        except (OSError, ValueError, TypeError) as error:
            raise LedgerError(f"{self.path}: {error}") from None


def _call(row: dict[str, Any]) -> PendingCall:
    return PendingCall(row["call"], row["org"], row["creator"], row["name"])


def state_folder() -> Path:
    """Return the user's state folder, which is created if it does not exist. Raises LedgerError."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(state).absolute() / "novavms-contract"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"{folder}: {error.strerror}; set XDG_STATE_HOME to another folder") from None
    return folder
