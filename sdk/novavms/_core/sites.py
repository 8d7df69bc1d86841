"""The verbs of ``client.sites``: the sites of an organisation, and which viewers have access."""

from collections.abc import Sequence

from novavms._core.answers import into, nothing
from novavms._core.call import (
    NOT_GIVEN,
    Call,
    CallOptions,
    Id,
    ListCall,
    NotGiven,
    Unpack,
    changed,
    checked,
    given,
    page,
    query,
)
from novavms.models import AsyncSitePage, AsyncSiteUserPage, Site, SitePage, SiteUserPage


def list(
    *, cursor: str | NotGiven | None = None, limit: int | NotGiven | None = None, **options: Unpack[CallOptions]
) -> ListCall[SitePage, AsyncSitePage]:
    """Return the sites, newest first; ``limit`` is the size of a page, from 1 to 100, 20 if left out."""
    return ListCall(
        "GET",
        "/sites",
        into(SitePage),
        read_awaited=into(AsyncSitePage),
        query=query(**page(cursor, limit)),
        options=options,
    )


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[Site]:
    """Return one site."""
    return Call("GET", f"/sites/{checked(id)}", into(Site), options=options)


def create(*, name: str, timezone: str | NotGiven | None = None, **options: Unpack[CallOptions]) -> Call[Site]:
    """Add a site; ``timezone`` is an IANA name such as Europe/Berlin, UTC if left out. For admins."""
    return Call("POST", "/sites", into(Site), body=given(name=name, timezone=timezone), options=options)


def update(
    id: Id, /, *, name: str | NotGiven = NOT_GIVEN, timezone: str | NotGiven = NOT_GIVEN, **options: Unpack[CallOptions]
) -> Call[Site]:
    """Change the name or time zone of a site. For admins."""
    return Call(
        "PATCH", f"/sites/{checked(id)}", into(Site), body=changed(name=name, timezone=timezone), options=options
    )


def remove(id: Id, /, **options: Unpack[CallOptions]) -> Call[None]:
    """Delete a site. For admins."""
    return Call("DELETE", f"/sites/{checked(id)}", nothing, options=options)


def users(id: Id, /, **options: Unpack[CallOptions]) -> ListCall[SiteUserPage, AsyncSiteUserPage]:
    """Return the viewers with access to a site. For admins."""
    return ListCall(
        "GET", f"/sites/{checked(id)}/users", into(SiteUserPage), read_awaited=into(AsyncSiteUserPage), options=options
    )


def set_users(
    id: Id, /, user_ids: Sequence[Id], **options: Unpack[CallOptions]
) -> ListCall[SiteUserPage, AsyncSiteUserPage]:
    """Give these viewers, and no others, access to a site. For admins."""
    return ListCall(
        "PUT",
        f"/sites/{checked(id)}/users",
        into(SiteUserPage),
        read_awaited=into(AsyncSiteUserPage),
        body=changed(user_ids=user_ids),
        options=options,
    )
