"""Who is asking, and what their role and their sites let them do."""

from collections.abc import Collection
from enum import StrEnum
from typing import Self

import msgspec

from mockserver.domain.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    """The four roles, low to high; each may do what those below it may (ROLE-03)."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    OWNER = "owner"

    def includes(self, other: Self) -> bool:
        """Whether this role has at least the powers of the other."""
        return _RANK[self] >= _RANK[other]


_RANK = {role: rank for rank, role in enumerate(Role)}


class Caller(msgspec.Struct, frozen=True):
    """The one who makes a request: a person, by key or signed in, a gateway's key (no role), or nobody (no key).

    ``key_id`` names whose rate limit it is, ``session_id`` the session of somebody signed in. ``sites`` are the only
    sites a viewer may see, or None when there is no such limit.
    """

    key_id: str | None = None
    org_id: str = ""
    role: Role | None = None
    user_id: str | None = None
    name: str | None = None
    sites: frozenset[str] | None = None
    session_id: str | None = None

    def sees(self, site_id: str) -> bool:
        """Whether the site is within the caller's scope (EV-03)."""
        return self.sites is None or site_id in self.sites


ANONYMOUS = Caller()


def authenticate(caller: Caller) -> None:
    """Refuse a caller without a valid credential. Raises Unauthenticated."""
    if caller.key_id is None:
        raise Unauthenticated


def authorise(caller: Caller, least: Role) -> None:
    """Refuse a caller below the least role; a gateway's key has none at all (C-13). Raises Forbidden."""
    if caller.role is None or not caller.role.includes(least):
        raise Forbidden(f"This needs the role {least.value} or a higher one.")


def require_sites(caller: Caller, sites: Collection[str]) -> None:
    """Refuse a viewer any of whose sites is not granted (EV-40). Raises Forbidden."""
    if not all(caller.sees(site) for site in sites):
        raise Forbidden("The site is not granted to this viewer.")
