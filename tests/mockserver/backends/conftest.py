from collections.abc import Iterator

import pytest

from tests.harness import World
from tests.mockserver.backends.replica_pair import Pair, paired


@pytest.fixture
def pair(database: str) -> Iterator[Pair]:
    """Two replicas of one mock."""
    with paired(store=database) as running:
        yield running


@pytest.fixture
def world(pair: Pair) -> World:
    """An org made by the first, with limits that do not get in the way."""
    fresh = pair.first.org()
    fresh.settings(rate_limit_burst=1_000_000, rate_limit_per_minute=10_000_000)
    return fresh
