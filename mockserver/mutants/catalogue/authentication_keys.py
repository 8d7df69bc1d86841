"""Mutants about API keys of service accounts."""

from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.domain import errors, users
from mockserver.domain.users import ApiKey
from mockserver.mutants.operators.document import role, route
from mockserver.mutants.operators.operations import answering, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Original,
    around,
    every,
    for_each,
    mutant,
    replaced,
    returning,
    stateful,
)
from mockserver.mutants.operators.refusals import strangers, tolerating
from mockserver.mutants.operators.values import TIMES, backwards, changed, having, lacking, renamed
from mockserver.operations import authentication
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query
from mockserver.store.kinds import API_KEYS, USERS

KEYS = "/api/v1/service-accounts/{id}/keys"


_key = partial(returning, authentication._key_view)


async def _as_none(call: Call) -> Any:
    return {"keys": []}


async def _all_keys(original: Original, call: Call) -> Any:
    await original(call)
    return {"keys": [authentication._key_view(key) for key in await call.tx.select(Query(API_KEYS, call.org_id))]}


@stateful
def _now_and_then_in_full() -> AnyFunction:
    due = every(4)
    return lambda original, key: {**original(key), **({"name": key.token} if due() else {})}


MUTANTS = (
    *for_each("AUTH-16/{}", (7, 9), partial(replaced, lambda: users._PREFIX_LENGTH)),
    mutant("AUTH-16/live-alone", _key(changed(prefix=lambda text: text.removesuffix("_") + "-"))),
    mutant(
        "AUTH-16/key_",
        around(
            RandomSource.token,
            lambda original, self, prefix: original(self, prefix.replace("sk_live_", "key_live_")),
        ),
    ),
    mutant(
        "AUTH-17/after-a-year",
        around(
            ApiKey.live,
            lambda original, key, now: original(key, now) and now - key.created_at < timedelta(days=365),
        ),
    ),
    mutant("AUTH-17/never", replaced(lambda: ApiKey.live, lambda key, now: True)),
    mutant("AUTH-17/not-told", _key(having(expires_at=None))),
    mutant("AUTH-18/issued", route(KEYS, "post", "issueKey")),
    mutant("AUTH-18/all-revoked", route(KEYS, "delete", "revokeKeys", "admin")),
    mutant("AUTH-18/issued-for-owners", route(KEYS, "post", "issueKey", "owner")),
    mutant(
        "AUTH-19/in-full",
        around(authentication._key_view, lambda original, key: {**original(key), "token": key.token}),
    ),
    mutant("AUTH-19/prefix-is-all", replaced(lambda: users._PREFIX_LENGTH, 100), "AUTH-16"),
    mutant("AUTH-19/now-and-then", around(authentication._key_view, _now_and_then_in_full)),
    *for_each("AUTH-20/no-{}", ("id", "prefix", "name", "created_at"), lambda name: _key(lacking(name))),
    mutant("AUTH-20/id-without-hyphens", _key(changed(id=lambda key_id: key_id.replace("-", "")))),
    mutant("AUTH-20/in-data", answering("listServiceAccountKeys", renamed("keys", "data"))),
    mutant("AUTH-20/empty", answering("listServiceAccountKeys", having(keys=[]))),
    mutant("AUTH-20/day", _key(changed(created_at=TIMES["day"]))),
    *for_each("AS-178/{}s", ("viewer", "operator", "owner"), partial(role, "listServiceAccountKeys")),
    mutant("AS-178/unknown-has-none", serving("listServiceAccountKeys", tolerating(errors.NotFound, _as_none))),
    mutant("AS-178/any-key-of-the-org", serving("listServiceAccountKeys", _all_keys)),
    mutant("AS-178/oldest-first", answering("listServiceAccountKeys", changed(keys=backwards))),
    *strangers("AS-178", "listServiceAccountKeys", USERS),
)
