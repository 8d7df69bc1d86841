"""Mutants about moving and deleting cameras."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.domain import alert_rules
from mockserver.domain import cameras as domain
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.cameras import Camera, CameraStatus
from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.operations import first, serving, undone
from mockserver.mutants.operators.patches import (
    Mutants,
    Original,
    Patch,
    for_each,
    mutant,
    nothing,
    replaced,
    returning,
)
from mockserver.mutants.operators.values import having, record
from mockserver.operations import cameras
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, EVENTS


async def _events(call: Call) -> Any:
    """Return the events of the camera of the path."""
    camera = await cameras._existing(call)
    return await call.tx.select(Query(EVENTS, call.org_id, {"camera_id": (camera.id,)}))


async def _delete_events(call: Call) -> None:
    """Delete the events of the camera too."""
    for event in await _events(call):
        await call.tx.remove(EVENTS, event)


async def _delete_clips(call: Call) -> None:
    """Delete the clips of the camera, but not its events."""
    for event in await _events(call):
        await call.tx.put(EVENTS, replace(event, clip_url="https://storage.example.com/gone"))


async def _leave_events_behind(call: Call) -> None:
    """Give the events of the camera to another one at its site."""
    camera = await cameras._existing(call)
    others = await call.tx.select(Query(CAMERAS, call.org_id, {"site_id": (camera.site_id,)}))
    other = next((one.id for one in others if one.id != camera.id), camera.id)
    for event in await _events(call):
        await call.tx.put(EVENTS, replace(event, camera_id=other))


async def _change_id_when_moved(original: Original, call: Call) -> Any:
    """Store a camera that is moved under a new id."""
    before = await cameras._existing(call)
    answer = await original(call)
    after = await cameras._existing(call)
    if after.site_id != before.site_id:
        await call.tx.remove(CAMERAS, after)
        await call.tx.put(CAMERAS, record(id=call.random_source.uuid())(after))
    return answer


def _moved_into(status: CameraStatus) -> Patch:
    """Give a camera that is moved this status at once, and for good."""
    return returning(domain.place, record(status=status, settles_at=None))


MUTANTS = Mutants()


@MUTANTS.defect("CAM-24/of-cameras-stays-on", of=alert_rules.left_without_cameras)
def disable_rules_of_sites_only(original: Original, rule: AlertRule, deleted: Camera, remaining: Any) -> Any:
    """Leave rules that name cameras enabled."""
    return not rule.camera_ids and original(rule, deleted, remaining)


@MUTANTS.defect("CAM-24/of-sites-stays-on", of=alert_rules.left_without_cameras)
def disable_rules_of_cameras_only(original: Original, rule: AlertRule, deleted: Camera, remaining: Any) -> Any:
    """Leave rules of sites and of all cameras enabled."""
    return bool(rule.camera_ids) and original(rule, deleted, remaining)


@MUTANTS.defect("CAM-24/with-the-first", of=alert_rules.left_without_cameras)
def disable_rules_with_any_camera(original: Original, rule: AlertRule, deleted: Camera, remaining: Any) -> Any:
    """Disable a rule with the first of its cameras that is deleted."""
    return alert_rules.watches(rule, deleted.id, deleted.site_id)


@MUTANTS.defect("CAM-26/as-it-was", of=domain.place)
def move_without_restart(original: Original, camera: Camera, site_id: str, gateway_id: str | None, now: Any) -> Any:
    """Leave a camera that is moved in its status."""
    return record(site_id=site_id, gateway_id=gateway_id)(camera)


@MUTANTS.defect("CAM-26/a-minute", of=domain.place)
def restart_a_minute_late(original: Original, camera: Camera, site_id: str, gateway_id: str | None, now: Any) -> Any:
    """Let the stream of a camera that is moved take a minute more to start."""
    placed = original(camera, site_id, gateway_id, now)
    return record(settles_at=placed.settles_at and placed.settles_at + timedelta(minutes=1))(placed)


@MUTANTS.defect("CAM-27/left-behind", of=cameras._gateway_at)
async def keep_gateway(original: Original, call: Call, site_id: str) -> str | None:
    """Leave a camera that is moved bound to its gateway."""
    return (await cameras._existing(call)).gateway_id


@MUTANTS.defect("CAM-27/refused", of=cameras._gateway_at)
async def require_gateway_id(original: Original, call: Call, site_id: str) -> None:
    """Refuse a move that does not name the gateway."""
    raise InvalidInput({"gateway_id": ["is required"]})


MUTANTS += (
    mutant("CAM-23/events-too", serving("deleteCamera", first(_delete_events))),
    mutant("CAM-23/clips-gone", serving("deleteCamera", first(_delete_clips))),
    mutant("CAM-23/not-marked", returning(event_operations._item, having(camera_deleted=False))),
    mutant("CAM-23/all-marked", returning(event_operations._item, having(camera_deleted=True))),
    mutant("CAM-23/kept", serving("deleteCamera", undone(CAMERAS))),
    mutant("CAM-24/stays-on", replaced(lambda: cameras._disable_rules, nothing)),
    mutant("CAM-25/new-id", serving("updateCamera", _change_id_when_moved)),
    mutant("CAM-25/events-left", serving("updateCamera", first(_leave_events_behind))),
    mutant("CAM-25/events-lost", serving("updateCamera", first(_delete_events))),
    mutant("CAM-25/not-moved", serving("updateCamera", undone(CAMERAS))),
    *for_each("CAM-26/{}", ("error", "offline", "online"), lambda status: _moved_into(CameraStatus(status))),
    mutant("CAM-26/stays-pending", _moved_into(CameraStatus.PENDING)),
    mutant("CAM-27/direct", replaced(lambda: cameras._gateway_at, nothing)),
)
