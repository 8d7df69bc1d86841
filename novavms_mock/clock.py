"""The clock of the mock, or of one org: moved, stopped and started. It never runs backwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from novavms_mock.control import Control


class Clock:
    """A clock that goes forward; whatever falls due on the way has happened when a method returns.

    That of an org runs and jumps with the mock's until it is moved or stopped; no other org notices then.
    """

    def __init__(self, control: Control, path: str) -> None:
        self._control = control
        self._path = path

    def now(self) -> datetime:
        """Return its time."""
        return _now(self._control.get(self._path))

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        """Move it forward and return its time."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._move("advance", step.total_seconds())

    def set(self, time: datetime) -> datetime:
        """Move it forward to a time, which has a time zone, and return it."""
        if time.tzinfo is None:
            raise ValueError(f"{time} has no time zone")
        return self._move("set", time.isoformat())

    def freeze(self) -> datetime:
        """Stop it, until it is moved or started, and return its time."""
        return self._move("freeze", True)

    def resume(self) -> datetime:
        """Let it run again and return its time."""
        return self._move("freeze", False)

    @contextmanager
    def frozen(self) -> Iterator[datetime]:
        """Stop it until the block ends."""
        try:
            yield self.freeze()
        finally:
            self.resume()

    def _move(self, how: str, value: object) -> datetime:
        return _now(self._control.post(self._path, {how: value}))


def _now(answer: dict[str, str]) -> datetime:
    return datetime.fromisoformat(answer["now"])
