"""Those who follow the journal: each gets the calls that arrive from now on, a bounded number of them at a time."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from mockserver.runtime.journal import RecordedCall

MAX_FOLLOWERS = 32
_MAX_WAITING = 256


class TooManyFollowers(Exception):
    """There are MAX_FOLLOWERS already."""


class Follower:
    """The calls that arrived and were not taken yet: the latest 256; ``lost`` counts those before that were dropped."""

    def __init__(self) -> None:
        self._waiting: deque[RecordedCall] = deque(maxlen=_MAX_WAITING)
        self._woken = asyncio.Event()
        self.lost = 0
        self.ended = False

    def put(self, call: RecordedCall) -> None:
        """Add a call that arrived."""
        if len(self._waiting) == _MAX_WAITING:
            self.lost += 1
        self._waiting.append(call)
        self._woken.set()

    def end(self) -> None:
        """Let no call arrive any more."""
        self.ended = True
        self._woken.set()

    async def take(self, seconds: float) -> list[RecordedCall]:
        """Return the calls that arrived; if there are none, wait so long for one, or until the end."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return []
        if not self.ended:
            self._woken.clear()
        taken = list(self._waiting)
        self._waiting.clear()
        return taken


class Followers:
    """All who follow a journal."""

    def __init__(self) -> None:
        self._followers: list[Follower] = []

    def __len__(self) -> int:
        return len(self._followers)

    def put(self, call: RecordedCall) -> None:
        """Pass a call to all."""
        for follower in self._followers:
            follower.put(call)

    @contextmanager
    def one_more(self) -> Iterator[Follower]:
        """Yield a new follower until the block ends. Raises TooManyFollowers."""
        if len(self._followers) >= MAX_FOLLOWERS:
            raise TooManyFollowers
        follower = Follower()
        self._followers.append(follower)
        try:
            yield follower
        finally:
            self._followers.remove(follower)

    def end(self) -> None:
        """End all, because the mock stops."""
        for follower in self._followers:
            follower.end()
