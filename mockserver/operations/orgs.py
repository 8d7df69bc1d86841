"""Orgs: adding one from a fixture, and describing one with the credentials of its users."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from mockserver import fixtures
from mockserver.domain import sessions
from mockserver.domain.access import Role
from mockserver.domain.cameras import Camera
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.domain.orgs import Org, Origin
from mockserver.domain.records import PLATFORM, Record
from mockserver.domain.users import ApiKey, User
from mockserver.operations import seeding
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query, Store, Transaction
from mockserver.store.kinds import API_KEYS, CAMERAS, GATEWAYS, LOGIN_ATTEMPTS, ORGS, SITES, USERS


class SeedTaken(InvalidInput):
    """There is an org of this seed."""


async def create(store: Store, origin: Origin, now: datetime) -> str:
    """Add an org with ids and secrets of its own seed, the same each time, and return its id.

    It is a copy of the first org of a fixture. Raises SeedTaken.
    """
    random_source = RandomSource(origin.seed)
    random_source.stream = "org:"
    raw = fixtures.with_new_ids(fixtures.read(origin.fixture), random_source)
    data = fixtures.parse(raw, "fixture", now)
    org_id = data.records[ORGS.name][0].id
    async with store.transaction() as tx:
        if await tx.get(ORGS, org_id, org_id):
            raise SeedTaken({"seed": [f"is that of the org {org_id}, which has to be removed first"]})
        await seeding.add(tx, random_source, data)
        org = await tx.get(ORGS, org_id, org_id)
        if org is not None:
            name, settings = origin.name or org.name, origin.settings or org.settings
            await tx.put(ORGS, msgspec.structs.replace(org, name=name, settings=settings, origin=origin))
        if origin.events:
            await seeding.require_camera(tx, org_id)
    if origin.events:
        await seeding.generate_history(store, random_source, org_id, origin.events, now)
    return org_id


async def remove(store: Store, org_id: str) -> Org:
    """Remove an org with everything in it and the attempts to log in as its users, and return it. Raises NotFound."""
    async with store.transaction() as tx:
        org = await tx.get(ORGS, org_id, org_id)
        if org is None:
            raise NotFound("org")
        emails = [user.email for user in await tx.select(Query(USERS, org_id))]
        await tx.remove_org(org_id)
    async with store.transaction() as tx:
        for email in emails:
            attempts = await tx.get(LOGIN_ATTEMPTS, PLATFORM, sessions.attempts_id(email))
            if attempts is not None and not await tx.find_all(USERS, email):
                await tx.remove(LOGIN_ATTEMPTS, attempts)
    return org


async def describe(tx: Transaction, org_id: str) -> dict[str, Any] | None:
    """Return what a test needs to know of an org: its sites, devices, and its users' credentials; None without one."""
    org = await tx.get(ORGS, org_id, org_id)
    if org is None:
        return None
    users, keys = list(await tx.select(Query(USERS, org_id))), list(await tx.select(Query(API_KEYS, org_id)))
    sites = await tx.select(Query(SITES, org_id))
    cameras = await tx.select(Query(CAMERAS, org_id, {"deleted": (False,)}))
    gateways = await tx.select(Query(GATEWAYS, org_id))
    return {
        "org_id": org.id,
        "name": org.name,
        "sites": [_fields(site, "id", "name") for site in sites],
        "cameras": [describe_camera(camera) for camera in cameras],
        "gateways": [_fields(gateway, "id", "name", "site_id", "status") for gateway in gateways],
        "actors": _actors(users, [key for key in keys if key.expires_at is None]),
        "temporary_keys": _temporary_keys(users, keys),
    }


def describe_camera(camera: Camera) -> dict[str, Any]:
    """Return what a test needs to know of a camera."""
    return _fields(camera, "id", "name", "site_id", "gateway_id", "status")


def _actors(users: Iterable[User], keys: Iterable[ApiKey]) -> dict[str, Any]:
    """Return one credential per role, highest first: the oldest key of its oldest user."""
    tokens = {key.user_id: key.token for key in keys}
    found = {user.role: user for user in users if user.id in tokens}
    return {role.value: _actor(found[role], tokens[found[role].id]) for role in reversed(Role) if role in found}


def _actor(user: User, token: str) -> dict[str, Any]:
    return {
        "token": token,
        "email": user.email,
        "password": user.password,
        "user_id": user.id,
        "display_name": user.display_name,
        "role": user.role.value,
        "site_ids": list(user.site_ids),
    }


def _temporary_keys(users: Iterable[User], keys: Iterable[ApiKey]) -> list[dict[str, Any]]:
    """Return the keys that expire or have expired, the earliest first."""
    roles = {user.id: user.role for user in users}
    found = sorted((key.expires_at, key.token, roles[key.user_id]) for key in keys if key.expires_at)
    return [{"token": token, "role": role.value, "expires_at": expires_at} for expires_at, token, role in found]


def _fields(record: Record, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
