"""Mutants about adding cameras."""

from functools import partial
from typing import Any

from mockserver.domain import cameras as domain
from mockserver.domain.access import Role
from mockserver.domain.cameras import CameraStatus
from mockserver.domain.errors import Forbidden, InvalidInput
from mockserver.mutants.operators.document import field, required, role, success
from mockserver.mutants.operators.operations import asking, done_yet_refused, serving, undone
from mockserver.mutants.operators.patches import (
    Edit,
    Original,
    around,
    for_each,
    mutant,
    nothing,
    occasionally,
    replaced,
    returning,
    together,
)
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import record, with_fields, without_fields
from mockserver.operations import sites
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, SITES

_WRITES = ("createCamera", "updateCamera", "deleteCamera")


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


MUTANTS = (
    *for_each("CAM-03/{}-for-viewers", _WRITES, lambda write: role(write, "viewer")),
    *for_each("CAM-03/{}-for-admins", _WRITES[1:], lambda write: role(write, "admin")),
    *for_each("CAM-03/{}-done-yet-refused", _WRITES, lambda write: done_yet_refused(write, Role.VIEWER)),
    mutant("CAM-03/not-deleted", serving("deleteCamera", undone(CAMERAS)), "CAM-13"),
    mutant("CAM-03/name-kept", asking("updateCamera", without_fields("name"))),
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
