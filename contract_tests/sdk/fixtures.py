"""The pytest plugin of a run that checks the installed SDK; it is loaded before the SDK is imported."""

import ssl
from collections.abc import Iterator
from functools import cache

import pytest

from contract_tests.sdk import timing
from contract_tests.sdk.clients import KINDS, Client
from contract_tests.sdk.installed import Sdk
from contract_tests.world import World

timing.install()
# Loading certificates takes most of the time of making a client, and no check needs a new context.
setattr(ssl, "create_default_context", cache(ssl.create_default_context))  # noqa: B010


@pytest.fixture(scope="session")
def sdk() -> Sdk:
    """The installed SDK."""
    return Sdk()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of client, one after the other."""
    return str(request.param)


@pytest.fixture
def client(sdk: Sdk, kind: str, world: World) -> Iterator[Client]:
    """A client of each kind, one after the other, with the key of the owner of a new org."""
    with sdk.client(kind, world) as made:
        yield made
