"""The verbs of ``client.cameras``."""

from novavms._core.answers import file, into, nothing
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
from novavms.models import (
    AsyncCameraPage,
    CameraDetail,
    CameraPage,
    CameraStatusLike,
    CameraTypeLike,
    ConnectionModeLike,
    EventDetail,
    LiveViewToken,
)


def list(
    *,
    site_id: Id | NotGiven | None = None,
    gateway_id: Id | NotGiven | None = None,
    status: CameraStatusLike | NotGiven | None = None,
    type: CameraTypeLike | NotGiven | None = None,
    connection_mode: ConnectionModeLike | NotGiven | None = None,
    cursor: str | NotGiven | None = None,
    limit: int | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> ListCall[CameraPage, AsyncCameraPage]:
    """Return the cameras that match every given filter, newest first.

    ``limit`` is the size of a page, from 1 to 100, 20 if left out.
    """
    where = {"site_id": site_id, "gateway_id": gateway_id}
    what = {"status": status, "type": type, "connection_mode": connection_mode}
    return ListCall(
        "GET",
        "/cameras",
        into(CameraPage),
        read_awaited=into(AsyncCameraPage),
        query=query(**where, **what, **page(cursor, limit)),
        options=options,
    )


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[CameraDetail]:
    """Return one camera in full."""
    return Call("GET", f"/cameras/{checked(id)}", into(CameraDetail), options=options)


def create(
    *,
    site_id: Id,
    name: str,
    type: CameraTypeLike,
    stream_url: str,
    connection_mode: ConnectionModeLike | NotGiven | None = None,
    gateway_id: Id | NotGiven | None = None,
    username: str | NotGiven | None = None,
    password: str | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> Call[CameraDetail]:
    """Add a camera behind a gateway of its site, or with ``connection_mode="direct"`` without one. For operators."""
    where = given(site_id=site_id, connection_mode=connection_mode, gateway_id=gateway_id)
    login = given(username=username, password=password)
    body = {**given(name=name, type=type, stream_url=stream_url), **where, **login}
    return Call("POST", "/cameras", into(CameraDetail), body=body, options=options)


def update(
    id: Id,
    /,
    *,
    name: str | NotGiven = NOT_GIVEN,
    site_id: Id | NotGiven = NOT_GIVEN,
    gateway_id: Id | NotGiven | None = NOT_GIVEN,
    **options: Unpack[CallOptions],
) -> Call[CameraDetail]:
    """Rename or move a camera; ``gateway_id=None`` connects it directly. For operators."""
    body = changed(name=name, site_id=site_id, gateway_id=gateway_id)
    return Call("PATCH", f"/cameras/{checked(id)}", into(CameraDetail), body=body, options=options)


def remove(id: Id, /, **options: Unpack[CallOptions]) -> Call[None]:
    """Delete a camera; its events stay. For operators."""
    return Call("DELETE", f"/cameras/{checked(id)}", nothing, options=options)


def trigger(id: Id, /, **options: Unpack[CallOptions]) -> Call[EventDetail]:
    """Let a camera record now and return the event; at most once in 5 s for each camera. For operators."""
    return Call("POST", f"/cameras/{checked(id)}/trigger", into(EventDetail), options=options)


def snapshot(id: Id, /, **options: Unpack[CallOptions]) -> Call[bytes]:
    """Return the current picture of a camera, as a JPEG file."""
    return Call("GET", f"/cameras/{checked(id)}/snapshot", file("image/jpeg"), options=options)


def live_view_token(id: Id, /, **options: Unpack[CallOptions]) -> Call[LiveViewToken]:
    """Return a token for the live view of a camera, valid for five minutes."""
    return Call("POST", f"/cameras/{checked(id)}/live-view-token", into(LiveViewToken), options=options)
