"""Sites and the viewers who may see them (rules SITE-…)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from mockserver.domain import sites
from mockserver.domain.access import Role
from mockserver.domain.errors import InvalidInput, NotFound, SiteInUse
from mockserver.domain.sites import Site
from mockserver.domain.users import User
from mockserver.operations.call import Call, page
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS, SITES, USERS

_SHOWN = ("id", "name", "timezone", "created_at")
_MEMBER = ("id", "email", "display_name", "role")


async def list_sites(call: Call) -> dict[str, Any]:
    """One page of the sites that the caller may see."""
    where = {} if call.caller.sites is None else {"id": call.caller.sites}
    rows, envelope = await page(call, Query(SITES, call.org_id, where))
    return {"data": [_view(site) for site in rows], **envelope}


async def get_site(call: Call) -> dict[str, Any]:
    """One site. Raises NotFound, also for a viewer to whom it is not granted."""
    site = await call.get(SITES, "site")
    if not call.caller.sees(site.id):
        raise NotFound("site")
    return _view(site)


async def create_site(call: Call) -> dict[str, Any]:
    """Create a site, in UTC by default."""
    return await _store(call, msgspec.convert({**call.body, **await call.new_identity()}, Site))


async def update_site(call: Call) -> dict[str, Any]:
    """Change some fields of a site."""
    return await _store(call, msgspec.structs.replace(await call.get(SITES, "site"), **call.body))


async def delete_site(call: Call) -> None:
    """Delete an empty site, also from the sites granted to users (SITE-09)."""
    site = await call.get(SITES, "site")
    at_site = {"site_id": (site.id,)}
    gateways = await call.tx.count(Query(GATEWAYS, call.org_id, at_site))
    cameras = await call.tx.count(Query(CAMERAS, call.org_id, {**at_site, "deleted": (False,)}))
    if gateways or cameras:
        raise SiteInUse(gateways, cameras)
    for user in await call.tx.select(Query(USERS, call.org_id)):
        if site.id in user.site_ids:
            await call.tx.put(USERS, sites.revoke(user, site.id))
    await call.tx.remove(SITES, site)


async def list_site_users(call: Call) -> dict[str, Any]:
    """The viewers to whom the site is granted, without paging."""
    site = await call.get(SITES, "site")
    return _members([user for user in await _viewers(call) if site.id in user.site_ids])


async def set_site_users(call: Call) -> dict[str, Any]:
    """Grant the site to these viewers and to no other; users of other roles see it anyway (SITE-02, SITE-04)."""
    site = await call.get(SITES, "site")
    await _require_users(call)
    granted = []
    for user in await _viewers(call):
        chosen = user.id in call.body["user_ids"]
        changed = sites.grant(user, site.id) if chosen else sites.revoke(user, site.id)
        await call.tx.put(USERS, changed)
        granted += [changed] if chosen else []
    return _members(granted)


async def require_site(call: Call, site_id: str) -> None:
    """Refuse a ``site_id`` that the org does not have. Raises InvalidInput."""
    if await call.tx.get(SITES, call.org_id, site_id) is None:
        raise InvalidInput({"site_id": ["is not a site of this org"]})


async def _store(call: Call, site: Site) -> dict[str, Any]:
    sites.require_timezone(site.timezone)
    await call.tx.put(SITES, site)
    return _view(site)


async def _viewers(call: Call) -> Iterable[User]:
    return await call.tx.select(Query(USERS, call.org_id, {"role": (Role.VIEWER,)}))


async def _require_users(call: Call) -> None:
    """Refuse users whom the org does not have. Raises InvalidInput."""
    user_ids = call.body["user_ids"]
    known = await call.tx.get_many(USERS, call.org_id, user_ids)
    unknown = [index for index, user_id in enumerate(user_ids) if user_id not in known]
    if unknown:
        raise InvalidInput({f"user_ids.{index}": ["is not a user of this org"] for index in unknown})


def _members(users: list[User]) -> dict[str, Any]:
    return {"data": [{name: getattr(user, name) for name in _MEMBER} for user in users], "total": len(users)}


def _view(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in _SHOWN}
