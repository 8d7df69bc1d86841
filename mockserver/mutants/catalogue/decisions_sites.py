"""Mutants of decisions (rules AS-…) about sites."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors
from mockserver.domain import sites as domain
from mockserver.mutants.operators.document import field, required, success
from mockserver.mutants.operators.lists import rows
from mockserver.mutants.operators.operations import answered_as_before, answering, asking
from mockserver.mutants.operators.patches import (
    Mutants,
    Original,
    Patch,
    around,
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
    at_most,
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
from mockserver.store.base import Kind, Query
from mockserver.store.kinds import CAMERAS, GATEWAYS, SITES, USERS
from mockserver.store.memory import MemoryTransaction

MUTANTS = Mutants()
_name_field = partial(field, "CreateSite", "name")


def _uncounted(kind: Kind[Any]) -> Patch:
    """Count no records of a kind."""

    async def defect(original: Original, self: Any, query: Query[Any]) -> int:
        return 0 if query.kind is kind else int(await original(self, query))

    return around(MemoryTransaction.count, defect)


def _with_default_timezone(call: Call) -> Call:
    """Set the time zone to UTC if a change does not name one."""
    return with_fields(timezone=call.body.get("timezone", "UTC"))(call)


@MUTANTS.defect("AS-133/forbidden", of="getSite")
async def _forbidden_unless_granted(original: Original, call: Call) -> Any:
    """Refuse a site that is not granted with 403."""
    site = await call.get(SITES, "site")
    if not call.caller.sees(site.id):
        raise errors.Forbidden("Not granted.")
    return operations._view(site)


@MUTANTS.defect("AS-134/younger", of="updateSite")
async def _created_when_changed(original: Original, call: Call) -> Any:
    """Set created_at of a site that is changed to the time of the change."""
    await call.tx.put(SITES, replace(await call.get(SITES, "site"), created_at=call.now.replace(microsecond=0)))
    return await original(call)


@MUTANTS.defect("AS-135/removed-too", of="deleteSite")
async def _cameras_and_gateways_too(original: Original, call: Call) -> Any:
    """Delete the cameras and gateways of a site together with it."""
    for kind in (CAMERAS, GATEWAYS):
        for found in await call.tx.select(Query(kind, call.org_id, {"site_id": (call.params["id"],)})):
            await call.tx.remove(kind, found)
    return await original(call)


@MUTANTS.defect("AS-137/everybody", of="listSiteUsers")
async def _all_viewers(original: Original, call: Call) -> Any:
    """List all viewers of the org."""
    return operations._members(list(await operations._viewers(call)))


@MUTANTS.defect("AS-138/as-before", of="setSiteUsers")
async def _answered_as_before(original: Original, call: Call) -> Any:
    """Answer with the users of the site before the change."""
    before = await operations.list_site_users(call)
    await original(call)
    return before


@MUTANTS.defect("AS-138/others-listed", of=operations._viewers)
async def _all_users(original: Original, call: Call) -> Any:
    """Take users of all roles for viewers."""
    return await call.tx.select(Query(USERS, call.org_id))


@MUTANTS.defect("AS-139/one-at-a-time", of=operations._require_users)
async def _first_unknown_user_only(original: Original, call: Call) -> None:
    """Report only the first unknown user."""
    known = await call.tx.get_many(USERS, call.org_id, call.body["user_ids"])
    for index, user_id in enumerate(call.body["user_ids"]):
        if user_id not in known:
            raise errors.InvalidInput({f"user_ids.{index}": ["is not a user of this org"]})


@MUTANTS.defect("AS-139/half-done", of="setSiteUsers")
async def _half_done(original: Original, call: Call) -> Any:
    """Revoke the site from all users when the list of users is refused."""
    try:
        return await original(call)
    except errors.InvalidInput as error:
        await original(with_fields(user_ids=[])(call))
        return error


MUTANTS += (
    mutant("AS-130/oldest-first", rows("listSites", backwards)),
    mutant("AS-130/by-name", answering("listSites", changed(data=ordered_by("name")))),
    mutant("AS-130/every-site", asking("listSites", granted(None))),
    mutant("AS-130/no-total", answering("listSites", lacking("total"))),
    mutant("AS-130/items", answering("listSites", renamed("data", "items"))),
    mutant("AS-130/never-a-cursor", answering("listSites", having(next_cursor=None))),
    *for_each("AS-130/no-{}", operations._SHOWN[1:], partial(dropped, lambda: operations._SHOWN)),
    *for_each("AS-131/{}", (99, 101), lambda length: _name_field(maxLength=length)),
    mutant("AS-131/empty", _name_field(minLength=0)),
    mutant("AS-131/two-at-least", _name_field(minLength=2)),
    mutant("AS-131/no-name", required("CreateSite")),
    mutant("AS-131/200", success("createSite", 200)),
    mutant("AS-131/zone-needed", required("CreateSite", "name", "timezone")),
    mutant("AS-132/anything", timezones(bool)),
    mutant(
        "AS-132/whatever-case", timezones(lambda name: name.lower() in {zone.lower() for zone in domain.timezones()})
    ),
    mutant("AS-132/parts", timezones(lambda name: any(zone.startswith(name) for zone in domain.timezones()))),
    mutant("AS-132/conflict", around(operations._store, refused_as(errors.InvalidInput, errors.Conflict("No.")))),
    mutant("AS-133/seen", asking("getSite", granted(None))),
    mutant("AS-133/never", asking("getSite", granted(frozenset()))),
    mutant("AS-134/as-before", answered_as_before("updateSite", "getSite")),
    mutant("AS-134/zone-lost", asking("updateSite", _with_default_timezone)),
    mutant("AS-134/201", success("updateSite", 201)),
    mutant("AS-135/cameras-uncounted", _uncounted(CAMERAS)),
    mutant("AS-135/gateways-uncounted", _uncounted(GATEWAYS)),
    mutant("AS-135/conflict", status_of(errors.SiteInUse, 409)),
    mutant("AS-135/200", success("deleteSite", 200)),
    mutant("AS-135/of-the-org", refusing_while(GATEWAYS, lambda call: {})),
    mutant("AS-136/kept", replaced(lambda: domain.revoke, unchanged)),
    mutant("AS-136/all-sites", replaced(lambda: domain.revoke, revoke_all)),
    *for_each("AS-137/no-{}", operations._MEMBER[1:], partial(dropped, lambda: operations._MEMBER), "AS-138"),
    mutant("AS-137/no-total", returning(operations._members, lacking("total")), "AS-138"),
    mutant("AS-137/first-only", answering("listSiteUsers", changed(data=at_most(1)))),
    mutant("AS-138/201", success("setSiteUsers", 201)),
    mutant("AS-139/ignored", replaced(lambda: operations._require_users, nothing)),
    mutant("AS-139/not-found", refusing("setSiteUsers", errors.InvalidInput, errors.NotFound("user"))),
)
