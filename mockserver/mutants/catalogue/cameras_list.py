"""Mutants about the list of cameras, and reading them."""

from functools import partial

from msgspec.structs import replace

from mockserver.domain import access
from mockserver.domain.cameras import CameraStatus
from mockserver.domain.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from mockserver.mutants.operators.document import moved, role, unlimited
from mockserver.mutants.operators.gateways import admit_roleless
from mockserver.mutants.operators.lists import finding, list_envelope, page_size, rows
from mockserver.mutants.operators.operations import answering, asking, ignoring, malformed_ignored
from mockserver.mutants.operators.patches import Patch, around, dropped, for_each, mutant, replaced, returning
from mockserver.mutants.operators.refusals import code_of, failing, refused_as, status_of
from mockserver.mutants.operators.values import changed, granted, having, renamed, sometimes, where
from mockserver.operations import cameras
from mockserver.operations.call import Call
from mockserver.store.table import Table

_LIST_PATH = "/api/v1/cameras"
_CAMERA_PATH = f"{_LIST_PATH}/{{id}}"
_READS = ("listCameras", "getCamera", "getCameraSnapshot", "createLiveViewToken")
_BINDINGS = ("site_id", "gateway_id")

_list_answer = partial(answering, "listCameras")
_list_rows = partial(rows, "listCameras")
_item = partial(returning, cameras._item)


def _ignored_once_in_three(name: str) -> Patch:
    """Ignore a filter on every third call that has it."""
    ignored = sometimes(where(**{name: None}), 3)
    return finding("listCameras", lambda query: ignored(query) if name in query.where else query)


def _without_status(status: CameraStatus) -> Patch:
    """Leave the cameras with a status out of the list."""
    return _list_rows(lambda found: [row for row in found if row.status is not status])


def _limit_of_20(call: Call) -> Call:
    return replace(call, params={**call.params, "limit": 20})


MUTANTS = (
    mutant("CAM-01/list-moved", moved(_LIST_PATH, "/api/v1/camera")),
    mutant("CAM-01/snapshot-moved", moved(f"{_CAMERA_PATH}/snapshot", "/api/v1/snapshots/{id}")),
    mutant("CAM-01/token-moved", moved(f"{_CAMERA_PATH}/live-view-token", "/api/v1/live-view/{id}")),
    mutant("CAM-01/not-served", failing("getCamera", NotFound("path"))),
    *for_each("CAM-02/{}-for-operators", _READS, lambda read: role(read, "operator")),
    *for_each("CAM-02/{}-of-every-site", _READS, lambda read: asking(read, granted(None))),
    *for_each("CAM-02/{}-of-no-site", _READS, lambda read: asking(read, granted(frozenset()))),
    *for_each("CAM-05/{}-ignored", _BINDINGS, lambda name: ignoring("listCameras", name)),
    *for_each("CAM-05/{}-sometimes-ignored", _BINDINGS, _ignored_once_in_three),
    *for_each("AS-64/any-{}-of-cameras", _BINDINGS, malformed_ignored),
    mutant("CAM-05/site-of-old", replaced(lambda: Table._reindex, lambda *_: None)),
    mutant("CAM-05/one-short", _list_rows(lambda found: found[1:])),
    mutant("CAM-06/ignored", ignoring("listCameras", "status")),
    mutant("AS-66/any-status-of-cameras", malformed_ignored("status")),
    mutant("CAM-06/sometimes-ignored", _ignored_once_in_three("status")),
    *for_each("CAM-06/no-{}", CameraStatus, _without_status),
    mutant("CAM-07/ignored", ignoring("listCameras", "type")),
    mutant("AS-66/any-type-of-cameras", malformed_ignored("type")),
    mutant("CAM-07/always-rtsp", _item(having(type="rtsp")), "CAM-11"),
    mutant("CAM-08/ignored", ignoring("listCameras", "connection_mode")),
    mutant("AS-66/any-mode-of-cameras", malformed_ignored("connection_mode")),
    *page_size(default="CAM-09", lower="CAM-09", upper="CAM-09", accepted=False),
    mutant("CAM-09/limit-ignored", asking("listCameras", _limit_of_20)),
    mutant("CAM-09/one-short", _list_rows(lambda found: found[:-1] if len(found) > 5 else found)),
    mutant("CAM-09/no-second-page", _list_answer(having(next_cursor=None)), "CAM-10"),
    *list_envelope("listCameras", fields="CAM-10", total="CAM-10"),
    mutant("CAM-10/bare", _list_answer(lambda body: body["data"])),
    mutant("CAM-10/items", _list_answer(renamed("data", "items"))),
    mutant("AS-55/total-of-a-page-of-cameras", _list_answer(lambda body: {**body, "total": len(body["data"])})),
    mutant("CAM-10/cursor-empty", _list_answer(changed(next_cursor=lambda cursor: cursor or ""))),
    *for_each("CAM-11/no-{}", cameras._LISTED[1:], partial(dropped, lambda: cameras._LISTED)),
    mutant("CAM-11/high-tier", _item(having(active_tier="high"))),
    mutant("CAM-11/always-direct", _item(having(connection_mode="direct"))),
    mutant("CAM-11/another-status", _item(having(status="recording"))),
    mutant("CAM-12/public", role("listCameras", "public")),
    mutant("CAM-12/another-word", code_of(Unauthenticated, "unauthorized")),
    mutant("CAM-12/forbidden", around(access.authenticate, refused_as(Unauthenticated, Forbidden("Access denied.")))),
    mutant("CAM-12/gateways-too", around(access.authorise, admit_roleless)),
    mutant("CAM-12/unlimited", unlimited("listCameras")),
    mutant("CAM-12/unavailable", status_of(RateLimited, 503)),
)
