"""The verbs of ``client.users``: the users of an organisation."""

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
from novavms.models import AssignableRoleLike, AsyncSessionPage, AsyncUserPage, InvitedUser, SessionPage, User, UserPage


def list(
    *, cursor: str | NotGiven | None = None, limit: int | NotGiven | None = None, **options: Unpack[CallOptions]
) -> ListCall[UserPage, AsyncUserPage]:
    """Return the users, newest first; ``limit`` is the size of a page, from 1 to 100, 20 if left out. For admins."""
    return ListCall(
        "GET",
        "/users",
        into(UserPage),
        read_awaited=into(AsyncUserPage),
        query=query(**page(cursor, limit)),
        options=options,
    )


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[User]:
    """Return one user. For admins."""
    return Call("GET", f"/users/{checked(id)}", into(User), options=options)


def invite(
    *,
    email: str,
    display_name: str,
    role: AssignableRoleLike,
    site_ids: Sequence[Id] | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> Call[InvitedUser]:
    """Invite a person; a viewer needs ``site_ids``. For admins.

    If the server sends no mail, the answer has a temporary password. An email address in use is a NovaVMSError with
    status 409.
    """
    body = given(email=email, display_name=display_name, role=role, site_ids=site_ids)
    return Call("POST", "/users", into(InvitedUser), body=body, options=options)


def update(
    id: Id,
    /,
    *,
    display_name: str | NotGiven = NOT_GIVEN,
    role: AssignableRoleLike | NotGiven = NOT_GIVEN,
    enabled: bool | NotGiven = NOT_GIVEN,
    **options: Unpack[CallOptions],
) -> Call[User]:
    """Change the name or role of a user, or block them with ``enabled=False``. For admins."""
    body = changed(display_name=display_name, role=role, enabled=enabled)
    return Call("PATCH", f"/users/{checked(id)}", into(User), body=body, options=options)


def remove(id: Id, /, **options: Unpack[CallOptions]) -> Call[None]:
    """Remove a user from the organisation. For admins."""
    return Call("DELETE", f"/users/{checked(id)}", nothing, options=options)


def change_role(id: Id, /, role: AssignableRoleLike, **options: Unpack[CallOptions]) -> Call[User]:
    """Change the role of a user. For admins."""
    return update(id, role=role, **options)


def sessions(id: Id, /, **options: Unpack[CallOptions]) -> ListCall[SessionPage, AsyncSessionPage]:
    """Return the sessions of a user, at most five. For admins."""
    return ListCall(
        "GET", f"/users/{checked(id)}/sessions", into(SessionPage), read_awaited=into(AsyncSessionPage), options=options
    )


def revoke_session(id: Id, /, session_id: Id, **options: Unpack[CallOptions]) -> Call[None]:
    """End one session of a user. For admins."""
    return Call(
        "DELETE", f"/users/{checked(id)}/sessions/{checked(session_id, 'session_id')}", nothing, options=options
    )
