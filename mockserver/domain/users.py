"""The users of an org, their API keys and their temporary passwords."""

import string
from collections.abc import Mapping
from datetime import datetime
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own
from typing import Any

import msgspec

from mockserver.domain.access import Role
from mockserver.domain.dates import Instant
from mockserver.domain.errors import InvalidInput
from mockserver.domain.records import Record

_PREFIX_LENGTH = 8
PASSWORD_LENGTH = 12
#: What a password holds at least one of (USR-29); nothing that would need an escape in JSON or a shell.
PASSWORD_CLASSES = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "#%+-=?@_")


class User(Record, frozen=True, kw_only=True):
    """A user with one role; ``site_ids`` are the sites granted to a viewer.

    Emails are stored in lower case. A user without a ``password`` cannot log in; one that has to be reset is temporary
    (USR-15).
    """

    email: str
    display_name: str
    role: Role
    enabled: bool = True
    site_ids: tuple[str, ...] = ()
    password: str | None = None
    password_reset_required: bool = False
    created_at: Instant

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "email", self.email.lower())


class ApiKey(Record, frozen=True, kw_only=True):
    """A bearer token that acts as its user; without ``expires_at`` it is valid until it is removed (AUTH-17)."""

    user_id: str
    token: str
    name: str = "key"
    created_at: Instant
    expires_at: Instant | None = None

    @property
    def prefix(self) -> str:
        """The part of the token that lists show (AUTH-16, AUTH-19)."""
        return self.token[:_PREFIX_LENGTH]

    def live(self, now: datetime) -> bool:
        """Whether the key has not expired at ``now``."""
        return self.expires_at is None or now < self.expires_at


def change(user: User, changes: Mapping[str, Any]) -> User:
    """Return the user with some fields changed; only viewers have sites (SITE-02).

    The owner keeps the role and cannot be disabled (ROLE-02). Raises InvalidInput.
    """
    if user.role is Role.OWNER and "role" in changes:
        raise InvalidInput({"role": ["cannot be changed for the owner"]})
    if user.role is Role.OWNER and not changes.get("enabled", True):
        raise InvalidInput({"enabled": ["cannot be false for the owner"]})
    role = Role(changes.get("role", user.role))
    sites = user.site_ids if role is Role.VIEWER else ()
    return msgspec.structs.replace(user, **{**changes, "role": role, "site_ids": sites})


def require_removable(user: User) -> None:
    """Refuse to remove the owner (ROLE-02). Raises InvalidInput."""
    if user.role is Role.OWNER:
        raise InvalidInput({"id": ["is the owner, who cannot be removed"]})


def temporary_password(rng: Random) -> str:
    """Return a password to log in with for the first time (USR-25)."""
    letters = [rng.choice(one) for one in PASSWORD_CLASSES]
    letters += rng.choices("".join(PASSWORD_CLASSES), k=PASSWORD_LENGTH - len(letters))
    rng.shuffle(letters)
    return "".join(letters)
