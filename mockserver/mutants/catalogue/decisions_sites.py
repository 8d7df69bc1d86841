"""Mutants about decisions about sites."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors
from mockserver.domain import sites as domain
from mockserver.mutants.operators.document import field, required, success
from mockserver.mutants.operators.lists import rows
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, first, serving
from mockserver.mutants.operators.patches import (
    Original,
    Patch,
    around,
    calling,
    dropped,
    for_each,
    mutant,
    nothing,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import refused_as, refusing, status_of
from mockserver.mutants.operators.sites import refusing_while, revoke_all, timezones, unchanged
from mockserver.mutants.operators.values import (
    backwards,
    changed,
    granted,
    having,
    lacking,
    ordered_by,
    renamed,
    with_fields,
)
from mockserver.operations import sites as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS, SITES, USERS
from mockserver.store.memory import MemoryTransaction


async def _with_what_is_there(call: Call) -> None:
    """Remove a site's cameras and gateways together with it."""
    for kind in (CAMERAS, GATEWAYS):
        for one in await call.tx.select(Query(kind, call.org_id, {"site_id": (call.params["id"],)})):
            await call.tx.remove(kind, one)


def _uncounted(kind: Any) -> Patch:
    """Return a patch by which things of a kind are never counted."""

    async def defect(original: Original, self: Any, query: Any) -> int:
        return 0 if query.kind is kind else int(await original(self, query))

    return around(MemoryTransaction.count, defect)


def _unseen_is(error: errors.ApiError) -> Patch:
    async def get(call: Call) -> Any:
        site = await call.get(SITES, "site")
        if not call.caller.sees(site.id):
            raise error
        return operations._view(site)

    return serving("getSite", calling(get))


async def _first_only(call: Call) -> None:
    """Refuse strangers one by one."""
    known = await call.tx.get_many(USERS, call.org_id, call.body["user_ids"])
    for place, user_id in enumerate(call.body["user_ids"]):
        if user_id not in known:
            raise errors.InvalidInput({f"user_ids.{place}": ["is not a user of this org"]})


async def _half_done(original: Original, call: Call) -> Any:
    """Wrap setSiteUsers: what is refused takes everybody off the list."""
    try:
        return await original(call)
    except errors.InvalidInput as error:
        await original(with_fields(user_ids=[])(call))
        return error


async def _told_as_before(original: Original, call: Call) -> Any:
    before = await operations.list_site_users(call)
    await original(call)
    return before


async def _all_viewers(original: Original, call: Call) -> Any:
    return operations._members(list(await operations._viewers(call)))


async def _everyone(original: Original, call: Call) -> Any:
    return await call.tx.select(Query(USERS, call.org_id))


def _zone_lost(call: Call) -> Call:
    return with_fields(timezone=call.body.get("timezone", "UTC"))(call)


async def _younger(call: Call) -> None:
    """Let a change make the site a new one."""
    await call.tx.put(SITES, replace(await call.get(SITES, "site"), created_at=call.now.replace(microsecond=0)))


_IN_LOWER_CASE = {zone.lower() for zone in domain.timezones()}


MUTANTS = (
    mutant("AS-130/oldest-first", rows("listSites", backwards)),
    mutant("AS-130/by-name", answering("listSites", changed(data=ordered_by("name")))),
    mutant("AS-130/every-site", asking("listSites", granted(None))),
    mutant("AS-130/no-total", answering("listSites", lacking("total"))),
    mutant("AS-130/items", answering("listSites", renamed("data", "items"))),
    mutant("AS-130/never-a-cursor", answering("listSites", having(next_cursor=None))),
    *for_each("AS-130/no-{}", operations._SHOWN[1:], partial(dropped, lambda: operations._SHOWN)),
    *for_each("AS-131/{}", (99, 101), lambda most: field("CreateSite", "name", maxLength=most)),
    mutant("AS-131/empty", field("CreateSite", "name", minLength=0)),
    mutant("AS-131/two-at-least", field("CreateSite", "name", minLength=2)),
    mutant("AS-131/no-name", required("CreateSite")),
    mutant("AS-131/200", success("createSite", 200)),
    mutant("AS-131/zone-needed", required("CreateSite", "name", "timezone")),
    mutant("AS-132/anything", timezones(bool)),
    mutant(
        "AS-132/whatever-case", timezones(lambda name: name.lower() in {zone.lower() for zone in domain.timezones()})
    ),
    mutant("AS-132/parts", timezones(lambda name: any(zone.startswith(name) for zone in domain.timezones()))),
    mutant("AS-132/conflict", around(operations._store, refused_as(errors.InvalidInput, errors.Conflict("No.")))),
    mutant("AS-133/forbidden", _unseen_is(errors.Forbidden("Not granted."))),
    mutant("AS-133/seen", asking("getSite", granted(None))),
    mutant("AS-133/never", asking("getSite", granted(frozenset()))),
    mutant("AS-134/as-before", answered_as_before("updateSite", "getSite")),
    mutant("AS-134/zone-lost", asking("updateSite", _zone_lost)),
    mutant("AS-134/younger", serving("updateSite", first(_younger))),
    mutant("AS-134/201", success("updateSite", 201)),
    mutant("AS-135/cameras-uncounted", _uncounted(CAMERAS)),
    mutant("AS-135/gateways-uncounted", _uncounted(GATEWAYS)),
    mutant("AS-135/removed-too", serving("deleteSite", first(_with_what_is_there))),
    mutant("AS-135/conflict", status_of(errors.SiteInUse, 409)),
    mutant("AS-135/200", success("deleteSite", 200)),
    mutant("AS-135/of-the-org", refusing_while(GATEWAYS, lambda call: {})),
    mutant("AS-136/kept", replaced(lambda: domain.revoke, unchanged)),
    mutant("AS-136/all-sites", replaced(lambda: domain.revoke, revoke_all)),
    *for_each("AS-137/no-{}", operations._MEMBER[1:], partial(dropped, lambda: operations._MEMBER), "AS-138"),
    mutant("AS-137/no-total", returning(operations._members, lacking("total")), "AS-138"),
    mutant("AS-137/everybody", serving("listSiteUsers", _all_viewers)),
    mutant("AS-137/first-only", answering("listSiteUsers", changed(data=lambda data: data[:1]))),
    mutant("AS-138/as-before", serving("setSiteUsers", _told_as_before)),
    mutant("AS-138/others-listed", around(operations._viewers, _everyone)),
    mutant("AS-138/201", success("setSiteUsers", 201)),
    mutant("AS-139/one-at-a-time", replaced(lambda: operations._require_users, _first_only)),
    mutant("AS-139/ignored", replaced(lambda: operations._require_users, nothing)),
    mutant("AS-139/not-found", refusing("setSiteUsers", errors.InvalidInput, errors.NotFound("user"))),
    mutant("AS-139/half-done", serving("setSiteUsers", _half_done)),
)
