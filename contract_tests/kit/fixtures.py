"""The pytest plugin of a run that checks the installed SDK; it comes before the SDK is imported."""

from collections.abc import Iterator

import pytest

from contract_tests.kit import pauses
from contract_tests.kit.clients import KINDS, Client
from contract_tests.kit.installed import Sdk
from contract_tests.world import World

pauses.install()


@pytest.fixture(scope="session")
def sdk() -> Sdk:
    """The SDK that is installed."""
    return Sdk()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of client in turn."""
    return str(request.param)


@pytest.fixture
def client(sdk: Sdk, kind: str, world: World) -> Iterator[Client]:
    """A client of the owner of a fresh org, of each kind in turn."""
    with sdk.client(kind, world) as made:
        yield made
