from collections.abc import Iterator

import httpx
import pytest

from tests.harness import World
from tests.sdk.clients import KINDS, Either, close, either


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Both kinds of client: a test that uses it runs once with each."""
    return str(request.param)


@pytest.fixture
def owner(kind: str, world: World) -> Iterator[Either]:
    """A client of the owner of a fresh small org."""
    token = world.described["actors"]["owner"]["token"]
    # No certificates are loaded, to save time.
    blocking = kind == "blocking"
    http = httpx.Client(verify=False, trust_env=False) if blocking else httpx.AsyncClient(verify=False, trust_env=False)
    with either(kind, api_key=token, base_url=world.running.base_url, timeout=60, http_client=http) as client:
        yield client
        client.do(lambda _: close(http))
