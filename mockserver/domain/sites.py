"""A site: a place with cameras, to which viewers are granted access."""

from collections.abc import Collection
from functools import cache
from importlib import resources

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.errors import InvalidInput
from mockserver.domain.records import Record
from mockserver.domain.users import User


class Site(Record, frozen=True, kw_only=True):
    """A named place in a time zone."""

    name: str
    timezone: str = "UTC"
    created_at: Instant


def require_timezone(name: str) -> None:
    """Refuse a name that is not one of an IANA time zone (SITE-08). Raises InvalidInput."""
    if name not in timezones():
        raise InvalidInput({"timezone": ["is not an IANA time zone, such as Europe/Berlin"]})


@cache
def timezones() -> frozenset[str]:
    """Return the names of the IANA time zones; they do not depend on the machine."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


def grant(user: User, site_id: str) -> User:
    """Return the user with access to the site."""
    return user if site_id in user.site_ids else _with_sites(user, (*user.site_ids, site_id))


def revoke(user: User, site_id: str) -> User:
    """Return the user without access to the site."""
    return _with_sites(user, [known for known in user.site_ids if known != site_id])


def _with_sites(user: User, site_ids: Collection[str]) -> User:
    return msgspec.structs.replace(user, site_ids=tuple(site_ids))
