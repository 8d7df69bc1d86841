"""The pytest plugin of a run that checks the installed SDK; it is loaded before the SDK is imported."""

from collections.abc import Iterator

import pytest

from contract_tests.plan import Plan
from contract_tests.sdk import driver_sdk, timing, transports
from contract_tests.sdk.clients import BLOCKING, KINDS, Client
from contract_tests.sdk.installed import Sdk
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

_DRIVER = Plan.from_env().driver
#: The kinds of client that there are to check.
_KINDS = KINDS if _DRIVER is None or "async" in _DRIVER.hello["capabilities"] else (BLOCKING,)
timing.install()
transports.share_certificates()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a check of Python itself where a driver calls the SDK."""
    if _DRIVER is not None and item.get_closest_marker("python"):
        raise Unavailable(driver_sdk.OF_PYTHON)


@pytest.fixture(scope="session")
def sdk() -> Iterator[Sdk]:
    """The installed SDK, or the one that the driver calls."""
    if _DRIVER is None:
        yield Sdk()
        return
    made = driver_sdk.opened(_DRIVER)
    yield made
    made.close()


@pytest.fixture(params=_KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of client, one after the other."""
    return str(request.param)


@pytest.fixture
def client(sdk: Sdk, kind: str, world: World) -> Iterator[Client]:
    """A client of each kind, one after the other, with the key of the owner of a new org."""
    with sdk.client(kind, world) as made:
        yield made
