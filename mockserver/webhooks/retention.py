"""Which finished deliveries an org keeps: so many of the newest, and none that is older than so many hours."""

from datetime import datetime, timedelta

from mockserver.domain.dates import Window
from mockserver.domain.webhooks import DeliveryState
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import DELIVERIES, ORGS

_FINISHED = {"state": (DeliveryState.SUCCEEDED, DeliveryState.FAILED)}


async def trim(tx: Transaction, org_id: str, now: datetime) -> None:
    """Remove the deliveries beyond the limits that the org's settings have; none that is still to be attempted."""
    org = await tx.get(ORGS, org_id, org_id)
    if org is None:
        return
    kept, oldest = org.settings.deliveries_kept, now - timedelta(hours=org.settings.deliveries_kept_hours)
    surplus = set(await tx.select(Query(DELIVERIES, org_id, _FINISHED, Window(until=oldest))))
    if await tx.count(Query(DELIVERIES, org_id, _FINISHED)) > kept:
        surplus.update(list(await tx.select(Query(DELIVERIES, org_id, _FINISHED)))[kept:])
    for delivery in surplus:
        await tx.remove(DELIVERIES, delivery)
