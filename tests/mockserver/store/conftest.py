from collections.abc import Callable, Iterator

import pytest

from tests import postgres
from tests.mockserver.store.store_harness import StoreHarness, in_memory, in_postgres

VERSIONS = list(postgres.program_folders()) or [postgres.newest()]


@pytest.fixture(scope="session")
def databases(server_of: Callable[[str], postgres.Server]) -> dict[str, str]:
    """The DSNs of databases by the version of their server; tests use them one after another."""
    return {}


@pytest.fixture(params=["memory", *(f"postgresql {version}" for version in VERSIONS)])
def harness(
    request: pytest.FixtureRequest, server_of: Callable[[str], postgres.Server], databases: dict[str, str]
) -> Iterator[StoreHarness]:
    """An empty store: in memory, or in PostgreSQL of each installed version."""
    version = request.param.partition(" ")[2]
    if version and version not in databases:
        databases[version] = server_of(version).database()
    with in_postgres(databases[version]) if version else in_memory() as opened:
        yield opened
