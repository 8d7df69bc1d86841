"""Mutants about inviting users."""

from functools import partial
from typing import Any

from mockserver.domain import errors
from mockserver.domain import users as domain
from mockserver.domain.access import Role
from mockserver.mutants.operators.document import field, required, retyped, schema, success
from mockserver.mutants.operators.operations import answering, asking, first, serving
from mockserver.mutants.operators.patches import (
    Change,
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
from mockserver.mutants.operators.values import (
    backwards,
    changed,
    cut,
    each,
    having,
    lacking,
    record,
    sometimes,
    with_fields,
)
from mockserver.operations import users as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import SITES, USERS
from mockserver.store.memory import MemoryTransaction

FIELDS = ("display_name", "role", "enabled", "created_at", "email")


_inviting = partial(serving, "inviteUser")


_invited = partial(answering, "inviteUser")


_asked = partial(field, "InviteUser")


def _user(change: Change) -> Patch:
    return _invited(changed(user=change))


def _free(law: Any) -> Patch:
    """Let emails be free that somebody has for whom the law holds."""

    async def defect(original: Original, self: Any, query: Query[Any]) -> int:
        if query.kind is not USERS or "email" not in query.where:
            return int(await original(self, query))
        return len([user for user in await self.select(query) if not law(user)])

    return around(MemoryTransaction.count, defect)


def _holder(change: Change) -> Patch:
    """Change whoever has the email of an invitation that is refused for it."""

    async def act(call: Call) -> errors.ApiError:
        for user in list(await call.tx.select(Query(USERS, call.org_id, {"email": (call.body["email"].lower(),)}))):
            await call.tx.put(USERS, change(user))
        return errors.EmailTaken()

    return _inviting(tolerating(errors.EmailTaken, act))


async def _forgotten(original: Original, call: Call) -> Any:
    answer = await original(call)
    for user in (await call.tx.get_many(USERS, call.org_id, [answer["user"]["id"]])).values():
        await call.tx.remove(USERS, user)
    return answer


async def _no_sites(call: Call) -> None:
    if call.body["role"] != "viewer" and call.body.get("site_ids"):
        raise errors.InvalidInput({"site_ids": ["is for viewers only"]})


async def _sites_at_least(call: Call) -> None:
    if call.body["role"] == "operator" and not call.body.get("site_ids"):
        raise errors.InvalidInput({"site_ids": ["has to be there"]})


async def _no_site(call: Call) -> tuple[str, ...]:
    return ()


async def _every_site(call: Call) -> tuple[str, ...]:
    return tuple(site.id for site in await call.tx.select(Query(SITES, call.org_id)))


async def _known_only(original: Original, call: Call) -> Any:
    try:
        return await original(call)
    except errors.InvalidInput:
        return tuple(call.body["site_ids"])


def _with_default(call: Call) -> Call:
    return with_fields(site_ids=call.body.get("site_ids", []))(call)


def _kind(index: int) -> Patch:
    """Make passwords up without one kind of character."""
    classes = domain.PASSWORD_CLASSES
    return replaced(lambda: domain.PASSWORD_CLASSES, (*classes[:index], *classes[index + 1 :]))


async def _taken_elsewhere(original: Original, call: Call) -> Any:
    if await call.tx.find_all(USERS, call.body["email"].lower()):
        raise errors.EmailTaken
    return await original(call)


async def _case_counts(original: Original, call: Call) -> Any:
    """Wrap the invitation: an email with capitals is never taken."""
    try:
        return await original(call)
    except errors.EmailTaken:
        if call.body["email"].islower():
            raise
        return await original(with_fields(email=f"other-{call.body['email']}")(call))


_ANY_ROLE = [role.value for role in Role]


def _items(change: Change) -> Patch:
    return answering("listUsers", changed(data=each(change)))


MUTANTS = (
    *for_each("USR-05/name-{}", (99, 101), lambda most: _asked("display_name", maxLength=most)),
    *for_each("USR-05/name-from-{}", (0, 2), lambda least: _asked("display_name", minLength=least)),
    mutant("USR-05/any-text", retyped("InviteUser", "email", type="string")),
    mutant("USR-05/no-tags", _asked("email", pattern="^[^+]*$")),
    mutant("USR-05/short-emails", _asked("email", maxLength=20)),
    mutant("USR-05/name-cut", _user(changed(display_name=cut(99)))),
    mutant("USR-06/no-admins", _asked("role", enum=["viewer", "operator"]), "USR-08"),
    mutant("USR-06/no-viewers", _asked("role", enum=["operator", "admin"])),
    mutant(
        "USR-06/any-case",
        together(
            _asked("role", enum=[*_ANY_ROLE, "Admin"]),
            asking("inviteUser", lambda call: with_fields(role=call.body["role"].lower())(call)),
        ),
    ),
    mutant("USR-06/members", _items(having(role="member")), "ROLE-01", "ROLE-02"),
    mutant(
        "USR-07/not-required",
        together(schema("InviteUser", lambda node: node.pop("then")), asking("inviteUser", _with_default)),
    ),
    mutant("USR-07/may-be-empty", schema("InviteUser", lambda node: node["then"].pop("properties"))),
    mutant("USR-07/refused-for-others", _inviting(first(_no_sites))),
    mutant("USR-07/required-for-others", _inviting(first(_sites_at_least)), "USR-08"),
    mutant("USR-07/none-granted", replaced(lambda: operations._granted_sites, _no_site)),
    mutant("USR-07/all-granted", replaced(lambda: operations._granted_sites, _every_site)),
    *for_each("USR-08/{}", (200, 202), partial(success, "inviteUser")),
    mutant("USR-08/no-invitation-sent", _invited(lacking("invitation_sent"))),
    mutant("USR-08/sent-as-text", _invited(having(invitation_sent="no"))),
    mutant("USR-08/bare-user", _invited(lambda answer: answer["user"])),
    *for_each("USR-08/no-{}", FIELDS[:3], lambda name: dropped(lambda: operations._INVITED, name)),
    mutant("USR-08/not-enabled", _user(having(enabled=False))),
    mutant("USR-08/forgotten", _inviting(_forgotten)),
    mutant("USR-08/sometimes-no-id", _user(sometimes(lacking("id"), 2))),
    *for_each(
        "USR-09/no-{}",
        ("email", "display_name", "role"),
        lambda name: required("InviteUser", *{"email", "display_name", "role"} - {name}),
    ),
    mutant("USR-09/any-role", retyped("InviteUser", "role")),
    mutant("USR-09/any-name", retyped("InviteUser", "display_name")),
    mutant("USR-09/422", status_of(errors.InvalidInput, 422)),
    mutant("USR-09/another-word", code_of(errors.InvalidInput, "bad_request")),
    mutant("USR-10/taken-again", _free(lambda user: True), "USR-17"),
    mutant("USR-10/free-once-disabled", _free(lambda user: not user.enabled), "USR-17"),
    mutant("USR-10/400", status_of(errors.EmailTaken, 400)),
    mutant("USR-10/another-word", code_of(errors.EmailTaken, "email_taken")),
    mutant("USR-14/owners-too", _asked("role", enum=_ANY_ROLE)),
    mutant("USR-16/no-password", _invited(lacking("temporary_password"))),
    mutant("USR-16/another-password", _invited(changed(temporary_password=backwards))),
    *for_each(
        "USR-16/told-by-{}", ("getUser", "updateUser"), lambda name: answering(name, having(temporary_password="x"))
    ),
    mutant("USR-16/told-in-the-list", _items(having(temporary_password="x"))),
    mutant("USR-17/renamed", _holder(record(display_name="Invited again"))),
    mutant("USR-17/enabled-again", _holder(record(enabled=True))),
    mutant("USR-17/role-taken-over", _holder(record(role=Role.ADMIN))),
    *for_each("USR-29/kind-{}", range(4), _kind),
    mutant("USR-29/seven", replaced(lambda: domain.PASSWORD_LENGTH, 7), "AS-156"),
    mutant("AS-143/case-counts", _inviting(_case_counts)),
    mutant("AS-143/one-for-all-orgs", _inviting(_taken_elsewhere)),
    mutant("AS-149/any-site", around(operations._granted_sites, _known_only)),
    mutant("AS-149/not-found", refusing("inviteUser", errors.InvalidInput, errors.NotFound("site"))),
    *for_each("AS-156/{}", (11, 13), lambda length: replaced(lambda: domain.PASSWORD_LENGTH, length)),
    mutant("AS-156/one-for-all", replaced(lambda: domain.temporary_password, lambda rng: "Welcome#2026")),
)
