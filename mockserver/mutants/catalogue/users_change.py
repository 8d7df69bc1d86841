"""Mutants about changing, disabling and removing users."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mockserver.domain import errors, users
from mockserver.domain.access import Role
from mockserver.domain.users import User
from mockserver.mutants.operators.document import field, opened, retyped, role, route, schema, setting, success
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, serving, undone
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    Patch,
    Together,
    around,
    for_each,
    mutant,
    nothing,
    once_in,
    replaced,
    returning,
    stateful,
    together,
)
from mockserver.mutants.operators.refusals import failing, status_of
from mockserver.mutants.operators.values import lacking, record, without_fields
from mockserver.operations import authentication, identity
from mockserver.operations import users as operations
from mockserver.operations.call import Call
from mockserver.store.base import Kind, Query
from mockserver.store.kinds import ALERT_RULES, API_KEYS, SESSIONS, USERS

MUTANTS = Mutants()
_FIXED_FIELDS = ("email", "site_ids", "password", "id", "created_at")


class _AllEnabled:
    """A transaction that reads every user as enabled."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def get(self, *args: Any) -> Any:
        """Return the record; a user is enabled."""
        found = await self._tx.get(*args)
        return record(enabled=True)(found) if isinstance(found, User) else found


def _identify_disabled(original: Original, tx: Any, *args: Any) -> Any:
    """Accept a credential of a disabled user; a defect of the functions of ``identity``."""
    return original(_AllEnabled(tx), *args)


def _not_removed(kind: Kind[Any]) -> Patch:
    """Keep the records of a kind of a user who is disabled or deleted."""

    async def defect(original: Original, call: Call, removed: Kind[Any], user: User) -> None:
        if removed is not kind:
            await original(call, removed, user)

    return around(operations._remove_all, defect)


def _disabled_user(change: Callable[[User], User]) -> Patch:
    """Change more of a user who is disabled."""
    return returning(users.change, lambda user: user if user.enabled else change(user))


def _losing(kind: Kind[Any], *, of_disabled: bool = True) -> Patch:
    """Remove all records of a kind when a user is changed, or only when one is disabled; of users, that one only."""

    async def defect(original: Original, call: Call) -> Any:
        answer = await original(call)
        if not (of_disabled and answer["enabled"]):
            for found in list(await call.tx.select(Query(kind, call.org_id))):
                if kind is not USERS or found.id == answer["id"]:
                    await call.tx.remove(kind, found)
        return answer

    return serving("updateUser", defect)


def _ignoring_if(condition: Callable[[User], bool], name: str) -> Patch:
    """Ignore a field in the change of a user who meets a condition."""

    def defect(original: Original, user: User, changes: Any) -> Any:
        return original(user, lacking(name)(changes) if condition(user) else changes)

    return around(users.change, defect)


def _ignoring(name: str) -> Together:
    """Accept one more field in the change of a user, and ignore it."""
    return together(retyped("UpdateUser", name), asking("updateUser", without_fields(name)))


@MUTANTS.defect("USR-12/sometimes-kept", "AS-145", of=users.change)
@stateful
def _role_sometimes_kept() -> AnyFunction:
    """Ignore the role in one of three changes of a role."""
    due = once_in(3)
    return lambda original, user, changes: original(
        user, lacking("role")(changes) if "role" in changes and due() else changes
    )


@MUTANTS.defect("AS-142/like-others", "ROLE-02", of=users.change)
def _owner_like_others(original: Original, user: User, changes: Any) -> Any:
    """Change the owner like any other user."""
    if user.role is not Role.OWNER:
        return original(user, changes)
    return record(**{**changes, "role": Role(changes.get("role", user.role))})(user)


@MUTANTS.defect("AS-142/not-at-all", of=users.change)
def _owner_unchangeable(original: Original, user: User, changes: Any) -> Any:
    """Refuse any change of the owner."""
    if user.role is Role.OWNER:
        raise errors.InvalidInput({"id": ["is the owner"]})
    return original(user, changes)


@MUTANTS.defect("AS-145/at-the-next-login", of=identity._by_access_token)
@stateful
def _role_of_the_first_call() -> AnyFunction:
    """Let a session keep the role that its user had at its first call."""
    roles: dict[str, Any] = {}

    async def identify(original: Original, *args: Any) -> Any:
        caller = await original(*args)
        return record(role=roles.setdefault(caller.session_id, caller.role))(caller)

    return identify


@MUTANTS.defect("AS-146/kept", of=users.change)
def _sites_kept(original: Original, user: User, changes: Any) -> Any:
    """Keep the granted sites of a user whose role changes."""
    return record(site_ids=user.site_ids)(original(user, changes))


@MUTANTS.defect("AS-147/key-lost", of=operations._remove_all)
async def _keys_removed_too(original: Original, call: Call, kind: Kind[Any], user: User) -> None:
    """Remove the API keys of a user together with the sessions."""
    await original(call, kind, user)
    await original(call, API_KEYS, user)


@MUTANTS.defect("AS-148/email-kept", "AS-140", of="deleteUser")
async def _only_disabled(original: Original, call: Call) -> None:
    """Disable a user instead of removing one."""
    user = await call.get(USERS, "user")
    users.require_removable(user)
    await operations._remove_all(call, SESSIONS, user)
    await call.tx.put(USERS, record(enabled=False)(user))


MUTANTS += (
    mutant("USR-12/ignored", asking("updateUser", without_fields("role")), "AS-140", "AS-145"),
    mutant("USR-12/no-admins", field("UpdateUser", "role", enum=["viewer", "operator"])),
    mutant("USR-12/never-lower", _ignoring_if(lambda user: user.role is Role.ADMIN, "role")),
    *for_each(
        "USR-12/{}-route",
        ("put", "post", "patch"),
        lambda method: route("/api/v1/users/{id}/role", method, "setRole", "admin"),
    ),
    mutant("USR-12/owners-only", role("updateUser", "owner")),
    mutant("USR-23/may-log-in", returning(authentication._find_user, lambda user: user and record(enabled=True)(user))),
    mutant("USR-23/nothing-happens", asking("updateUser", without_fields("enabled")), "AS-147", "AS-140"),
    mutant("USR-23/name-lost", _disabled_user(record(display_name="Disabled user")), "AS-140"),
    mutant("USR-23/role-lost", _disabled_user(record(role=Role.VIEWER)), "AS-140"),
    mutant("USR-23/removed", _losing(USERS)),
    mutant("USR-23/rules-lost", _losing(ALERT_RULES)),
    mutant("USR-23/for-ever", _ignoring_if(lambda user: not user.enabled, "enabled"), "AS-147", "AS-140"),
    mutant("ROLE-02/two", field("UpdateUser", "role", enum=[role.value for role in Role])),
    mutant("AS-140/as-before", answered_as_before("updateUser", "getUser"), "USR-12"),
    mutant("AS-140/undone", serving("updateUser", undone(USERS)), "USR-12", "USR-23"),
    mutant("AS-140/not-removed", serving("deleteUser", nothing), "AS-148"),
    *for_each("AS-140/{}", (200, 202), partial(success, "deleteUser")),
    mutant("AS-140/no-route", failing("getUser", errors.NotFound("user"))),
    mutant("AS-140/name-ignored", asking("updateUser", without_fields("display_name"))),
    mutant("AS-140/less-shown", answering("updateUser", lacking("created_at"))),
    mutant("AS-142/removable", replaced(lambda: users.require_removable, lambda user: None), "ROLE-02"),
    *for_each("AS-142/{}-ignored", ("role", "enabled"), partial(_ignoring_if, lambda user: user.role is Role.OWNER)),
    *for_each("AS-142/{}", (403, 409), partial(status_of, errors.InvalidInput)),
    mutant("AS-144/empty", schema("UpdateUser", setting(minProperties=0))),
    mutant("AS-144/unknown", together(opened("UpdateUser"), asking("updateUser", without_fields(*_FIXED_FIELDS)))),
    *for_each("AS-144/{}-ignored", _FIXED_FIELDS, _ignoring),
    mutant("AS-144/name-101", field("UpdateUser", "display_name", maxLength=101)),
    mutant("AS-144/name-0", field("UpdateUser", "display_name", minLength=0)),
    mutant("AS-144/enabled-anything", _ignoring("enabled")),
    mutant("AS-145/logged-out", _losing(SESSIONS, of_disabled=False), "AS-146"),
    mutant("AS-147/sessions-kept", _not_removed(SESSIONS)),
    mutant(
        "AS-147/token-still-good",
        together(_not_removed(SESSIONS), around(identity._by_access_token, _identify_disabled)),
    ),
    mutant("AS-147/key-still-good", around(identity.identify, _identify_disabled)),
    mutant("AS-148/sessions-kept", _not_removed(SESSIONS)),
)
