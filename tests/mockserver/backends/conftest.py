from collections.abc import Iterator

import pytest

from tests.harness import World
from tests.mockserver.backends.replica_pair import ReplicaPair, replica_pair


@pytest.fixture
def pair(database: str) -> Iterator[ReplicaPair]:
    """Two replicas of one mock."""
    with replica_pair(store=database) as running:
        yield running


@pytest.fixture
def world(pair: ReplicaPair) -> World:
    """An org created at the first replica, without rate limits to speak of."""
    fresh = pair.first.org()
    fresh.settings(rate_limit_burst=1_000_000, rate_limit_per_minute=10_000_000)
    return fresh
