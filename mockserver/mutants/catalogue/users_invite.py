"""Mutants about inviting users."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mockserver.domain import errors
from mockserver.domain import users as domain
from mockserver.domain.access import Role
from mockserver.domain.users import User
from mockserver.mutants.operators.document import field, required, retyped, schema, success
from mockserver.mutants.operators.lists import items
from mockserver.mutants.operators.operations import answering, asking, first, serving
from mockserver.mutants.operators.patches import (
    Change,
    Mutants,
    Original,
    Patch,
    around,
    dropped,
    for_each,
    mutant,
    replaced,
    together,
)
from mockserver.mutants.operators.refusals import code_of, refusing, status_of, tolerating
from mockserver.mutants.operators.values import backwards, changed, cut, having, lacking, record, sometimes, with_fields
from mockserver.operations import users as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import SITES, USERS
from mockserver.store.memory import MemoryTransaction

MUTANTS = Mutants()
_ROLES = [role.value for role in Role]
_REQUIRED = ("email", "display_name", "role")
_inviting = partial(serving, "inviteUser")
#: Changes the answer to an invitation.
_invited = partial(answering, "inviteUser")
#: Sets keys of a field of an invitation.
_field = partial(field, "InviteUser")


def _invited_user(change: Change) -> Patch:
    """Change the user in the answer to an invitation."""
    return _invited(changed(user=change))


def _email_free(condition: Callable[[User], bool]) -> Patch:
    """Let an email be free if its user meets a condition."""

    async def defect(original: Original, self: Any, query: Query[Any]) -> int:
        if query.kind is not USERS or "email" not in query.where:
            return int(await original(self, query))
        return len([user for user in await self.select(query) if not condition(user)])

    return around(MemoryTransaction.count, defect)


def _user_with_the_email(change: Change) -> Patch:
    """Change the user whose email is invited again."""

    async def change_and_refuse(call: Call) -> errors.ApiError:
        for user in list(await call.tx.select(Query(USERS, call.org_id, {"email": (call.body["email"].lower(),)}))):
            await call.tx.put(USERS, change(user))
        return errors.EmailTaken()

    return _inviting(tolerating(errors.EmailTaken, change_and_refuse))


def _without_class(index: int) -> Patch:
    """Make temporary passwords without one class of characters."""
    classes = domain.PASSWORD_CLASSES
    return replaced(lambda: domain.PASSWORD_CLASSES, (*classes[:index], *classes[index + 1 :]))


async def _refuse_sites_of_others(call: Call) -> None:
    """Refuse site_ids of a role other than viewer."""
    if call.body["role"] != "viewer" and call.body.get("site_ids"):
        raise errors.InvalidInput({"site_ids": ["is for viewers only"]})


async def _require_sites_of_operators(call: Call) -> None:
    """Require site_ids of an operator."""
    if call.body["role"] == "operator" and not call.body.get("site_ids"):
        raise errors.InvalidInput({"site_ids": ["is required"]})


def _role_in_lower_case(call: Call) -> Call:
    """Convert the role to lower case."""
    return with_fields(role=call.body["role"].lower())(call)


def _default_sites(call: Call) -> Call:
    """Set site_ids to an empty list if it is missing."""
    return with_fields(site_ids=call.body.get("site_ids", []))(call)


@MUTANTS.defect("USR-07/none-granted", of=operations._granted_sites)
async def _no_sites(original: Original, call: Call) -> tuple[str, ...]:
    """Grant no site."""
    return ()


@MUTANTS.defect("USR-07/all-granted", of=operations._granted_sites)
async def _all_sites(original: Original, call: Call) -> tuple[str, ...]:
    """Grant all sites of the org."""
    return tuple(site.id for site in await call.tx.select(Query(SITES, call.org_id)))


@MUTANTS.defect("USR-08/forgotten", of="inviteUser")
async def _not_stored(original: Original, call: Call) -> Any:
    """Answer as usual, and remove the user again."""
    answer = await original(call)
    for user in (await call.tx.get_many(USERS, call.org_id, [answer["user"]["id"]])).values():
        await call.tx.remove(USERS, user)
    return answer


@MUTANTS.defect("AS-143/case-counts", of="inviteUser")
async def _case_counts(original: Original, call: Call) -> Any:
    """Accept an email that is taken if it is written with capitals."""
    try:
        return await original(call)
    except errors.EmailTaken:
        if call.body["email"].islower():
            raise
        return await original(with_fields(email=f"other-{call.body['email']}")(call))


@MUTANTS.defect("AS-143/one-for-all-orgs", of="inviteUser")
async def _taken_in_another_org(original: Original, call: Call) -> Any:
    """Refuse an email that a user of another org has."""
    if await call.tx.find_all(USERS, call.body["email"].lower()):
        raise errors.EmailTaken
    return await original(call)


@MUTANTS.defect("AS-149/any-site", of=operations._granted_sites)
async def _any_site(original: Original, call: Call) -> Any:
    """Grant unknown sites, too."""
    try:
        return await original(call)
    except errors.InvalidInput:
        return tuple(call.body["site_ids"])


MUTANTS += (
    *for_each("USR-05/name-{}", (99, 101), lambda length: _field("display_name", maxLength=length)),
    *for_each("USR-05/name-from-{}", (0, 2), lambda length: _field("display_name", minLength=length)),
    mutant("USR-05/any-text", retyped("InviteUser", "email", type="string")),
    mutant("USR-05/no-tags", _field("email", pattern="^[^+]*$")),
    mutant("USR-05/short-emails", _field("email", maxLength=20)),
    mutant("USR-05/name-cut", _invited_user(changed(display_name=cut(99)))),
    mutant("USR-06/no-admins", _field("role", enum=["viewer", "operator"]), "USR-08"),
    mutant("USR-06/no-viewers", _field("role", enum=["operator", "admin"])),
    mutant(
        "USR-06/any-case",
        together(_field("role", enum=[*_ROLES, "Admin"]), asking("inviteUser", _role_in_lower_case)),
    ),
    mutant("USR-06/members", items("listUsers", having(role="member")), "ROLE-01", "ROLE-02"),
    mutant(
        "USR-07/not-required",
        together(schema("InviteUser", lambda node: node.pop("then")), asking("inviteUser", _default_sites)),
    ),
    mutant("USR-07/may-be-empty", schema("InviteUser", lambda node: node["then"].pop("properties"))),
    mutant("USR-07/refused-for-others", _inviting(first(_refuse_sites_of_others))),
    mutant("USR-07/required-for-others", _inviting(first(_require_sites_of_operators)), "USR-08"),
    *for_each("USR-08/{}", (200, 202), partial(success, "inviteUser")),
    mutant("USR-08/no-invitation-sent", _invited(lacking("invitation_sent"))),
    mutant("USR-08/sent-as-text", _invited(having(invitation_sent="no"))),
    mutant("USR-08/bare-user", _invited(lambda answer: answer["user"])),
    *for_each(
        "USR-08/no-{}", ("display_name", "role", "enabled"), lambda name: dropped(lambda: operations._INVITED, name)
    ),
    mutant("USR-08/not-enabled", _invited_user(having(enabled=False))),
    mutant("USR-08/sometimes-no-id", _invited_user(sometimes(lacking("id"), 2))),
    *for_each(
        "USR-09/no-{}",
        _REQUIRED,
        lambda name: required("InviteUser", *(other for other in _REQUIRED if other != name)),
    ),
    mutant("USR-09/any-role", retyped("InviteUser", "role")),
    mutant("USR-09/any-name", retyped("InviteUser", "display_name")),
    mutant("USR-09/422", status_of(errors.InvalidInput, 422)),
    mutant("USR-09/another-word", code_of(errors.InvalidInput, "bad_request")),
    mutant("USR-10/taken-again", _email_free(lambda user: True), "USR-17"),
    mutant("USR-10/free-once-disabled", _email_free(lambda user: not user.enabled), "USR-17"),
    mutant("USR-10/400", status_of(errors.EmailTaken, 400)),
    mutant("USR-10/another-word", code_of(errors.EmailTaken, "email_taken")),
    mutant("USR-14/owners-too", _field("role", enum=_ROLES)),
    mutant("USR-16/no-password", _invited(lacking("temporary_password"))),
    mutant("USR-16/another-password", _invited(changed(temporary_password=backwards))),
    *for_each(
        "USR-16/shown-by-{}", ("getUser", "updateUser"), lambda name: answering(name, having(temporary_password="x"))
    ),
    mutant("USR-16/shown-in-the-list", items("listUsers", having(temporary_password="x"))),
    mutant("USR-17/renamed", _user_with_the_email(record(display_name="Invited again"))),
    mutant("USR-17/enabled-again", _user_with_the_email(record(enabled=True))),
    mutant("USR-17/role-taken-over", _user_with_the_email(record(role=Role.ADMIN))),
    *for_each("USR-29/kind-{}", range(4), _without_class),
    mutant("USR-29/seven", replaced(lambda: domain.PASSWORD_LENGTH, 7), "AS-156"),
    mutant("AS-149/not-found", refusing("inviteUser", errors.InvalidInput, errors.NotFound("site"))),
    *for_each("AS-156/{}", (11, 13), partial(replaced, lambda: domain.PASSWORD_LENGTH)),
    mutant("AS-156/one-for-all", replaced(lambda: domain.temporary_password, lambda rng: "Welcome#2026")),
)
