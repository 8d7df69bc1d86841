"""Mutants about changing, disabling and removing users."""

from functools import partial
from typing import Any

from mockserver.domain import errors, users
from mockserver.domain.access import Role
from mockserver.domain.users import User
from mockserver.mutants.operators.document import field, opened, retyped, role, route, schema, setting, success
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, serving, undone
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Original,
    around,
    calling,
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
from mockserver.store.base import Query
from mockserver.store.kinds import ALERT_RULES, API_KEYS, SESSIONS, USERS

_updating = partial(serving, "updateUser")


_deleting = partial(serving, "deleteUser")


_ROLES = [found.value for found in Role]


class _AllEnabled:
    """A transaction that takes everybody for enabled."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def get(self, *args: Any) -> Any:
        """Return the record."""
        found = await self._tx.get(*args)
        return record(enabled=True)(found) if isinstance(found, User) else found


def _disabled_too(original: Original, tx: Any, *args: Any) -> Any:
    return original(_AllEnabled(tx), *args)


def _not_removed(*kinds: Any) -> Any:
    """Leave of a user who goes what is of these kinds."""

    async def defect(original: Original, call: Call, kind: Any, user: User) -> None:
        if kind not in kinds:
            await original(call, kind, user)

    return around(operations._remove_all, defect)


def _of_disabled(change: Any) -> Any:
    """Change whoever is disabled in more than that."""
    return returning(users.change, lambda user: user if user.enabled else change(user))


def _also_losing(*kinds: Any, of_disabled: bool = True) -> Any:
    """Remove all that there is of these kinds when a user is changed, or disabled only."""

    async def defect(original: Original, call: Call) -> Any:
        answer = await original(call)
        for kind in kinds if not (of_disabled and answer["enabled"]) else ():
            for found in list(await call.tx.select(Query(kind, call.org_id))):
                if kind is not USERS or found.id == answer["id"]:
                    await call.tx.remove(kind, found)
        return answer

    return _updating(defect)


async def _losing_keys(original: Original, call: Call, kind: Any, user: User) -> None:
    """Wrap the removal of what a disabled user has: the keys go with the sessions."""
    await original(call, kind, user)
    await original(call, API_KEYS, user)


def _enabled_only(original: Original, user: Any, changes: Any) -> Any:
    """Wrap the change of a user: nobody is enabled again."""
    return original(user, changes if user.enabled else lacking("enabled")(changes))


def _sites_kept(original: Original, user: Any, changes: Any) -> Any:
    return record(site_ids=user.site_ids)(original(user, changes))


def _owner_like_others(original: Original, user: User, changes: Any) -> User:
    """Wrap the change of a user: the owner is one like any other."""
    if user.role is not Role.OWNER:
        return original(user, changes)  # type: ignore[no-any-return]
    changes = {**changes, "role": Role(changes.get("role", user.role))}
    return record(**changes)(user)  # type: ignore[no-any-return]


def _of_owner(*names: str) -> Any:
    """Leave fields out of account when the owner is changed, instead of refusing them."""
    return around(
        users.change,
        lambda original, user, changes: original(
            user, lacking(*names)(changes) if user.role is Role.OWNER else changes
        ),
    )


def _not_to_be_touched(original: Original, user: User, changes: Any) -> User:
    if user.role is Role.OWNER:
        raise errors.InvalidInput({"id": ["is the owner"]})
    return original(user, changes)  # type: ignore[no-any-return]


@stateful
def _role_lags() -> AnyFunction:
    """Wrap who calls: somebody signed in has the role that they had at their first call."""
    roles: dict[str, Any] = {}

    async def signed_in(original: Original, *args: Any) -> Any:
        caller = await original(*args)
        return record(role=roles.setdefault(caller.session_id, caller.role))(caller)

    return signed_in


@stateful
def _sometimes_kept() -> AnyFunction:
    """Wrap the change of a user: one change of a role in three does nothing."""
    due = once_in(3)
    return lambda original, user, changes: original(
        user, lacking("role")(changes) if "role" in changes and due() else changes
    )


async def _only_disabled(call: Call) -> None:
    """Take the place of removing a user."""
    user = await call.get(USERS, "user")
    users.require_removable(user)
    await operations._remove_all(call, SESSIONS, user)
    await call.tx.put(USERS, record(enabled=False)(user))


def _taking(name: str) -> Any:
    """Let a change of a user take one more field, which does nothing."""
    return together(retyped("UpdateUser", name), asking("updateUser", without_fields(name)))


LIST, ONE = "/api/v1/users", "/api/v1/users/{id}"


MUTANTS = (
    mutant("USR-12/ignored", asking("updateUser", without_fields("role")), "AS-140", "AS-145"),
    mutant("USR-12/no-admins", field("UpdateUser", "role", enum=["viewer", "operator"])),
    mutant(
        "USR-12/never-lower",
        around(
            users.change,
            lambda original, user, changes: original(
                user, lacking("role")(changes) if user.role is Role.ADMIN else changes
            ),
        ),
    ),
    *for_each(
        "USR-12/{}-route", ("put", "post", "patch"), lambda method: route(f"{ONE}/role", method, "setRole", "admin")
    ),
    mutant("USR-12/sometimes-kept", around(users.change, _sometimes_kept), "AS-145"),
    mutant("USR-12/owners-only", role("updateUser", "owner")),
    mutant("USR-23/may-log-in", returning(authentication._find_user, lambda user: user and record(enabled=True)(user))),
    mutant("USR-23/nothing-happens", asking("updateUser", without_fields("enabled")), "AS-147", "AS-140"),
    mutant("USR-23/name-lost", _of_disabled(record(display_name="Disabled user")), "AS-140"),
    mutant("USR-23/role-lost", _of_disabled(record(role=Role.VIEWER)), "AS-140"),
    mutant("USR-23/removed", _also_losing(USERS)),
    mutant("USR-23/rules-lost", _also_losing(ALERT_RULES)),
    mutant("USR-23/for-ever", around(users.change, _enabled_only), "AS-147", "AS-140"),
    mutant("AS-140/as-before", answered_as_before("updateUser", "getUser"), "USR-12"),
    mutant("AS-140/undone", _updating(undone(USERS)), "USR-12", "USR-23"),
    mutant("AS-140/not-removed", _deleting(nothing), "AS-148"),
    *for_each("AS-140/{}", (200, 202), partial(success, "deleteUser")),
    mutant("AS-140/no-route", failing("getUser", errors.NotFound("user"))),
    mutant("AS-140/name-ignored", asking("updateUser", without_fields("display_name"))),
    mutant("AS-140/less-told", answering("updateUser", lacking("created_at"))),
    mutant("AS-142/like-others", around(users.change, _owner_like_others), "ROLE-02"),
    mutant("AS-142/removable", replaced(lambda: users.require_removable, lambda user: None), "ROLE-02"),
    mutant("AS-142/role-ignored", _of_owner("role")),
    mutant("AS-142/enabled-ignored", _of_owner("enabled")),
    mutant("AS-142/not-at-all", around(users.change, _not_to_be_touched)),
    *for_each("AS-142/{}", (403, 409), partial(status_of, errors.InvalidInput)),
    mutant("ROLE-02/two", field("UpdateUser", "role", enum=_ROLES)),
    mutant("AS-144/empty", schema("UpdateUser", setting(minProperties=0))),
    mutant(
        "AS-144/unknown",
        together(
            opened("UpdateUser"),
            asking("updateUser", without_fields("email", "site_ids", "password", "id", "created_at")),
        ),
    ),
    *for_each("AS-144/{}-ignored", ("email", "site_ids", "password", "id", "created_at"), _taking),
    mutant("AS-144/name-101", field("UpdateUser", "display_name", maxLength=101)),
    mutant("AS-144/name-0", field("UpdateUser", "display_name", minLength=0)),
    mutant("AS-144/enabled-anything", _taking("enabled")),
    mutant("AS-145/at-the-next-login", around(identity._by_access_token, _role_lags)),
    mutant("AS-145/logged-out", _also_losing(SESSIONS, of_disabled=False), "AS-146"),
    mutant("AS-146/kept", around(users.change, _sites_kept)),
    mutant("AS-147/sessions-kept", _not_removed(SESSIONS)),
    mutant(
        "AS-147/token-still-good", together(_not_removed(SESSIONS), around(identity._by_access_token, _disabled_too))
    ),
    mutant("AS-147/key-still-good", around(identity.identify, _disabled_too)),
    mutant("AS-147/key-lost", around(operations._remove_all, _losing_keys)),
    mutant("AS-148/email-kept", _deleting(calling(_only_disabled)), "AS-140"),
    mutant("AS-148/sessions-kept", _not_removed(SESSIONS)),
)
