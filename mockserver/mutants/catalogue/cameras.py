"""Wrong laws about cameras: their list, and adding one."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import access
from mockserver.domain import cameras as domain
from mockserver.domain.access import Role
from mockserver.domain.cameras import CameraStatus
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from mockserver.mutants.catalogue.gateways import roleless_let_in
from mockserver.mutants.operators.document import field, moved, parameter, required, role, success, unlimited
from mockserver.mutants.operators.lists import finding, rows
from mockserver.mutants.operators.operations import (
    answering,
    asking,
    done_yet_refused,
    ignoring,
    malformed_ignored,
    serving,
    undone,
)
from mockserver.mutants.operators.patches import (
    Edit,
    Original,
    around,
    dropped,
    every,
    for_each,
    mutant,
    nothing,
    occasionally,
    replaced,
    returning,
    together,
)
from mockserver.mutants.operators.refusals import code_of, failing, raising, status_of
from mockserver.mutants.operators.values import (
    changed,
    granted,
    having,
    lacking,
    record,
    renamed,
    where,
    with_fields,
    without_fields,
)
from mockserver.operations import cameras, sites
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, SITES
from mockserver.store.table import Table

_LIST = "/api/v1/cameras"
_ONE = f"{_LIST}/{{id}}"
_READS = ("listCameras", "getCamera", "getCameraSnapshot", "createLiveViewToken")
_WRITES = ("createCamera", "updateCamera", "deleteCamera")
_listed = partial(answering, "listCameras")
_asked = partial(finding, "listCameras")
_item = partial(returning, cameras._item)
_creating = partial(serving, "createCamera")
_registered = partial(around, domain.register)


def _mode_by_default(mode: str) -> Edit:
    """Return a change by which a camera that does not say otherwise is connected so."""

    def change(schema: Any) -> None:
        schema["properties"]["connection_mode"]["default"] = mode
        schema["if"].pop("required")

    return Edit(lambda document: document.raw["components"]["schemas"]["CreateCamera"], change)


def _without_gateway(document: Any) -> Any:
    return document.raw["components"]["schemas"]["CreateCamera"]["else"]


def _now_and_then(name: str) -> Any:
    """Return a change of a query that forgets a filter on every third call that has one."""
    due = every(3)
    return lambda query: where(**{name: None})(query) if name in query.where and due() else query


async def _kept(original: Original, call: Call) -> Any:
    """Wrap createCamera: what the camera refuses is told, and the camera added all the same."""
    try:
        return await original(call)
    except InvalidInput as error:
        if "password" not in error.field_errors:
            raise
        await original(without_fields("password")(call))
        return error


def _believed(original: Original, camera: Any, now: Any) -> Any:
    """Wrap ``register``: nobody tries the credentials before the answer."""
    return domain.connect(camera, now)


def _tried_first(original: Original, camera: Any, now: Any) -> Any:
    """Wrap ``register``: a direct camera's credentials are tried before the answer too."""
    if not domain.accepts_credentials(camera):
        raise InvalidInput({"password": ["is refused by the camera"]})
    return original(camera, now)


def _up_at_once(original: Original, camera: Any, now: Any) -> Any:
    """Wrap ``register``: the answer waits until the stream is up."""
    return domain.settle(original(camera, now))


async def _at_some_site(original: Original, call: Call) -> Any:
    """Wrap createCamera: a camera whose site is not told is put at the newest one."""
    site = next(await call.tx.select(Query(SITES, call.org_id)))
    return await original(call if "site_id" in call.body else with_fields(site_id=site.id)(call))


def _name_cut(call: Call) -> Call:
    return with_fields(name=call.body["name"][:60])(call)


def _twenty(call: Call) -> Call:
    return replace(call, params={**call.params, "limit": 20})


LISTING = (
    mutant("CAM-01/list-moved", moved(_LIST, "/api/v1/camera")),
    mutant("CAM-01/snapshot-moved", moved(f"{_ONE}/snapshot", "/api/v1/snapshots/{id}")),
    mutant("CAM-01/token-moved", moved(f"{_ONE}/live-view-token", "/api/v1/live-view/{id}")),
    mutant("CAM-01/not-served", failing("getCamera", NotFound("path"))),
    *for_each("CAM-02/{}-for-operators", _READS, lambda read: role(read, "operator")),
    *for_each("CAM-02/{}-of-every-site", _READS, lambda read: asking(read, granted(None))),
    *for_each("CAM-02/{}-of-no-site", _READS, lambda read: asking(read, granted(frozenset()))),
    *for_each("CAM-03/{}-for-viewers", _WRITES, lambda write: role(write, "viewer")),
    *for_each("CAM-03/{}-for-admins", _WRITES[1:], lambda write: role(write, "admin")),
    *for_each("CAM-03/{}-done-yet-refused", _WRITES, lambda write: done_yet_refused(write, Role.VIEWER)),
    mutant("CAM-03/not-deleted", serving("deleteCamera", undone(CAMERAS)), "CAM-13"),
    mutant("CAM-03/name-kept", asking("updateCamera", without_fields("name"))),
    *for_each("CAM-05/{}-ignored", ("site_id", "gateway_id"), lambda name: ignoring("listCameras", name)),
    *for_each("CAM-05/{}-sometimes-ignored", ("site_id", "gateway_id"), lambda name: _asked(_now_and_then(name))),
    *for_each("CAM-05/any-{}", ("site_id", "gateway_id"), malformed_ignored),
    mutant("CAM-05/site-of-old", replaced(lambda: Table._reindex, lambda *_: None)),
    mutant("CAM-05/one-short", rows("listCameras", lambda found: found[1:])),
    mutant("CAM-06/ignored", ignoring("listCameras", "status")),
    mutant("CAM-06/anything", malformed_ignored("status")),
    mutant("CAM-06/sometimes-ignored", _asked(_now_and_then("status"))),
    *for_each(
        "CAM-06/no-{}",
        [status.value for status in CameraStatus],
        lambda status: rows("listCameras", lambda found: [row for row in found if row.status.value != status]),
    ),
    mutant("CAM-07/ignored", ignoring("listCameras", "type")),
    mutant("CAM-07/anything", malformed_ignored("type")),
    mutant("CAM-07/always-rtsp", _item(having(type="rtsp")), "CAM-11"),
    mutant("CAM-08/ignored", ignoring("listCameras", "connection_mode")),
    mutant("CAM-08/anything", malformed_ignored("connection_mode")),
    *for_each("CAM-09/{}", (10, 19, 21, 100), lambda size: parameter("Limit", default=size)),
    mutant("CAM-09/two-at-least", parameter("Limit", minimum=2)),
    mutant("CAM-09/ninety-nine", parameter("Limit", maximum=99)),
    mutant("CAM-09/limit-ignored", asking("listCameras", _twenty)),
    mutant("CAM-09/one-short", rows("listCameras", lambda found: found[:-1] if len(found) > 5 else found)),
    mutant("CAM-09/no-second-page", _listed(having(next_cursor=None)), "CAM-10"),
    mutant("CAM-10/no-total", _listed(lacking("total"))),
    mutant("CAM-10/bare", _listed(lambda body: body["data"])),
    mutant("CAM-10/items", _listed(renamed("data", "items"))),
    mutant("CAM-10/total-as-text", _listed(changed(total=str))),
    mutant("CAM-10/total-one-more", _listed(changed(total=lambda total: total + 1))),
    mutant("CAM-10/total-of-the-page", _listed(lambda body: {**body, "total": len(body["data"])})),
    mutant("CAM-10/cursor-empty", _listed(changed(next_cursor=lambda cursor: cursor or ""))),
    *for_each("CAM-11/no-{}", cameras._LISTED[1:], partial(dropped, lambda: cameras._LISTED)),
    mutant("CAM-11/high-tier", _item(having(active_tier="high"))),
    mutant("CAM-11/always-direct", _item(having(connection_mode="direct"))),
    mutant("CAM-11/another-status", _item(having(status="recording"))),
    mutant("CAM-12/public", role("listCameras", "public")),
    mutant("CAM-12/another-word", code_of(Unauthenticated, "unauthorized")),
    mutant("CAM-12/forbidden", replaced(lambda: access.authenticate, raising(Forbidden("No.")))),
    mutant("CAM-12/gateways-too", around(access.authorise, roleless_let_in)),
    mutant("CAM-12/role-as-401", status_of(Forbidden, 401)),
    mutant("CAM-12/unlimited", unlimited("listCameras")),
    mutant("CAM-12/unavailable", status_of(RateLimited, 503)),
)

ADDING = (
    *for_each("CAM-13/{}s-only", ("admin", "owner"), partial(role, "createCamera")),
    mutant("CAM-13/viewers-too", role("createCamera", "viewer")),
    mutant("CAM-13/200", success("createCamera", 200)),
    mutant("CAM-13/refused-as-404", status_of(Forbidden, 404)),
    mutant(
        "CAM-14/first-site", together(required("CreateCamera", "name", "type", "stream_url"), _creating(_at_some_site))
    ),
    mutant("CAM-14/not-found", status_of(InvalidInput, 404)),
    mutant("CAM-14/any-site", replaced(lambda: sites.require_site, nothing)),
    mutant("CAM-15/none-needed", Edit(_without_gateway, lambda node: node.pop("required"))),
    mutant("CAM-15/another-word", code_of(InvalidInput, "invalid")),
    mutant("CAM-16/direct", _mode_by_default("direct")),
    mutant("CAM-16/no-default", required("CreateCamera", "site_id", "name", "type", "stream_url", "connection_mode")),
    mutant("CAM-16/gateway-forgotten", asking("createCamera", without_fields("gateway_id"))),
    *for_each("CAM-17/{}", (99, 101), lambda most: field("CreateCamera", "name", maxLength=most)),
    mutant("CAM-17/empty", field("CreateCamera", "name", minLength=0)),
    mutant("CAM-17/two-at-least", field("CreateCamera", "name", minLength=2)),
    mutant("CAM-17/optional", required("CreateCamera", "site_id", "type", "stream_url")),
    mutant("CAM-17/cut", asking("createCamera", _name_cut)),
    mutant("CAM-18/not-tried", _registered(_believed)),
    mutant("CAM-18/kept", _creating(_kept)),
    mutant("CAM-18/sometimes-not-tried", _registered(occasionally(3, _believed))),
    mutant("CAM-19/tried-first", _registered(_tried_first)),
    mutant("CAM-19/up-at-once", _registered(_up_at_once)),
    mutant("CAM-19/never", returning(domain.settle, record(status=CameraStatus.PENDING))),
    mutant("CAM-19/always-online", returning(domain.settle, record(status=CameraStatus.ONLINE))),
    mutant("CAM-19/always-error", returning(domain.settle, record(status=CameraStatus.ERROR))),
)

MUTANTS = (*LISTING, *ADDING)
