from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from hypothesis import settings

from tests import postgres
from tests.harness import Running, World, running

settings.register_profile("gate", derandomize=True, database=None, deadline=None, print_blob=True)
settings.load_profile("gate")


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[str], postgres.Server]]:
    """Run PostgreSQL in a version, once for all who ask."""
    with ExitStack() as running:
        yield cache(lambda version: running.enter_context(postgres.server(postgres.program_folders().get(version))))


@pytest.fixture
def database(server_of: Callable[[str], postgres.Server]) -> str:
    """The address of a new, empty database."""
    return server_of(postgres.newest()).database()


@pytest.fixture(scope="session")
def shared() -> Iterator[Running]:
    """One mock for all tests that bring an org of their own and leave clock, faults and journal alone."""
    with running() as mock:
        yield mock


@pytest.fixture
def alone() -> Iterator[Running]:
    """A mock of its own, for tests of the clock, faults, journal, snapshot and the acme fixture."""
    with running() as mock:
        yield mock


@pytest.fixture
def world(shared: Running) -> World:
    """A fresh small org on the shared mock, with limits that do not get in the way."""
    fresh = shared.org()
    fresh.settings(rate_limit_burst=1_000_000, rate_limit_per_minute=10_000_000)
    return fresh


@pytest.fixture
def frozen(alone: Running) -> World:
    """A world whose clock stands still at a whole second."""
    alone.control("POST", "/clock", json={"freeze": True})
    now = alone.control("GET", "/clock")["now"]
    seconds = 60 - float(now[17:-1])
    alone.control("POST", "/clock", json={"advance": seconds})
    return alone.org()
