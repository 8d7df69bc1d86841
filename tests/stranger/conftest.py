"""Servers for tests: with our mock's choices, with none of them, and with two mixes."""

from collections.abc import Iterator

import pytest

from tests.stranger.choices import Choices
from tests.stranger.running import Running, running


@pytest.fixture(scope="module", params=["ours", "other", "1", "2"])
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """A correct server, shared by the tests of a module."""
    with running(Choices.named(request.param)) as found:
        yield found
