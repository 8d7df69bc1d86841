"""Mutants about sites."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors
from mockserver.domain import sites as domain
from mockserver.domain.access import Role
from mockserver.mutants.operators.document import opened, required, retyped, role
from mockserver.mutants.operators.operations import asking, done_yet_refused, first, serving, undone
from mockserver.mutants.operators.patches import (
    AnyFunction,
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
from mockserver.store.base import Query
from mockserver.store.kinds import ALERT_RULES, CAMERAS, SITES, USERS

_WRITES = ("createSite", "updateSite", "deleteSite")


_LISTS = ("listSites", "listCameras", "listGateways", "listEvents")


_READS = ("getSite", "getCamera", "getGateway", "getEvent")


_saving = partial(serving, "setSiteUsers")


def _none_is_all(call: Call) -> Call:
    """Let a viewer without a site see every one."""
    return granted(None)(call) if call.caller.sites == frozenset() else call


async def _everybody(original: Original, call: Call) -> Any:
    """Wrap setSiteUsers: a list without ids, or with others beside it, is for all viewers."""
    asked = call.body.get("user_ids")
    if isinstance(asked, list) and all(len(one) == 36 for one in asked) and "all" not in call.body:
        return await original(call)
    viewers = await call.tx.select(Query(USERS, call.org_id, {"role": (Role.VIEWER,)}))
    return await original(with_fields(user_ids=[user.id for user in viewers])(call))


async def _limit_to_list(call: Call) -> None:
    """Keep people of other roles who are not on the list to no site at all."""
    for user in await call.tx.select(Query(USERS, call.org_id)):
        if user.role is not Role.VIEWER:
            listed = user.id in call.body["user_ids"]
            changed = domain.grant(user, call.params["id"]) if listed else domain.revoke(user, call.params["id"])
            await call.tx.put(USERS, changed)


async def _scoped_by_list(original: Original, tx: Any, token: Any, *others: Any) -> Any:
    """Wrap what finds out who calls: sites that were granted to people of other roles limit them."""
    caller = await original(tx, token, *others)
    user = caller.user_id and await tx.get(USERS, caller.org_id, caller.user_id)
    return replace(caller, sites=frozenset(user.site_ids)) if user and user.site_ids else caller


@stateful
def _late() -> AnyFunction:
    """Wrap what finds out who calls: a viewer's sites are those of the call before."""
    known: dict[Any, Any] = {}

    async def identify(original: Original, tx: Any, token: Any, *others: Any) -> Any:
        caller = await original(tx, token, *others)
        if caller.sites is None:
            return caller
        before = known.get(caller.key_id, caller.sites)
        known[caller.key_id] = caller.sites
        return replace(caller, sites=before)

    return identify


async def _rules_first(call: Call) -> None:
    for rule in await call.tx.select(Query(ALERT_RULES, call.org_id)):
        if call.params["id"] in rule.site_ids:
            raise errors.SiteInUse(0, 0)


async def _viewers_only(call: Call) -> None:
    """Refuse people of other roles as strangers."""
    known = await call.tx.get_many(USERS, call.org_id, call.body["user_ids"])
    if any(user.role is not Role.VIEWER for user in known.values()):
        raise errors.InvalidInput({"user_ids": ["is for viewers"]})


async def _only_told(original: Original, call: Call) -> Any:
    """Wrap setSiteUsers: the list is answered and not saved."""
    before = list(await call.tx.select(Query(USERS, call.org_id)))
    answer = await original(call)
    for user in before:
        await call.tx.put(USERS, user)
    return answer


async def _nobody(call: Call) -> Any:
    return {"data": [], "total": 0}


async def _rules_gone(call: Call) -> None:
    """Remove the rules that are off."""
    for rule in await call.tx.select(Query(ALERT_RULES, call.org_id, {"enabled": (False,)})):
        await call.tx.remove(ALERT_RULES, rule)


_TO_EVERYBODY = together(
    opened("SetSiteUsers"), required("SetSiteUsers"), retyped("SetSiteUsers", "user_ids"), _saving(_everybody)
)


MUTANTS = (
    *for_each("SITE-01/{}-for-operators", _WRITES, lambda write: role(write, "operator")),
    *for_each("SITE-01/{}-for-owners", _WRITES, lambda write: role(write, "owner")),
    *for_each("SITE-01/{}-done-yet-refused", _WRITES, lambda write: done_yet_refused(write, Role.OPERATOR)),
    mutant("SITE-01/not-found", status_of(errors.Forbidden, 404)),
    mutant("SITE-01/name-kept", asking("updateSite", without_fields("name"))),
    mutant("SITE-02/limited-too", together(_saving(first(_limit_to_list)), around(identity.identify, _scoped_by_list))),
    mutant("SITE-02/refused", _saving(first(_viewers_only)), "AS-138"),
    *for_each("SITE-03/{}-of-all", _LISTS, lambda listing: asking(listing, _none_is_all)),
    *for_each("SITE-03/{}-of-any", _READS, lambda read: asking(read, _none_is_all)),
    mutant("SITE-04/only-added", replaced(lambda: domain.revoke, unchanged)),
    mutant("SITE-04/only-removed", replaced(lambda: domain.grant, unchanged), "SITE-05"),
    mutant("SITE-04/everywhere", replaced(lambda: domain.revoke, revoke_all)),
    mutant("SITE-04/nothing-saved", _saving(_only_told), "SITE-05"),
    mutant("SITE-05/one-call-late", around(identity.identify, _late)),
    mutant("SITE-07/everybody", _TO_EVERYBODY),
    mutant("SITE-08/none", returning(operations._view, lacking("timezone")), "AS-131"),
    mutant("SITE-08/always-utc", returning(operations._view, having(timezone="UTC"))),
    mutant("SITE-08/unchanged", asking("updateSite", without_fields("timezone"))),
    mutant("SITE-08/in-europe", timezones(lambda name: name.startswith(("Europe", "UTC")))),
    mutant("SITE-09/kept", serving("deleteSite", undone(SITES)), "SITE-01"),
    mutant("SITE-09/gone", refusing("getSite", errors.NotFound, errors.PairingCodeExpired())),
    mutant("SITE-09/list-kept", serving("listSiteUsers", tolerating(errors.NotFound, _nobody))),
    mutant("SITE-10/deleted-cameras-count", refusing_while(CAMERAS, lambda call: {"site_id": (call.params["id"],)})),
    mutant("SITE-10/rules-count", serving("deleteSite", first(_rules_first))),
    mutant("SITE-10/rules-gone", serving("deleteCamera", first(_rules_gone))),
)
