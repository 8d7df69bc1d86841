"""The ledger of a run on a target it shares: what is to be made is written down first, what is removed as well.

It is a file of JSON lines in the user's state folder, so that what a run left behind when it was killed can be
removed later; it is gone when nothing is left.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class LedgerError(ValueError):
    """There is no such ledger, or it cannot be read."""


@dataclass(frozen=True)
class Ledger:
    """One run's ledger."""

    path: Path

    @classmethod
    def start(cls, run: str, target: str, config: Path) -> "Ledger":
        """Begin a run's ledger: its target, and which file says how to reach that. Raises LedgerError."""
        ledger = cls(_folder() / f"{run}.jsonl")
        try:
            ledger.path.parent.mkdir(parents=True, exist_ok=True)
            ledger._write(run=run, target=target, config=str(config.resolve()))
        except OSError as error:
            raise LedgerError(f"{ledger.path}: {error.strerror}; XDG_STATE_HOME names another folder") from None
        return ledger

    @classmethod
    def of(cls, run: str) -> "Ledger":
        """Return the ledger of an earlier run. Raises LedgerError."""
        ledger = cls(_folder() / f"{run}.jsonl")
        if not ledger.path.is_file():
            known = ", ".join(sorted(file.stem for file in _folder().glob("*.jsonl"))) or "no run"
            raise LedgerError(f"run {run!r} left nothing behind, or not from here; known is {known}")
        return ledger

    def asking(self, method: str, path: str) -> None:
        """Note a call that is about to change something."""
        self._write(asking=f"{method} {path}")

    def made(self, path: str) -> None:
        """Note a thing the target made for the run."""
        self._write(made=path)

    def removed(self, path: str) -> None:
        """Note that a thing is gone again."""
        self._write(removed=path)

    def heading(self) -> dict[str, str]:
        """Return the run, its target and the target file. Raises LedgerError."""
        row = self._rows()[0]
        if not {"run", "target", "config"} <= row.keys():
            raise LedgerError(f"{self.path}: not a ledger of a run")
        return row

    def left(self) -> list[str]:
        """Return what was made and not removed, the last thing first. Raises LedgerError."""
        rows = self._rows()
        removed = {row["removed"] for row in rows if "removed" in row}
        return [row["made"] for row in reversed(rows) if "made" in row and row["made"] not in removed]

    def close(self) -> None:
        """Remove the file, once nothing is left."""
        self.path.unlink(missing_ok=True)

    def _write(self, **line: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _rows(self) -> list[dict[str, Any]]:
        try:
            return [dict(json.loads(line)) for line in self.path.read_text(encoding="utf-8").splitlines()] or [{}]
        except (OSError, ValueError, TypeError) as error:
            raise LedgerError(f"{self.path}: {error}") from None


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "novavms-contract"
