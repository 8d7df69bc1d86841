"""Mutants about moving and deleting cameras."""

from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import alert_rules
from mockserver.domain import cameras as domain
from mockserver.domain.cameras import CameraStatus
from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.operations import first, serving, undone
from mockserver.mutants.operators.patches import Original, Patch, around, for_each, mutant, nothing, replaced, returning
from mockserver.mutants.operators.values import record
from mockserver.operations import cameras
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, EVENTS

_moving = partial(serving, "updateCamera")


_placing = partial(around, domain.place)


_UNMARKED = around(feed._item, lambda original, *args: {**original(*args), "camera_deleted": False})


async def _with_its_events(call: Call) -> None:
    """Delete the events of the camera too."""
    camera = await cameras._existing(call)
    for event in await call.tx.select(Query(EVENTS, call.org_id, {"camera_id": (camera.id,)})):
        await call.tx.remove(EVENTS, event)


async def _without_clips(call: Call) -> None:
    """Take the recordings of the camera away, not their events."""
    camera = await cameras._existing(call)
    for event in await call.tx.select(Query(EVENTS, call.org_id, {"camera_id": (camera.id,)})):
        await call.tx.put(EVENTS, replace(event, clip_url="https://storage.example.com/gone"))


async def _under_a_new_id(call: Call) -> None:
    """Let the events of a camera that is moved stay with somebody else."""
    camera = await cameras._existing(call)
    others = await call.tx.select(Query(CAMERAS, call.org_id, {"site_id": (camera.site_id,)}))
    other = next((one.id for one in others if one.id != camera.id), camera.id)
    for event in await call.tx.select(Query(EVENTS, call.org_id, {"camera_id": (camera.id,)})):
        await call.tx.put(EVENTS, replace(event, camera_id=other))


def _only_at_sites(original: Original, rule: Any, gone: Any, left: Any) -> Any:
    """Wrap ``alert_rules.left_without_cameras``: rules that name cameras are left alone."""
    return not rule.camera_ids and original(rule, gone, left)


def _only_of_cameras(original: Original, rule: Any, gone: Any, left: Any) -> Any:
    """Wrap ``alert_rules.left_without_cameras``: rules of sites and of all cameras are left alone."""
    return bool(rule.camera_ids) and original(rule, gone, left)


def _watched(original: Original, rule: Any, gone: Any, left: Any) -> Any:
    """Wrap ``alert_rules.left_without_cameras``: a rule goes off with any of its cameras."""
    return alert_rules.watches(rule, gone.id, gone.site_id)


def _left_as(status: CameraStatus) -> Patch:
    """Return a patch by which a camera that is moved is in this status at once, for good."""
    return returning(domain.place, record(status=status, settles_at=None))


def _as_it_was(original: Original, camera: Any, site_id: Any, gateway_id: Any, now: Any) -> Any:
    """Wrap ``place``: the camera's stream is not brought up anew."""
    return record(site_id=site_id, gateway_id=gateway_id)(camera)


def _late(original: Original, camera: Any, site_id: str, gateway_id: Any, now: Any) -> Any:
    """Wrap ``place``: the stream of a camera that is moved takes a minute."""
    placed = original(camera, site_id, gateway_id, now)
    return placed and record(settles_at=placed.settles_at and placed.settles_at + timedelta(minutes=1))(placed)


async def _the_same_gateway(call: Call, site_id: str) -> Any:
    """Return the gateway that the camera had."""
    return (await cameras._existing(call)).gateway_id


async def _must_be_told(call: Call, site_id: str) -> None:
    """Refuse a move that does not name the gateway."""
    raise InvalidInput({"gateway_id": ["is required"]})


async def _answered_anew(original: Original, call: Call) -> Any:
    """Wrap updateCamera: the camera that is moved is another one from then on."""
    camera = await cameras._existing(call)
    answer = await original(call)
    moved_to = await cameras._existing(call)
    if moved_to.site_id == camera.site_id:
        return answer
    await call.tx.remove(CAMERAS, moved_to)
    await call.tx.put(CAMERAS, record(id=call.random_source.uuid())(moved_to))
    return answer


async def _no_gateway(call: Call, site_id: str) -> None:
    """Connect the camera directly."""


MUTANTS = (
    mutant("CAM-23/events-too", serving("deleteCamera", first(_with_its_events))),
    mutant("CAM-23/clips-gone", serving("deleteCamera", first(_without_clips))),
    mutant("CAM-23/not-marked", _UNMARKED),
    mutant(
        "CAM-23/all-marked",
        around(feed._item, lambda original, *args: {**original(*args), "camera_deleted": True}),
    ),
    mutant("CAM-23/kept", serving("deleteCamera", undone(CAMERAS))),
    mutant("CAM-24/stays-on", replaced(lambda: cameras._disable_rules, nothing)),
    mutant("CAM-24/of-cameras-stays-on", around(alert_rules.left_without_cameras, _only_at_sites)),
    mutant("CAM-24/of-sites-stays-on", around(alert_rules.left_without_cameras, _only_of_cameras)),
    mutant("CAM-24/with-the-first", around(alert_rules.left_without_cameras, _watched)),
    mutant("CAM-25/new-id", serving("updateCamera", _answered_anew)),
    mutant("CAM-25/events-left", _moving(first(_under_a_new_id))),
    mutant("CAM-25/events-lost", _moving(first(_with_its_events))),
    mutant("CAM-25/not-moved", _moving(undone(CAMERAS))),
    *for_each("CAM-26/{}", ("error", "offline", "online"), lambda status: _left_as(CameraStatus(status))),
    mutant("CAM-26/as-it-was", _placing(_as_it_was)),
    mutant("CAM-26/a-minute", _placing(_late)),
    mutant("CAM-26/stays-pending", _left_as(CameraStatus.PENDING)),
    mutant("CAM-27/left-behind", replaced(lambda: cameras._gateway_at, _the_same_gateway)),
    mutant("CAM-27/direct", replaced(lambda: cameras._gateway_at, _no_gateway)),
    mutant("CAM-27/refused", replaced(lambda: cameras._gateway_at, _must_be_told)),
)
