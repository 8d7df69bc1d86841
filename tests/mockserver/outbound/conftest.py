from collections.abc import Iterator

import pytest

from tests.mockserver.outbound.receiver import Authority, Receiver, receiving


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority whose certificates a mock trusts that is told to."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def receiver(authority: Authority) -> Iterator[Receiver]:
    """A receiver with a certificate for loopback, and for a name."""
    with receiving(authority.context("127.0.0.1", "hook.test")) as running:
        yield running
