"""Mutants about API keys of service accounts."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mockserver.domain import errors, users
from mockserver.domain.users import ApiKey
from mockserver.mutants.operators.document import role, route
from mockserver.mutants.operators.operations import answering, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    for_each,
    mutant,
    once_in,
    replaced,
    returning,
    stateful,
)
from mockserver.mutants.operators.refusals import foreign_object, tolerating
from mockserver.mutants.operators.values import TIMES, backwards, changed, having, lacking, renamed
from mockserver.operations import authentication
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query
from mockserver.store.kinds import API_KEYS, USERS

MUTANTS = Mutants()
_PATH = "/api/v1/service-accounts/{id}/keys"
#: Changes a key as it is listed.
_listed_key = partial(returning, authentication._key_view)


@MUTANTS.defect("AUTH-16/key_", of=RandomSource.token)
def _another_prefix(original: Original, self: RandomSource, prefix: str) -> Any:
    """Begin API keys with ``key_live_``."""
    return original(self, prefix.replace("sk_live_", "key_live_"))


@MUTANTS.defect("AUTH-17/after-a-year", of=ApiKey.live)
def _expiring_after_a_year(original: Original, key: ApiKey, now: datetime) -> Any:
    """Let keys expire after a year at the latest."""
    return original(key, now) and now - key.created_at < timedelta(days=365)


@MUTANTS.defect("AUTH-19/in-full", of=authentication._key_view)
def _in_full(original: Original, key: ApiKey) -> Any:
    """List keys with their tokens."""
    return {**original(key), "token": key.token}


@MUTANTS.defect("AUTH-19/now-and-then", of=authentication._key_view)
@stateful
def _sometimes_in_full() -> AnyFunction:
    """List one key in four under its token instead of its name."""
    due = once_in(4)
    return lambda original, key: original(key) | ({"name": key.token} if due() else {})


@MUTANTS.defect("AS-178/any-key-of-the-org", of="listServiceAccountKeys")
async def _all_keys(original: Original, call: Call) -> Any:
    """List the keys of all service accounts of the org."""
    await original(call)
    return {"keys": [authentication._key_view(key) for key in await call.tx.select(Query(API_KEYS, call.org_id))]}


async def _no_keys(call: Call) -> Any:
    """Answer with an empty list."""
    return {"keys": []}


MUTANTS += (
    *for_each("AUTH-16/{}", (7, 9), partial(replaced, lambda: users._PREFIX_LENGTH)),
    mutant("AUTH-16/live-alone", _listed_key(changed(prefix=lambda text: text.removesuffix("_") + "-"))),
    mutant("AUTH-17/never", replaced(lambda: ApiKey.live, lambda key, now: True)),
    mutant("AUTH-17/not-shown", _listed_key(having(expires_at=None))),
    mutant("AUTH-18/issued", route(_PATH, "post", "issueKey")),
    mutant("AUTH-18/all-revoked", route(_PATH, "delete", "revokeKeys", "admin")),
    mutant("AUTH-18/issued-for-owners", route(_PATH, "post", "issueKey", "owner")),
    mutant("AUTH-19/prefix-is-all", replaced(lambda: users._PREFIX_LENGTH, 100), "AUTH-16"),
    *for_each("AUTH-20/no-{}", ("id", "prefix", "name", "created_at"), lambda name: _listed_key(lacking(name))),
    mutant("AUTH-20/id-without-hyphens", _listed_key(changed(id=lambda key_id: key_id.replace("-", "")))),
    mutant("AUTH-20/in-data", answering("listServiceAccountKeys", renamed("keys", "data"))),
    mutant("AUTH-20/empty", answering("listServiceAccountKeys", having(keys=[]))),
    mutant("AUTH-20/day", _listed_key(changed(created_at=TIMES["day"]))),
    *for_each("AS-178/{}s", ("viewer", "operator", "owner"), partial(role, "listServiceAccountKeys")),
    mutant("AS-178/unknown-has-none", serving("listServiceAccountKeys", tolerating(errors.NotFound, _no_keys))),
    mutant("AS-178/oldest-first", answering("listServiceAccountKeys", changed(keys=backwards))),
    *foreign_object("AS-178", "listServiceAccountKeys", USERS),
)
