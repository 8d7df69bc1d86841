"""Who a bearer token belongs to: an API key or access token of a user, or the key of a gateway."""

from datetime import datetime

from mockserver.domain import sessions, tokens
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.tokens import Purpose
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Transaction
from mockserver.store.kinds import API_KEYS, GATEWAYS, SESSIONS, USERS


async def org_of(tx: Transaction, token: str | None) -> str:
    """Return the org that a bearer token belongs to or names, valid or not; an empty text if there is none."""
    if token is None:
        return ""
    if token.count(".") == 2:
        return tokens.org_of(token)
    found = await tx.find(API_KEYS, token) or await tx.find(GATEWAYS, token)
    return found.org_id if found else ""


async def identify(tx: Transaction, token: str | None, now: datetime, random_source: RandomSource) -> Caller:
    """Return the caller with this bearer token: a user, a gateway (without a role), or an anonymous one."""
    if token is None:
        return ANONYMOUS
    key = await tx.find(API_KEYS, token)
    if key is None:
        is_jwt = token.count(".") == 2
        return await (_by_access_token(tx, token, now, random_source) if is_jwt else _by_gateway_key(tx, token))
    user = await tx.get(USERS, key.org_id, key.user_id)
    if user is None or not user.enabled or not key.live(now):
        return ANONYMOUS
    sites = frozenset(user.site_ids) if user.role is Role.VIEWER else None
    return Caller(key.id, key.org_id, user.role, user.id, user.display_name, sites)


async def _by_access_token(tx: Transaction, token: str, now: datetime, random_source: RandomSource) -> Caller:
    """Return the caller with this access token, and mark the session as used; the bucket is the user's (RL-01)."""
    claims = tokens.read(token, Purpose.ACCESS, now, random_source.secret("jwt"))
    session = await tx.get(SESSIONS, claims.org, claims.sid) if claims else None
    user = await tx.get(USERS, session.org_id, session.user_id) if session else None
    if session is None or user is None or not user.enabled:
        return ANONYMOUS
    await tx.put(SESSIONS, sessions.use(session, now))
    sites = frozenset(user.site_ids) if user.role is Role.VIEWER else None
    return Caller(user.id, user.org_id, user.role, user.id, user.display_name, sites, session.id)


async def _by_gateway_key(tx: Transaction, token: str) -> Caller:
    gateway = await tx.find(GATEWAYS, token)
    if gateway is None:
        return ANONYMOUS
    return Caller(gateway.id, gateway.org_id, name=gateway.name)
