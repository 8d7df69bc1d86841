"""Mutants about adding cameras."""

from functools import partial
from typing import Any

from mockserver.domain import cameras as domain
from mockserver.domain.access import Role
from mockserver.domain.cameras import Camera, CameraStatus
from mockserver.domain.errors import Forbidden, InvalidInput
from mockserver.mutants.operators.document import field, required, role, schema, success
from mockserver.mutants.operators.operations import asking, done_yet_refused, serving, undone
from mockserver.mutants.operators.patches import (
    JSON,
    Mutants,
    Original,
    around,
    calling,
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


def _direct_by_default(schema_object: JSON) -> None:
    """Let a camera that is added without a connection_mode be connected directly."""
    schema_object["properties"]["connection_mode"]["default"] = "direct"
    schema_object["if"].pop("required")


async def _create_at_newest_site(original: Original, call: Call) -> Any:
    """Add a camera without a site_id to the newest site."""
    site = next(await call.tx.select(Query(SITES, call.org_id)))
    return await original(call if "site_id" in call.body else with_fields(site_id=site.id)(call))


async def _create_yet_refuse(original: Original, call: Call) -> Any:
    """Refuse wrong credentials, but add the camera."""
    try:
        return await original(call)
    except InvalidInput as error:
        if "password" not in error.field_errors:
            raise
        await original(without_fields("password")(call))
        return error


def _cut_name(call: Call) -> Call:
    return with_fields(name=call.body["name"][:60])(call)


MUTANTS = Mutants()


@MUTANTS.defect("CAM-19/tried-first", of=domain.register)
def try_credentials_of_direct_cameras(original: Original, camera: Camera, now: Any) -> Any:
    """Refuse a direct camera whose credentials are wrong."""
    if not domain.accepts_credentials(camera):
        raise InvalidInput({"password": ["is refused by the camera"]})
    return original(camera, now)


@MUTANTS.defect("CAM-19/up-at-once", of=domain.register)
def wait_for_stream(original: Original, camera: Camera, now: Any) -> Any:
    """Answer only when the stream of the new camera has started or failed."""
    return domain.settle(original(camera, now))


MUTANTS += (
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
        "CAM-14/first-site",
        together(
            required("CreateCamera", "name", "type", "stream_url"), serving("createCamera", _create_at_newest_site)
        ),
    ),
    mutant("CAM-14/not-found", status_of(InvalidInput, 404)),
    mutant("CAM-14/any-site", replaced(lambda: sites.require_site, nothing)),
    mutant("CAM-15/none-needed", schema("CreateCamera", lambda node: node["else"].pop("required"))),
    mutant("CAM-15/another-word", code_of(InvalidInput, "invalid")),
    mutant("CAM-16/direct", schema("CreateCamera", _direct_by_default)),
    mutant("CAM-16/no-default", required("CreateCamera", "site_id", "name", "type", "stream_url", "connection_mode")),
    mutant("CAM-16/gateway-forgotten", asking("createCamera", without_fields("gateway_id"))),
    *for_each("CAM-17/{}", (99, 101), lambda length: field("CreateCamera", "name", maxLength=length)),
    mutant("CAM-17/empty", field("CreateCamera", "name", minLength=0)),
    mutant("CAM-17/two-at-least", field("CreateCamera", "name", minLength=2)),
    mutant("CAM-17/optional", required("CreateCamera", "site_id", "type", "stream_url")),
    mutant("CAM-17/cut", asking("createCamera", _cut_name)),
    mutant("CAM-18/not-tried", around(domain.register, calling(domain.connect))),
    mutant("CAM-18/sometimes-not-tried", around(domain.register, occasionally(3, calling(domain.connect)))),
    mutant("CAM-18/kept", serving("createCamera", _create_yet_refuse)),
    mutant("CAM-19/never", returning(domain.settle, record(status=CameraStatus.PENDING))),
    mutant("CAM-19/always-online", returning(domain.settle, record(status=CameraStatus.ONLINE))),
    mutant("CAM-19/always-error", returning(domain.settle, record(status=CameraStatus.ERROR))),
)
