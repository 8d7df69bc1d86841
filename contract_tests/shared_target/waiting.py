"""How long a run on a shared target waits where a run on our own mock moves the clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contract_tests.verdicts import Unavailable

#: What is waited without asking: too short to matter.
_MOMENT_SECONDS = 1.2
#: The longest of the waits that several checks may need, and how much all of them take together.
_MAX_SHORT_WAIT_SECONDS, MAX_SHORT_WAITS_SECONDS = 60.0, 100.0
#: The one window in which pairing codes expire, with a margin at both ends.
MAX_WINDOW_SECONDS = 620.0
MAX_WAITS_MINUTES = (MAX_SHORT_WAITS_SECONDS + MAX_WINDOW_SECONDS) / 60
_REMEDY = f"needs a control plane, or wait_for_expiry = true (adds at most {MAX_WAITS_MINUTES:.0f} min to a run)"


@dataclass
class Waiting:
    """Waits for the checks of one process, if the target file allows it (``allowed``), and no longer than the bounds.

    ``sleep`` waits for some seconds.
    """

    allowed: bool
    sleep: Callable[[float], None] = time.sleep
    _short_seconds: float = MAX_SHORT_WAITS_SECONDS
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
        elif short and seconds <= self._short_seconds:
            self._short_seconds -= seconds
        else:
            raise Unavailable(f"needs a control plane: a run waits at most {MAX_WAITS_MINUTES:.0f} min altogether")
