"""Two replicas of a mock on one database, each at its own address."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

from tests.harness import Running, World, running


@dataclass(frozen=True)
class ReplicaPair:
    """Two replicas of one mock."""

    first: Running
    second: Running

    def alternating(self) -> Iterator[Running]:
        """Yield the first and the second by turns, without end."""
        return cycle((self.first, self.second))


@contextmanager
def replica_pair(**settings: Any) -> Iterator[ReplicaPair]:
    """Run two replicas with these settings."""
    with running(**settings) as first, running(**settings) as second:
        yield ReplicaPair(first, second)


def on_replica(world: World, mock: Running) -> World:
    """Return the same org, called at another replica."""
    return replace(world, running=mock)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until a condition is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not true after {seconds} s"
        time.sleep(0.02)
