"""Charging calls to token buckets: one per credential, and one per camera for recordings by hand (rules RL-…)."""

from datetime import datetime

from mockserver.domain import limits
from mockserver.domain.access import Caller
from mockserver.domain.errors import RateLimited
from mockserver.domain.limits import Quota, RateLimit
from mockserver.domain.orgs import OrgSettings
from mockserver.store.base import Transaction
from mockserver.store.kinds import BUCKETS, ORGS


async def charge(tx: Transaction, caller: Caller, now: datetime, *, cost: bool) -> tuple[Quota, RateLimited | None]:
    """Return what the caller's bucket allows after this call, and the refusal when it allows none.

    Without ``cost`` the bucket is only read. A caller without a credential has no bucket and is shown a full one.
    """
    org = await tx.get(ORGS, caller.org_id, caller.org_id) if caller.org_id else None
    limit = (org.settings if org else OrgSettings()).rate_limit
    if caller.key_id is None:
        return limits.quota(limits.full("", caller.org_id, limit, now), limit), None
    quota, wait_seconds = await take_token(tx, caller.org_id, caller.key_id, limit, now, cost=cost)
    return quota, None if wait_seconds is None else RateLimited(wait_seconds)


async def take_token(
    tx: Transaction, org_id: str, bucket_id: str, limit: RateLimit, now: datetime, *, cost: bool = True
) -> tuple[Quota, int | None]:
    """Take a token from a bucket and return what the bucket allows then, and the seconds to wait if it had none."""
    known = await tx.get(BUCKETS, org_id, bucket_id)
    bucket = limits.refill(known, limit, now) if known else limits.full(bucket_id, org_id, limit, now)
    if not cost:
        return limits.quota(bucket, limit), None
    charged = limits.take(bucket)
    if charged is None:
        return limits.quota(bucket, limit), limits.seconds_to_token(bucket, limit)
    await tx.put(BUCKETS, charged)
    return limits.quota(charged, limit), None
