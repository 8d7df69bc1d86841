"""What the checks of one process at a time may use: what the org has little of, and what acts on all of the org."""

import fcntl
import os
import tempfile
from pathlib import Path
from typing import Any

#: The ends of the paths of operations that have a limit of their own.
LIMITED = ("/generate-pairing-code", "/auth/login", "/trigger")


class Exclusive:
    """A locked file: the process whose check needs it keeps it until the check has removed what it created.

    Without a file this process is the only one. The next process waits at a second file, so that this one cannot take
    the first again before it.
    """

    def __init__(self, file: Path | None = None) -> None:
        files = [file, file.with_suffix(".next")] if file else [None, None]
        self._descriptor, self._entrance = map(_opened, files)
        self._is_held = False

    def acquire_for(self, path: str, body: Any) -> None:
        """Wait until no other process holds it, before a call that needs it.

        An alert rule that an event triggered by hand makes fire would do so for the events of other checks too, but
        several processes can have such rules.
        """
        if path.endswith(LIMITED):
            self.acquire()
        elif isinstance(body, dict) and body.get("trigger_type") == "manual" and not self._is_held:
            self._lock(fcntl.LOCK_SH)

    def acquire(self) -> None:
        """Wait until no other process holds it; does nothing if this one does."""
        if not self._is_held:
            self._lock(fcntl.LOCK_EX)
            self._is_held = True

    def release(self) -> None:
        """Let the next process have it; does nothing if this one does not hold it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._is_held = False

    def _lock(self, operation: int) -> None:
        self.release()  # two processes that waited for each other's would wait for ever
        fcntl.flock(self._entrance, fcntl.LOCK_EX)
        fcntl.flock(self._descriptor, operation)
        fcntl.flock(self._entrance, fcntl.LOCK_UN)


def _opened(file: Path | None) -> int:
    with file.open("a") if file else tempfile.TemporaryFile() as opened:
        return os.dup(opened.fileno())
