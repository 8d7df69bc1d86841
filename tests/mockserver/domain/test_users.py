from datetime import timedelta

import msgspec
import pytest

from mockserver.domain.access import Role
from mockserver.domain.users import User
from tests.factories import NOON, ORG, api_key, uuid


def user() -> User:
    return User(id=uuid(1), org_id=ORG, email="o@example.com", display_name="Olive", role=Role.VIEWER, created_at=NOON)


def test_user_is_enabled_and_without_sites_at_first() -> None:
    assert (user().enabled, user().site_ids) == (True, ())


def test_user_has_one_of_four_roles() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**msgspec.to_builtins(user()), "role": "guest"}, User)


@pytest.mark.parametrize(("seconds", "live"), [(-1, True), (0, False), (1, False)])
def test_key_lives_until_it_expires(seconds: int, live: bool) -> None:
    assert api_key(expires_at=NOON).live(NOON + timedelta(seconds=seconds)) is live


def test_key_without_expiry_lives_on() -> None:
    assert api_key().live(NOON + timedelta(days=36_500))
