"""Wrong laws about the keys of service accounts, and about the health of the parts."""

from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors, sessions, users
from mockserver.domain.users import ApiKey
from mockserver.mutants.operators.calls import answering, serving
from mockserver.mutants.operators.document import moved, role, route
from mockserver.mutants.operators.patches import Original, for_each, instead, mutant, patch, returning
from mockserver.mutants.operators.refusals import strangers, tolerating
from mockserver.mutants.operators.values import TIMES, backwards, changed, every, having, lacking, renamed, sometimes
from mockserver.operations import authentication, identity
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query
from mockserver.store.kinds import API_KEYS, SESSIONS, USERS

KEYS = "/api/v1/service-accounts/{id}/keys"
_key = partial(returning, authentication, "_key")


def _per_use(original: Original) -> Any:
    """Open a session for every use of a key."""

    async def identify(tx: Any, token: Any, now: Any, random_source: Any) -> Any:
        caller = await original(tx, token, now, random_source)
        if caller.user_id and not caller.session_id:
            session = sessions.Session(
                id=random_source.uuid(), org_id=caller.org_id, user_id=caller.user_id, refresh_id="x",
                created_at=now, last_used_at=now, expires_at=now + timedelta(days=1),
            )  # fmt: skip
            await tx.put(SESSIONS, session)
        return caller

    return identify


def _promoted(original: Original) -> Any:
    """Give keys the role of whoever logged in last."""
    last: list[Any] = []

    async def identify(tx: Any, token: Any, now: Any, random_source: Any) -> Any:
        caller = await original(tx, token, now, random_source)
        if caller.session_id:
            last[:] = [caller.user_id]
        return replace(caller, user_id=last[0]) if caller.user_id and last else caller

    return identify


async def _as_none(call: Call) -> Any:
    return {"keys": []}


def _all_keys(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        await original(call)
        return {"keys": [authentication._key(key) for key in await call.tx.select(Query(API_KEYS, call.org_id))]}

    return wrapped


def _now_and_then_in_full(original: Original) -> Any:
    due = every(4)
    return lambda key: {**original(key), **({"name": key.token} if due() else {})}


MUTANTS = (
    mutant("AUTH-15/sessions-of-keys", patch(identity, "identify", _per_use)),
    mutant("AUTH-15/whoever-logged-in", patch(identity, "identify", _promoted)),
    *for_each("AUTH-16/{}", (7, 9), partial(instead, users, "_PREFIX")),
    mutant("AUTH-16/live-alone", _key(changed(prefix=lambda text: text.removesuffix("_") + "-"))),
    mutant(
        "AUTH-16/key_",
        patch(
            RandomSource,
            "token",
            lambda original: lambda self, prefix: original(self, prefix.replace("sk_live_", "key_live_")),
        ),
    ),
    mutant(
        "AUTH-17/after-a-year",
        patch(
            ApiKey,
            "live",
            lambda original: lambda key, now: original(key, now) and now - key.created_at < timedelta(days=365),
        ),
    ),
    mutant("AUTH-17/never", instead(ApiKey, "live", lambda key, now: True)),
    mutant("AUTH-17/not-told", _key(having(expires_at=None))),
    mutant("AUTH-18/issued", route(KEYS, "post", "issueKey")),
    mutant("AUTH-18/all-revoked", route(KEYS, "delete", "revokeKeys", "admin")),
    mutant("AUTH-18/issued-for-owners", route(KEYS, "post", "issueKey", "owner")),
    mutant(
        "AUTH-19/in-full",
        patch(authentication, "_key", lambda original: lambda key: {**original(key), "token": key.token}),
    ),
    mutant("AUTH-19/prefix-is-all", instead(users, "_PREFIX", 100), "AUTH-16"),
    mutant("AUTH-19/now-and-then", patch(authentication, "_key", _now_and_then_in_full)),
    *for_each("AUTH-20/no-{}", ("id", "prefix", "name", "created_at"), lambda name: _key(lacking(name))),
    mutant("AUTH-20/in-data", answering("listServiceAccountKeys", renamed("keys", "data"))),
    mutant("AUTH-20/empty", answering("listServiceAccountKeys", having(keys=[]))),
    mutant("AUTH-20/day", _key(changed(created_at=TIMES["day"]))),
    mutant("AUTH-20/id-without-hyphens", _key(changed(id=lambda key_id: key_id.replace("-", "")))),
    *for_each(
        "SYS-02/no-{}", ("status", "db", "go2rtc", "version"), lambda name: answering("getApiHealth", lacking(name))
    ),
    mutant("SYS-02/guarded", role("getApiHealth", "viewer")),
    mutant("SYS-02/elsewhere", moved("/api/v1/health", "/api/v1/status")),
    mutant("SYS-02/sometimes-silent", answering("getApiHealth", sometimes(lacking("db")))),
    *for_each("AS-178/{}s", ("viewer", "operator", "owner"), partial(role, "listServiceAccountKeys")),
    mutant("AS-178/unknown-has-none", serving("listServiceAccountKeys", tolerating(errors.NotFound, _as_none))),
    mutant("AS-178/any-key-of-the-org", serving("listServiceAccountKeys", _all_keys)),
    mutant("AS-178/oldest-first", answering("listServiceAccountKeys", changed(keys=backwards))),
    *strangers("AS-178", "listServiceAccountKeys", USERS),
)
