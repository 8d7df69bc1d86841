"""What becomes of a camera's stream as time passes."""

from mockserver.domain import cameras
from mockserver.domain.cameras import Camera
from mockserver.store.base import Store
from mockserver.store.kinds import CAMERAS


async def settle(store: Store, camera: Camera) -> None:
    """Let a pending stream come up or fail, unless the camera is gone or was connected anew meanwhile."""
    async with store.transaction() as tx:
        present = await tx.get(CAMERAS, camera.org_id, camera.id)
        if present is not None and present.settles_at == camera.settles_at:
            await tx.put(CAMERAS, cameras.settle(present))
