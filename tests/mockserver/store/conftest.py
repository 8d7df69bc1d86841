from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests import postgres
from tests.mockserver.store.stores import Laboratory, in_memory, in_postgres

POSTGRES = [f"postgresql {version}" for version in postgres.installations()] or ["postgresql"]


@pytest.fixture(scope="session")
def database_of() -> Iterator[Callable[[str], str]]:
    """Give the address of a database on a server of a version, the same one each time."""
    running = []

    @cache
    def address(name: str) -> str:
        programs = postgres.installations().get(name.rpartition(" ")[2])
        opened = postgres.server(programs)
        running.append(opened)
        return opened.__enter__().database()

    yield address
    for opened in running:
        opened.__exit__(None, None, None)


@pytest.fixture(params=["memory", *POSTGRES])
def laboratory(request: pytest.FixtureRequest, database_of: Callable[[str], str]) -> Iterator[Laboratory]:
    """An empty store of each sort, in turn."""
    with in_memory() if request.param == "memory" else in_postgres(database_of(request.param)) as opened:
        yield opened
