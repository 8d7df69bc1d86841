"""The cameras of an org, whose streams a test may break and mend."""

from typing import Any

from mockserver.control.parts import Request
from mockserver.domain import cameras
from mockserver.domain.cameras import CameraStatus
from mockserver.domain.errors import NotFound
from mockserver.operations import notifications, worlds
from mockserver.store.kinds import CAMERAS


async def change(request: Request) -> dict[str, Any]:
    """Put a camera into a status, which lasts."""
    parts = request.parts
    async with parts.store.transaction() as tx:
        camera = await tx.get(CAMERAS, request.params["id"], request.params["camera_id"])
        if camera is None or camera.deleted:
            raise NotFound("camera")
        changed = cameras.hold(camera, CameraStatus(request.body["status"]))
        await tx.put(CAMERAS, changed)
        await notifications.camera_changed(tx, parts.random_source, camera, changed, parts.clock.now())
    return worlds.describe_camera(changed)
