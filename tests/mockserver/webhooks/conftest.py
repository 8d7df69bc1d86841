from collections.abc import Iterator

import pytest

from tests.harness import Running, World, running
from tests.mockserver.webhooks.receiver import Authority, Receiver, receiving


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that mocks of these tests trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def receiver(authority: Authority) -> Iterator[Receiver]:
    """A receiver with a certificate for loopback, and for a name."""
    with receiving(authority.context("127.0.0.1", "hook.test")) as running:
        yield running


@pytest.fixture
def mock(authority: Authority) -> Iterator[Running]:
    """A mock that trusts the receivers and waits two seconds for them; its clock is frozen."""
    with running(fixture="small", webhook_ca=str(authority.file), webhook_seconds=2) as mock:
        mock.control("POST", "/clock", json={"freeze": True})
        yield mock


@pytest.fixture
def world(mock: Running) -> World:
    return mock.org()
