from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from hypothesis import settings

from tests import postgres
from tests.harness import Running, World, running

settings.register_profile("gate", derandomize=True, database=None, deadline=None, print_blob=True)
settings.load_profile("gate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[str], postgres.Server]]:
    """A function that returns a server of a version of PostgreSQL, started once."""
    with ExitStack() as running:
        yield cache(lambda version: running.enter_context(postgres.server(postgres.program_folders().get(version))))


@pytest.fixture
def database(server_of: Callable[[str], postgres.Server]) -> str:
    """The address of a new, empty database."""
    return server_of(postgres.newest()).database()


@pytest.fixture(scope="session")
def shared() -> Iterator[Running]:
    """One mock for all tests that create an org of their own and do not use clock, faults and journal."""
    with running() as mock:
        yield mock


@pytest.fixture
def isolated() -> Iterator[Running]:
    """A new mock, for tests of the clock, faults, journal, snapshot and the acme fixture."""
    with running() as mock:
        yield mock


@pytest.fixture
def world(shared: Running) -> World:
    """A fresh small org on the shared mock, with rate limits that no test reaches."""
    fresh = shared.org()
    fresh.settings(rate_limit_burst=1_000_000, rate_limit_per_minute=10_000_000)
    return fresh


@pytest.fixture
def frozen(isolated: Running) -> World:
    """A fresh org on a mock whose clock is stopped at a whole second."""
    isolated.control("POST", "/clock", json={"freeze": True})
    now = isolated.control("GET", "/clock")["now"]
    seconds = 60 - float(now[17:-1])
    isolated.control("POST", "/clock", json={"advance": seconds})
    return isolated.org()
