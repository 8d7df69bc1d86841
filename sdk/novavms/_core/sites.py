"""The verbs of ``client.sites``: the sites of an organisation, and which viewers have access."""

from collections.abc import Sequence

from novavms._core.answers import into, nothing
from novavms._core.call import NOT_GIVEN, Call, Id, NotGiven, changed, checked, given, page, query
from novavms.models import Site, SiteList, SiteUserList


def list(*, cursor: str | NotGiven | None = None, limit: int | NotGiven | None = None) -> Call[SiteList]:
    """Return the sites, newest first; ``limit`` is the size of a page, from 1 to 100, 20 if left out."""
    return Call("GET", "/sites", into(SiteList), query=query(**page(cursor, limit)))


def get(id: Id, /) -> Call[Site]:
    """Return one site."""
    return Call("GET", f"/sites/{checked(id)}", into(Site))


def create(*, name: str, timezone: str | NotGiven | None = None) -> Call[Site]:
    """Add a site; ``timezone`` is an IANA name such as Europe/Berlin, UTC if left out. For admins."""
    return Call("POST", "/sites", into(Site), body=given(name=name, timezone=timezone))


def update(id: Id, /, *, name: str | NotGiven = NOT_GIVEN, timezone: str | NotGiven = NOT_GIVEN) -> Call[Site]:
    """Change the name or time zone of a site. For admins."""
    return Call("PATCH", f"/sites/{checked(id)}", into(Site), body=changed(name=name, timezone=timezone))


def remove(id: Id, /) -> Call[None]:
    """Delete a site. For admins."""
    return Call("DELETE", f"/sites/{checked(id)}", nothing)


def users(id: Id, /) -> Call[SiteUserList]:
    """Return the viewers with access to a site. For admins."""
    return Call("GET", f"/sites/{checked(id)}/users", into(SiteUserList))


def set_users(id: Id, /, user_ids: Sequence[Id]) -> Call[SiteUserList]:
    """Give these viewers, and no others, access to a site. For admins."""
    return Call("PUT", f"/sites/{checked(id)}/users", into(SiteUserList), body=changed(user_ids=user_ids))
