"""Cameras: their sites and gateways, snapshots, and recording by hand (rules CAM-…)."""

from datetime import datetime
from typing import Any

import msgspec

from mockserver.domain import access, alert_rules, cameras, dates, pictures
from mockserver.domain.cameras import Camera, CameraStatus, CameraType, ConnectionMode
from mockserver.domain.errors import InvalidInput, NotFound, RateLimited
from mockserver.domain.events import Trigger
from mockserver.domain.gateways import GatewayStatus
from mockserver.operations import events, rate_limits, recording, sites
from mockserver.operations.call import Call, Text, page
from mockserver.store.base import Query
from mockserver.store.kinds import ALERT_RULES, CAMERAS, GATEWAYS

_LISTED = ("id", "name", "site_id", "gateway_id", "connection_mode", "type", "status", "active_tier")
_FILTERS = {
    "site_id": str,
    "gateway_id": str,
    "status": CameraStatus,
    "type": CameraType,
    "connection_mode": ConnectionMode,
}


async def list_cameras(call: Call) -> dict[str, Any]:
    """One page of the cameras that the caller may see."""
    rows, envelope = await page(call, Query(CAMERAS, call.org_id, _where(call)))
    return {"data": [_item(camera) for camera in rows], **envelope}


async def get_camera(call: Call) -> dict[str, Any]:
    """One camera in full."""
    return _detail(await _visible(call))


async def create_camera(call: Call) -> dict[str, Any]:
    """Create a camera, which is pending until its stream has started; its password is never answered."""
    given = {name: value for name, value in call.body.items() if name != "connection_mode"}
    identity = {"id": call.random_source.uuid(), "org_id": call.org_id, "created_at": dates.whole_seconds(call.now)}
    camera = msgspec.convert({**given, **identity}, Camera)
    await sites.require_site(call, camera.site_id)
    await _require_gateway(call, camera.site_id, camera.gateway_id)
    camera = cameras.register(camera, call.now)
    await call.tx.put(CAMERAS, camera)
    return _detail(camera)


async def update_camera(call: Call) -> dict[str, Any]:
    """Rename, move or bind a camera, which keeps its id and its events (CAM-25)."""
    camera = await _existing(call)
    if not call.body.keys().isdisjoint(("site_id", "gateway_id")):
        camera = await _placed(call, camera)
    camera = msgspec.structs.replace(camera, name=call.body.get("name", camera.name))
    await call.tx.put(CAMERAS, camera)
    return _detail(camera)


async def delete_camera(call: Call) -> None:
    """Delete a camera; its events stay (CAM-23)."""
    camera = await _existing(call)
    await call.tx.put(CAMERAS, cameras.remove(camera, call.now))
    await _disable_rules(call, camera)


async def trigger_camera(call: Call) -> dict[str, Any]:
    """Record by hand and return the event, which fires alert rules like any other."""
    camera = await _existing(call)
    await _charge(call, camera)
    chosen = {"trigger_type": Trigger.MANUAL, "starred": False}
    at = dates.whole_seconds(call.now)
    event = recording.generate(call.random_source.generator("events"), call.random_source.uuid(), camera, at, chosen)
    await recording.record(call.tx, call.random_source, event, call.now)
    return await events.detail(call, event)


async def get_camera_snapshot(call: Call) -> Text:
    """A picture of what the camera sees now."""
    camera = await _visible(call)
    return Text("image/jpeg", pictures.snapshot(camera.id, camera.name, dates.whole_seconds(call.now)))


async def create_live_view_token(call: Call) -> dict[str, Any]:
    """A token for the live view of the camera, valid for five minutes."""
    await _visible(call)
    expires_at: datetime = dates.whole_seconds(call.now) + cameras.LIVE_VIEW_LIFETIME
    return {"token": call.random_source.token("lv_"), "expires_at": expires_at}


def _where(call: Call) -> dict[str, Any]:
    """Return what the filters ask for. Raises Forbidden for a viewer and a site not granted (AS-101)."""
    params, seen = call.params, call.caller.sites
    where: dict[str, Any] = {"deleted": (False,)} if seen is None else {"deleted": (False,), "site_id": seen}
    if "site_id" in params:
        access.require_sites(call.caller, [params["site_id"]])
    return where | {name: (read(params[name]),) for name, read in _FILTERS.items() if name in params}


async def _existing(call: Call) -> Camera:
    camera = await call.get(CAMERAS, "camera")
    if camera.deleted:
        raise NotFound("camera")
    return camera


async def _visible(call: Call) -> Camera:
    """Return the camera of the path. Raises NotFound, also for a viewer and a site not granted."""
    camera = await _existing(call)
    if not call.caller.sees(camera.site_id):
        raise NotFound("camera")
    return camera


async def _placed(call: Call, camera: Camera) -> Camera:
    """Return the camera at its new site; if it had a gateway, it is bound to one of that site (CAM-27)."""
    site_id, gateway_id = call.body.get("site_id", camera.site_id), camera.gateway_id
    await sites.require_site(call, site_id)
    if "gateway_id" in call.body:
        gateway_id = call.body["gateway_id"]
        await _require_gateway(call, site_id, gateway_id)
    elif gateway_id is not None and site_id != camera.site_id:
        gateway_id = await _gateway_at(call, site_id)
    return cameras.place(camera, site_id, gateway_id, call.now)


async def _gateway_at(call: Call, site_id: str) -> str:
    """Return the oldest gateway of the site that is not disabled. Raises InvalidInput."""
    found = await call.tx.select(Query(GATEWAYS, call.org_id, {"site_id": (site_id,)}))
    usable = [gateway.id for gateway in found if gateway.status is not GatewayStatus.DISABLED]
    if not usable:
        raise InvalidInput({"site_id": ["has no gateway that could take the camera over"]})
    return usable[-1]


async def _require_gateway(call: Call, site_id: str, gateway_id: str | None) -> None:
    gateway = None if gateway_id is None else await call.tx.get(GATEWAYS, call.org_id, gateway_id)
    if gateway_id is not None and (gateway is None or gateway.site_id != site_id):
        raise InvalidInput({"gateway_id": ["is not a gateway of this site"]})


async def _disable_rules(call: Call, deleted: Camera) -> None:
    """Disable the alert rules that watched the deleted camera and watch no other (CAM-24)."""
    remaining = list(await call.tx.select(Query(CAMERAS, call.org_id, {"deleted": (False,)})))
    for rule in await call.tx.select(Query(ALERT_RULES, call.org_id, {"enabled": (True,)})):
        if alert_rules.left_without_cameras(rule, deleted, remaining):
            await call.tx.put(ALERT_RULES, msgspec.structs.replace(rule, enabled=False))


async def _charge(call: Call, camera: Camera) -> None:
    """Take a token from the bucket of the camera. Raises RateLimited (CAM-20)."""
    _, wait_seconds = await rate_limits.take_token(call.tx, camera.org_id, camera.id, cameras.TRIGGER_LIMIT, call.now)
    if wait_seconds is not None:
        raise RateLimited(wait_seconds, "This camera was triggered less than five seconds ago.")


def _item(camera: Camera) -> dict[str, Any]:
    return {name: getattr(camera, name) for name in _LISTED}


def _detail(camera: Camera) -> dict[str, Any]:
    return {**_item(camera), "created_at": camera.created_at, "stream_url": camera.shown_url}
