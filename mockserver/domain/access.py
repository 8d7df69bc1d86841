"""The caller of a request, and what their role and their sites allow."""

from collections.abc import Collection
from enum import StrEnum
from typing import Self

import msgspec

from mockserver.domain.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    """The four roles, lowest first; each may do what the roles below it may (ROLE-03)."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    OWNER = "owner"

    def includes(self, other: Self) -> bool:
        """Whether this role may do all that the other may."""
        return _RANK[self] >= _RANK[other]


_RANK = {role: rank for rank, role in enumerate(Role)}


class Caller(msgspec.Struct, frozen=True):
    """Who makes a request: a user, a gateway (without a role), or a client without a valid credential (no ``key_id``).

    ``key_id`` is the id of the rate-limit bucket, ``session_id`` that of the session whose access token was sent.
    ``sites`` are the sites that a viewer may see, None for any other caller.
    """

    key_id: str | None = None
    org_id: str = ""
    role: Role | None = None
    user_id: str | None = None
    name: str | None = None
    sites: frozenset[str] | None = None
    session_id: str | None = None

    def sees(self, site_id: str) -> bool:
        """Whether the caller may see what belongs to the site (EV-03)."""
        return self.sites is None or site_id in self.sites


ANONYMOUS = Caller()


def authenticate(caller: Caller) -> None:
    """Refuse a caller without a valid credential. Raises Unauthenticated."""
    if caller.key_id is None:
        raise Unauthenticated


def authorise(caller: Caller, minimum: Role) -> None:
    """Refuse a caller below the minimum role; a gateway's key has no role (AS-23). Raises Forbidden."""
    if caller.role is None or not caller.role.includes(minimum):
        raise Forbidden(f"This needs the role {minimum.value} or a higher one.")


def require_sites(caller: Caller, sites: Collection[str]) -> None:
    """Refuse a viewer to whom any of these sites is not granted (EV-40). Raises Forbidden."""
    if not all(caller.sees(site) for site in sites):
        raise Forbidden("The site is not granted to this viewer.")
