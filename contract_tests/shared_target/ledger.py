"""The ledger of a run on a shared target: every call that may create something, what was created, what was removed.

It is a file of JSON lines in the user's state folder, so that what a killed run left behind can be removed later; it
is deleted when nothing is left.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests import jsonl


class LedgerError(ValueError):
    """The ledger does not exist, or cannot be written or read."""


@dataclass(frozen=True)
class Ledger:
    """One run's ledger."""

    path: Path

    @classmethod
    def start(cls, run: str, target: str, config: Path) -> "Ledger":
        """Create the ledger of a run on a target of a target file (``config``). Raises LedgerError."""
        ledger = cls(_folder() / f"{run}.jsonl")
        try:
            ledger.path.parent.mkdir(parents=True, exist_ok=True)
            ledger._write(run=run, target=target, config=str(config.resolve()))
        except OSError as error:
            raise LedgerError(f"{ledger.path}: {error.strerror}; set XDG_STATE_HOME to another folder") from None
        return ledger

    @classmethod
    def of(cls, run: str) -> "Ledger":
        """Return the ledger of an earlier run. Raises LedgerError."""
        ledger = cls(_folder() / f"{run}.jsonl")
        if not ledger.path.is_file():
            known = ", ".join(sorted(file.stem for file in _folder().glob("*.jsonl"))) or "no run"
            raise LedgerError(f"run {run!r} left nothing behind, or was not started by this user here; known: {known}")
        return ledger

    def record_call(self, method: str, path: str) -> None:
        """Record a call that may change something, before it is made."""
        self._write(asking=f"{method} {path}")

    def record_created(self, path: str) -> None:
        """Record the path of an object that the run has created."""
        self._write(made=path)

    def record_removed(self, path: str) -> None:
        """Record that an object is removed."""
        self._write(removed=path)

    def heading(self) -> dict[str, str]:
        """Return ``run``, ``target`` (its name) and ``config`` (the target file). Raises LedgerError."""
        row = self._rows()[0]
        if not {"run", "target", "config"} <= row.keys():
            raise LedgerError(f"{self.path}: is not a ledger of a run")
        return row

    def left(self) -> list[str]:
        """Return the paths of what was created and not removed, the last one first. Raises LedgerError."""
        rows = self._rows()
        removed = {row["removed"] for row in rows if "removed" in row}
        return [row["made"] for row in reversed(rows) if "made" in row and row["made"] not in removed]

    def close(self) -> None:
        """Delete the file, once nothing is left."""
        self.path.unlink(missing_ok=True)

    def _write(self, **line: str) -> None:
        jsonl.append(self.path, line)

    def _rows(self) -> list[dict[str, Any]]:
        try:
            return jsonl.read(self.path) or [{}]
        except (OSError, ValueError, TypeError) as error:
            raise LedgerError(f"{self.path}: {error}") from None


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state).absolute() / "novavms-contract"
