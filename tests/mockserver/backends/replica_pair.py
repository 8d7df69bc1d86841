"""Two replicas on one database, each at an address of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

from tests.harness import Running, World, running


@dataclass(frozen=True)
class Pair:
    """Two mocks that are one; what ``first`` does, ``second`` shows."""

    first: Running
    second: Running

    def turns(self) -> Iterator[Running]:
        """Give one and the other, over and over."""
        return cycle((self.first, self.second))


@contextmanager
def paired(**settings: Any) -> Iterator[Pair]:
    """Run two replicas until the block ends."""
    with running(**settings) as first, running(**settings) as second:
        yield Pair(first, second)


def seen_from(world: World, mock: Running) -> World:
    """Return the same org as another replica shows it."""
    return replace(world, running=mock)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that is about to be so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
