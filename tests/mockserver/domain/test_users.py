import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mockserver.domain import users
from mockserver.domain.access import Role
from mockserver.domain.errors import InvalidInput
from mockserver.domain.users import User
from tests.factories import NOON, api_key, user, uuid


def test_user_is_enabled_and_without_sites_at_first() -> None:
    assert (user().enabled, user().site_ids) == (True, ())


def test_user_has_one_of_four_roles() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**msgspec.to_builtins(user()), "role": "guest"}, User)


@pytest.mark.parametrize(("seconds", "live"), [(-1, True), (0, False), (1, False)])
def test_key_is_valid_until_it_expires(seconds: int, live: bool) -> None:
    assert api_key(expires_at=NOON).live(NOON + timedelta(seconds=seconds)) is live


def test_key_without_expiry_stays_valid() -> None:
    assert api_key().live(NOON + timedelta(days=36_500))


def test_key_shows_its_first_eight_characters() -> None:
    assert api_key(token="sk_live_abc123").prefix == "sk_live_"


def test_email_is_stored_in_lower_case() -> None:
    assert user(email="O@Example.COM").email == "o@example.com"
    assert msgspec.structs.replace(user(), email="P@example.com").email == "p@example.com"


def test_user_is_changed_in_the_fields_given() -> None:
    changed = users.change(user(site_ids=(uuid(9),)), {"display_name": "Oliver", "enabled": False})
    assert (changed.display_name, changed.enabled, changed.site_ids) == ("Oliver", False, (uuid(9),))


def test_promoted_viewer_loses_their_sites() -> None:
    promoted = users.change(user(site_ids=(uuid(9),)), {"role": "operator"})
    assert (promoted.role, promoted.site_ids) == (Role.OPERATOR, ())
    assert users.change(promoted, {"role": "viewer"}).site_ids == ()


@pytest.mark.parametrize("changes", [{"role": "admin"}, {"enabled": False}, {"enabled": False, "display_name": "X"}])
def test_owner_stays_owner_and_enabled(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        users.change(user(role=Role.OWNER), changes)
    assert caught.value.field_errors.keys() == changes.keys() - {"display_name"}


def test_owner_may_be_renamed_but_not_removed() -> None:
    owner = users.change(user(role=Role.OWNER), {"display_name": "X", "enabled": True})
    assert owner.display_name == "X"
    with pytest.raises(InvalidInput):
        users.require_removable(owner)
    users.require_removable(user(role=Role.ADMIN))


def test_temporary_password_has_twelve_characters_of_all_four_classes() -> None:
    for seed in range(200):
        password = users.temporary_password(random.Random(seed))
        assert len(password) == 12
        assert all(set(letters) & set(password) for letters in users.PASSWORD_CLASSES)
        assert set(password) <= set("".join(users.PASSWORD_CLASSES))


def test_temporary_password_depends_on_the_seed_alone() -> None:
    assert len({users.temporary_password(random.Random(seed)) for seed in range(200)}) == 200
    assert users.temporary_password(random.Random(1)) == users.temporary_password(random.Random(1))
