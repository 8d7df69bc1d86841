"""Who a credential belongs to, and what its rate limit allows."""

from datetime import datetime

from mockserver.domain import limits, sessions, tokens
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.errors import RateLimited
from mockserver.domain.limits import Quota
from mockserver.domain.orgs import OrgSettings
from mockserver.domain.tokens import Purpose
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Transaction
from mockserver.store.kinds import API_KEYS, BUCKETS, GATEWAYS, ORGS, SESSIONS, USERS


async def identify(tx: Transaction, token: str | None, now: datetime, random_source: RandomSource) -> Caller:
    """Return whose bearer token it is: a person's, a gateway's (which has no role), or nobody's."""
    if token is None:
        return ANONYMOUS
    key = await tx.find(API_KEYS, token)
    if key is None:
        return await (_signed_in(tx, token, now, random_source) if token.count(".") == 2 else _gateway(tx, token))
    user = await tx.get(USERS, key.org_id, key.user_id)
    if user is None or not user.enabled or not key.live(now):
        return ANONYMOUS
    sites = frozenset(user.site_ids) if user.role is Role.VIEWER else None
    return Caller(key.id, key.org_id, user.role, user.id, user.display_name, sites)


async def _signed_in(tx: Transaction, token: str, now: datetime, random_source: RandomSource) -> Caller:
    """Return whose access token it is and note that their session is in use; their rate limit is the user's (RL-01)."""
    claims = tokens.read(token, Purpose.ACCESS, now, random_source.secret("jwt"))
    session = await tx.get(SESSIONS, claims.org, claims.sid) if claims else None
    user = await tx.get(USERS, session.org_id, session.user_id) if session else None
    if session is None or user is None or not user.enabled:
        return ANONYMOUS
    await tx.put(SESSIONS, sessions.use(session, now))
    sites = frozenset(user.site_ids) if user.role is Role.VIEWER else None
    return Caller(user.id, user.org_id, user.role, user.id, user.display_name, sites, session.id)


async def _gateway(tx: Transaction, token: str) -> Caller:
    gateway = await tx.find(GATEWAYS, token)
    if gateway is None:
        return ANONYMOUS
    return Caller(gateway.id, gateway.org_id, name=gateway.name)


async def charge(tx: Transaction, caller: Caller, now: datetime, *, cost: bool) -> tuple[Quota, RateLimited | None]:
    """Return what the caller's bucket allows after this call, and the refusal when it allows none.

    Without ``cost`` the bucket is only looked at. Callers without a credential have no bucket: what they see is a
    full one.
    """
    org = await tx.get(ORGS, caller.org_id, caller.org_id) if caller.org_id else None
    settings = org.settings if org else OrgSettings()
    known = await tx.get(BUCKETS, caller.org_id, caller.key_id) if caller.key_id else None
    bucket = limits.fill(known, settings, now) if known else limits.full(caller.key_id, caller.org_id, settings, now)
    if caller.key_id is None or not cost:
        return limits.quota(bucket, settings), None
    charged = limits.take(bucket)
    if charged is None:
        return limits.quota(bucket, settings), RateLimited(limits.seconds_to_token(bucket, settings))
    await tx.put(BUCKETS, charged)
    return limits.quota(charged, settings), None
