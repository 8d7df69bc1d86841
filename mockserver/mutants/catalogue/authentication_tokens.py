"""Mutants about access and refresh tokens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors, sessions, tokens
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.sessions import Session
from mockserver.mutants.operators.document import role, unknown
from mockserver.mutants.operators.operations import asking, ignoring, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    occasionally,
    returning,
    stateful,
)
from mockserver.mutants.operators.values import record, without_fields
from mockserver.operations import identity, rate_limits
from mockserver.operations.call import Call
from mockserver.store.base import Transaction
from mockserver.store.kinds import SESSIONS


async def _per_use(original: Original, tx: Any, token: Any, now: Any, random_source: Any) -> Any:
    """Open a session for every use of a key."""
    caller = await original(tx, token, now, random_source)
    if caller.user_id and not caller.session_id:
        session = sessions.Session(
            id=random_source.uuid(), org_id=caller.org_id, user_id=caller.user_id, refresh_id="x",
            created_at=now, last_used_at=now, expires_at=now + timedelta(days=1),
        )  # fmt: skip
        await tx.put(SESSIONS, session)
    return caller


@stateful
def _promoted() -> AnyFunction:
    """Give keys the role of whoever logged in last."""
    last: list[Any] = []

    async def identify(original: Original, tx: Any, token: Any, now: Any, random_source: Any) -> Any:
        caller = await original(tx, token, now, random_source)
        if caller.session_id:
            last[:] = [caller.user_id]
        return replace(caller, user_id=last[0]) if caller.user_id and last else caller

    return identify


def _signed_in(change: Callable[[Caller], Caller]) -> Patch:
    """Take whoever logged in for somebody else."""
    return returning(identity._by_access_token, lambda caller: caller if caller is ANONYMOUS else change(caller))


def _rotating(refresh_id: Callable[[Session, str], str]) -> Patch:
    """Give a session that is refreshed another id for its refresh token than a new one."""

    def defect(original: Original, session: Any, drawn: Any, now: Any) -> Any:
        return original(session, refresh_id(session, drawn), now)

    return around(sessions.refresh, defect)


async def _refused_now_and_then(original: Original, call: Call) -> Any:
    raise errors.Unauthenticated


async def _by_user(original: Original, tx: Transaction, token: str | None, now: datetime, random_source: Any) -> Caller:
    """Give a user's keys the bucket of their logins."""
    caller: Caller = await original(tx, token, now, random_source)
    return replace(caller, key_id=caller.user_id) if caller.user_id else caller


async def _one_for_all(original: Original, tx: Any, who: Any, now: Any, *, cost: bool) -> Any:
    """Give all keys of an org one bucket."""
    shared = replace(who, key_id=who.org_id) if who.key_id else who
    return await original(tx, shared, now, cost=cost)


MUTANTS = (
    mutant("AUTH-15/sessions-of-keys", around(identity.identify, _per_use)),
    mutant("AUTH-15/whoever-logged-in", around(identity.identify, _promoted)),
    mutant("AUTH-13/no-cookies", ignoring("refreshSession", "novavms_refresh")),
    mutant("AUTH-13/cookies-alone", asking("refreshSession", without_fields("refresh_token"))),
    mutant("AUTH-13/client-type-unknown", unknown("RefreshSession", "client_type")),
    mutant("AUTH-13/the-same-again", _rotating(lambda session, drawn: session.refresh_id), "AS-165"),
    mutant("AUTH-13/refused-now-and-then", serving("refreshSession", occasionally(20, _refused_now_and_then))),
    mutant("AUTH-13/guarded", role("refreshSession", "viewer")),
    mutant("AUTH-14/no-access-tokens", returning(identity._by_access_token, lambda caller: ANONYMOUS)),
    mutant("AUTH-14/all-sites", _signed_in(record(sites=None))),
    mutant("AUTH-14/no-sites", _signed_in(lambda it: it if it.sites is None else replace(it, sites=frozenset()))),
    *for_each("AUTH-14/all-{}s", ("viewer", "operator", "owner"), lambda name: _signed_in(record(role=Role(name)))),
    mutant("AUTH-14/no-jwt", returning(tokens.issue, lambda token: f"nv-{token}")),
    mutant("RL-01/one-bucket-a-session", _signed_in(lambda caller: replace(caller, key_id=caller.session_id))),
    mutant("RL-01/one-bucket-for-keys-and-logins", around(identity.identify, _by_user)),
    mutant("RL-01/one-bucket-for-all-logins", _signed_in(lambda caller: replace(caller, key_id=caller.org_id))),
    mutant("RL-01/one-bucket-an-org", around(rate_limits.charge, _one_for_all)),
)
