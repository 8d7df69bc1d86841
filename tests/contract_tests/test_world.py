"""The world of a check: the credentials of a new org, and of one that an older mock has made."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from contract_tests.actors import Recorder
from contract_tests.config import TargetConfig
from contract_tests.session import Session
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, World
from tests.harness import Running


@pytest.fixture
def session(shared: Running) -> Iterator[Session]:
    config = TargetConfig("mock", shared.base_url, control="/_mock")
    with httpx.Client(base_url=shared.base_url) as http:
        yield Session(Target(config), "ct", http)


@pytest.fixture
def world(session: Session) -> Iterator[World]:
    made = World.make(session, Recorder())
    yield made
    made.close()


def test_a_new_org_has_an_expired_credential(world: World) -> None:
    assert world.expired.name == "expired"
    assert world.expired.get(EVENTS).is_(401, "auth_required")


def test_a_new_org_has_a_credential_that_will_expire(world: World) -> None:
    holder, expires_at = world.expiring
    assert holder.get(EVENTS).is_(200)
    assert expires_at > datetime.now(UTC)


def test_without_such_credentials_the_check_is_disabled(session: Session) -> None:
    world = World(session, Recorder(), {"org_id": "", "actors": {}})
    with pytest.raises(Unavailable, match="no key is known that has expired"):
        world.expired.get(EVENTS)
    with pytest.raises(Unavailable, match="no key is known that will expire"):
        world.expiring[0].get(EVENTS)
