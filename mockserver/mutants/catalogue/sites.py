"""Mutants about sites."""

from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors
from mockserver.domain import sites as domain
from mockserver.domain.access import Caller, Role
from mockserver.mutants.operators.document import opened, required, retyped, role
from mockserver.mutants.operators.operations import asking, done_yet_refused, first, serving, undone
from mockserver.mutants.operators.patches import (
    JSON,
    AnyFunction,
    Mutants,
    Original,
    around,
    for_each,
    mutant,
    replaced,
    returning,
    stateful,
    together,
)
from mockserver.mutants.operators.refusals import refusing, status_of, tolerating
from mockserver.mutants.operators.sites import refusing_while, revoke_all, timezones, unchanged
from mockserver.mutants.operators.values import granted, having, lacking, with_fields, without_fields
from mockserver.operations import identity
from mockserver.operations import sites as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import ALERT_RULES, CAMERAS, SITES, USERS

_WRITES = ("createSite", "updateSite", "deleteSite")
_LISTS = ("listSites", "listCameras", "listGateways", "listEvents")
_READS = ("getSite", "getCamera", "getGateway", "getEvent")


def _all_sites_for_none(call: Call) -> Call:
    """Show a viewer to whom no site is granted every one."""
    return granted(None)(call) if call.caller.sites == frozenset() else call


async def _save_for_all_roles(call: Call) -> None:
    """Grant the site to users of other roles who are on the list, and revoke it from those who are not."""
    for user in await call.tx.select(Query(USERS, call.org_id)):
        if user.role is not Role.VIEWER:
            listed = user.id in call.body["user_ids"]
            changed = domain.grant(user, call.params["id"]) if listed else domain.revoke(user, call.params["id"])
            await call.tx.put(USERS, changed)


async def _limit_all_roles(original: Original, tx: Transaction, token: str | None, *others: Any) -> Any:
    """Limit users of all roles to the sites granted to them."""
    caller = await original(tx, token, *others)
    user = caller.user_id and await tx.get(USERS, caller.org_id, caller.user_id)
    return replace(caller, sites=frozenset(user.site_ids)) if user and user.site_ids else caller


_ALL_ROLES_LIMITED = together(
    serving("setSiteUsers", first(_save_for_all_roles)), around(identity.identify, _limit_all_roles)
)


async def _require_viewers(call: Call) -> None:
    """Refuse users of other roles on the list."""
    known = await call.tx.get_many(USERS, call.org_id, call.body["user_ids"])
    if any(user.role is not Role.VIEWER for user in known.values()):
        raise errors.InvalidInput({"user_ids": ["is for viewers"]})


async def _answer_only(original: Original, call: Call) -> Any:
    """Answer with the new list, but do not save it."""
    before = list(await call.tx.select(Query(USERS, call.org_id)))
    answer = await original(call)
    for user in before:
        await call.tx.put(USERS, user)
    return answer


async def _grant_to_all(original: Original, call: Call) -> Any:
    """Grant the site to all viewers unless the body has a list of ids and no ``all``."""
    user_ids = call.body.get("user_ids")
    if isinstance(user_ids, list) and all(len(user_id) == 36 for user_id in user_ids) and "all" not in call.body:
        return await original(call)
    viewers = await call.tx.select(Query(USERS, call.org_id, {"role": (Role.VIEWER,)}))
    return await original(with_fields(user_ids=[user.id for user in viewers])(call))


_GRANTED_TO_ALL = together(
    opened("SetSiteUsers"),
    required("SetSiteUsers"),
    retyped("SetSiteUsers", "user_ids"),
    serving("setSiteUsers", _grant_to_all),
)


async def _no_users(call: Call) -> JSON:
    return {"data": [], "total": 0}


async def _require_no_rules(call: Call) -> None:
    """Refuse to delete a site that alert rules name."""
    for rule in await call.tx.select(Query(ALERT_RULES, call.org_id)):
        if call.params["id"] in rule.site_ids:
            raise errors.SiteInUse(0, 0)


async def _remove_disabled_rules(call: Call) -> None:
    """Remove the alert rules that are disabled."""
    for rule in await call.tx.select(Query(ALERT_RULES, call.org_id, {"enabled": (False,)})):
        await call.tx.remove(ALERT_RULES, rule)


MUTANTS = Mutants()


@MUTANTS.defect("SITE-05/one-call-late", of=identity.identify)
@stateful
def identify_with_previous_sites() -> AnyFunction:
    """Show a viewer the sites that were granted at the call before."""
    previous: dict[Any, Any] = {}

    async def identify(original: Original, tx: Transaction, token: str | None, *others: Any) -> Caller:
        caller: Caller = await original(tx, token, *others)
        if caller.sites is None:
            return caller
        sites = previous.get(caller.key_id, caller.sites)
        previous[caller.key_id] = caller.sites
        return replace(caller, sites=sites)

    return identify


MUTANTS += (
    *for_each("SITE-01/{}-for-operators", _WRITES, lambda write: role(write, "operator")),
    *for_each("SITE-01/{}-for-owners", _WRITES, lambda write: role(write, "owner")),
    *for_each("SITE-01/{}-done-yet-refused", _WRITES, lambda write: done_yet_refused(write, Role.OPERATOR)),
    mutant("SITE-01/not-found", status_of(errors.Forbidden, 404)),
    mutant("SITE-01/name-kept", asking("updateSite", without_fields("name"))),
    mutant("SITE-02/limited-too", _ALL_ROLES_LIMITED),
    mutant("SITE-02/refused", serving("setSiteUsers", first(_require_viewers)), "AS-138"),
    *for_each("SITE-03/{}-of-all", _LISTS, lambda listing: asking(listing, _all_sites_for_none)),
    *for_each("SITE-03/{}-of-any", _READS, lambda read: asking(read, _all_sites_for_none)),
    mutant("SITE-04/only-added", replaced(lambda: domain.revoke, unchanged)),
    mutant("SITE-04/only-removed", replaced(lambda: domain.grant, unchanged), "SITE-05"),
    mutant("SITE-04/everywhere", replaced(lambda: domain.revoke, revoke_all)),
    mutant("SITE-04/nothing-saved", serving("setSiteUsers", _answer_only), "SITE-05"),
    mutant("SITE-07/everybody", _GRANTED_TO_ALL),
    mutant("SITE-08/none", returning(operations._view, lacking("timezone")), "AS-131"),
    mutant("SITE-08/always-utc", returning(operations._view, having(timezone="UTC"))),
    mutant("SITE-08/unchanged", asking("updateSite", without_fields("timezone"))),
    mutant("SITE-08/in-europe", timezones(lambda name: name.startswith(("Europe", "UTC")))),
    mutant("SITE-09/kept", serving("deleteSite", undone(SITES)), "SITE-01"),
    mutant("SITE-09/gone", refusing("getSite", errors.NotFound, errors.PairingCodeExpired())),
    mutant("SITE-09/list-kept", serving("listSiteUsers", tolerating(errors.NotFound, _no_users))),
    mutant("SITE-10/deleted-cameras-count", refusing_while(CAMERAS, lambda call: {"site_id": (call.params["id"],)})),
    mutant("SITE-10/rules-count", serving("deleteSite", first(_require_no_rules))),
    mutant("SITE-10/rules-gone", serving("deleteCamera", first(_remove_disabled_rules))),
)
