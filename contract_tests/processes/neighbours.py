"""Whether checks of other processes run on the same target at the same time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Neighbours:
    """Two locked files that the processes of a run share, each with an object of its own."""

    def __init__(self, folder: Path) -> None:
        self._running, self._entrance = (
            os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("running", "entrance")
        )

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Run the block when no other process is or wants to be alone."""
        with _locked(self._entrance, fcntl.LOCK_EX):
            fcntl.flock(self._running, fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(self._running, fcntl.LOCK_UN)

    @contextmanager
    def absent(self) -> Iterator[None]:
        """Run the block alone: when the checks that run now have ended, and before any other begins."""
        with _locked(self._entrance, fcntl.LOCK_EX), _locked(self._running, fcntl.LOCK_EX):
            yield


@contextmanager
def _locked(descriptor: int, operation: int) -> Iterator[None]:
    fcntl.flock(descriptor, operation)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
