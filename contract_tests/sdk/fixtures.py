"""The pytest plugin of a run that checks the installed SDK; it comes before the SDK is imported."""

import ssl
from collections.abc import Iterator
from functools import cache

import pytest

from contract_tests.sdk import fake_sleep
from contract_tests.sdk.clients import KINDS, Client
from contract_tests.sdk.installed import Sdk
from contract_tests.world import World

fake_sleep.install()
# To read the machine's certificates takes longer than all else about a client, and no check looks at any.
setattr(ssl, "create_default_context", cache(ssl.create_default_context))  # noqa: B010


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
