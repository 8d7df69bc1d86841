"""How long a run on a shared target waits where a run on our own mock moves the clock."""

import fcntl
import math
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract_tests.verdicts import Unavailable

#: What is waited without asking: too short to matter.
_MOMENT_SECONDS = 1.2
#: The longest of the waits that several checks may need, and how much all of them take together.
_MAX_SHORT_WAIT_SECONDS, MAX_SHORT_WAITS_SECONDS = 60.0, 100.0
#: The one window in which pairing codes expire, with a margin at both ends.
MAX_WINDOW_SECONDS = 620.0
MAX_WAITS_MINUTES = (MAX_SHORT_WAITS_SECONDS + MAX_WINDOW_SECONDS) / 60
_REMEDY = f"needs a control plane, or wait_for_expiry = true (adds at most {MAX_WAITS_MINUTES:.0f} min to a run)"


class ShortWaits:
    """How long the processes of a run have waited altogether but for an expiry: a byte a second in a file they share.

    Without a file this process is the only one.
    """

    def __init__(self, file: Path | None = None) -> None:
        with file.open("ab") if file else tempfile.TemporaryFile() as opened:
            self._descriptor = os.dup(opened.fileno())

    def take(self, seconds: float) -> bool:
        """Count a wait, and return True, if it is not too long for the rest."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            fits = os.fstat(self._descriptor).st_size + seconds <= MAX_SHORT_WAITS_SECONDS
            os.write(self._descriptor, b"." * (math.ceil(seconds) if fits else 0))
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        return fits


@dataclass
class Waiting:
    """Waits for the checks of one process, if the target file allows it (``allowed``), and no longer than the bounds.

    ``sleep`` waits for some seconds; ``before_window`` is called before a wait for an expiry.
    """

    allowed: bool
    sleep: Callable[[float], None] = time.sleep
    before_window: Callable[[], None] = lambda: None
    short_waits: ShortWaits = field(default_factory=ShortWaits)
    _window_seconds: float = MAX_WINDOW_SECONDS
    _skipped_seconds: float = 0.0

    def wait(self, seconds: float) -> None:
        """Wait. Raises Unavailable for more than is allowed, or than is left of the bounds."""
        if seconds > _MOMENT_SECONDS:
            self._take(seconds)
        started = time.monotonic()
        self.sleep(max(0.0, seconds))
        self._skipped_seconds += max(0.0, seconds - (time.monotonic() - started))

    def now(self) -> datetime:
        """Return the time of this machine, as if every wait had lasted; one of a dry run does not."""
        return datetime.now(UTC) + timedelta(seconds=self._skipped_seconds)

    def _take(self, seconds: float) -> None:
        if not self.allowed:
            raise Unavailable(_REMEDY)
        short, in_window = seconds <= _MAX_SHORT_WAIT_SECONDS, self._window_seconds < MAX_WINDOW_SECONDS
        if (in_window or not short) and seconds <= self._window_seconds:
            self._window_seconds -= seconds
        elif not short or not self.short_waits.take(seconds):
            raise Unavailable(f"needs a control plane: a run waits at most {MAX_WAITS_MINUTES:.0f} min altogether")
        if not short:
            self.before_window()
