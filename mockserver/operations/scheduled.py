"""Handlers of records that fall due as time passes: pending cameras and scheduled outages."""

from mockserver.domain import cameras, gateways
from mockserver.domain.cameras import Camera
from mockserver.domain.gateways import ScheduledOutage
from mockserver.operations import notifications
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Store
from mockserver.store.kinds import CAMERAS, GATEWAYS, SCHEDULED_OUTAGES


async def settle_camera(store: Store, camera: Camera) -> None:
    """Let a pending stream start or fail, unless the camera was removed or connected again meanwhile."""
    async with store.transaction() as tx:
        present = await tx.get(CAMERAS, camera.org_id, camera.id)
        if present is not None and present.settles_at == camera.settles_at:
            await tx.put(CAMERAS, cameras.settle(present))


async def apply_outage(store: Store, random_source: RandomSource, outage: ScheduledOutage) -> None:
    """Connect or disconnect a gateway and schedule the next time, unless the outage was applied already."""
    async with store.transaction() as tx:
        if await tx.get(SCHEDULED_OUTAGES, outage.org_id, outage.id) != outage:
            return
        gateway = await tx.get(GATEWAYS, outage.org_id, outage.gateway_id)
        if gateway is not None:
            after = gateways.apply_outage(gateway, outage)
            await tx.put(GATEWAYS, after)
            await notifications.gateway_changed(tx, random_source, gateway, after, outage.due_at)
        next_outage = gateways.next_outage(outage) if gateway else None
        if next_outage is None:
            await tx.remove(SCHEDULED_OUTAGES, outage)
        else:
            await tx.put(SCHEDULED_OUTAGES, next_outage)
