"""Mutants about access and refresh tokens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors, sessions, tokens
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.sessions import Session
from mockserver.mutants.operators.document import role, unknown
from mockserver.mutants.operators.operations import asking, ignoring, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    Patch,
    for_each,
    mutant,
    occasionally,
    returning,
    stateful,
)
from mockserver.mutants.operators.refusals import raising
from mockserver.mutants.operators.values import record, without_fields
from mockserver.operations import identity, rate_limits
from mockserver.store.base import Transaction
from mockserver.store.kinds import SESSIONS

MUTANTS = Mutants()


def _signed_in(change: Callable[[Caller], Caller]) -> Patch:
    """Change the caller whom an access token identifies."""
    return returning(identity._by_access_token, lambda caller: caller if caller is ANONYMOUS else change(caller))


@MUTANTS.defect("AUTH-13/the-same-again", "AS-165", of=sessions.refresh)
def _same_refresh_token(original: Original, session: Session, refresh_id: str, now: Any) -> Any:
    """Keep the refresh token of a session that is refreshed."""
    return original(session, session.refresh_id, now)


@MUTANTS.defect("AUTH-15/sessions-of-keys", of=identity.identify)
async def _session_for_each_use(original: Original, tx: Transaction, token: Any, now: Any, random_source: Any) -> Any:
    """Open a session for every use of an API key."""
    caller = await original(tx, token, now, random_source)
    if caller.user_id and not caller.session_id:
        session = Session(
            id=random_source.uuid(),
            org_id=caller.org_id,
            user_id=caller.user_id,
            refresh_id="x",
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=1),
        )
        await tx.put(SESSIONS, session)
    return caller


@MUTANTS.defect("AUTH-15/whoever-logged-in", of=identity.identify)
@stateful
def _as_the_last_user() -> AnyFunction:
    """Take every caller for the user who used an access token last."""
    last: list[Any] = []

    async def identify(original: Original, *args: Any) -> Any:
        caller = await original(*args)
        if caller.session_id:
            last[:] = [caller.user_id]
        return replace(caller, user_id=last[0]) if caller.user_id and last else caller

    return identify


@MUTANTS.defect("RL-01/one-bucket-an-org", of=rate_limits.charge)
async def _one_bucket_for_an_org(original: Original, tx: Any, caller: Caller, now: Any, *, cost: bool) -> Any:
    """Let all keys of an org share one bucket."""
    shared = replace(caller, key_id=caller.org_id) if caller.key_id else caller
    return await original(tx, shared, now, cost=cost)


MUTANTS += (
    mutant("AUTH-13/no-cookies", ignoring("refreshSession", "novavms_refresh")),
    mutant("AUTH-13/cookies-alone", asking("refreshSession", without_fields("refresh_token"))),
    mutant("AUTH-13/client-type-unknown", unknown("RefreshSession", "client_type")),
    mutant(
        "AUTH-13/refused-now-and-then",
        serving("refreshSession", occasionally(20, raising(errors.Unauthenticated()))),
        "AUTH-08",
    ),
    mutant("AUTH-13/guarded", role("refreshSession", "viewer")),
    mutant("AUTH-14/no-access-tokens", returning(identity._by_access_token, lambda caller: ANONYMOUS)),
    mutant("AUTH-14/all-sites", _signed_in(record(sites=None))),
    mutant(
        "AUTH-14/no-sites",
        _signed_in(lambda caller: caller if caller.sites is None else replace(caller, sites=frozenset())),
    ),
    *for_each("AUTH-14/all-{}s", ("viewer", "operator", "owner"), lambda name: _signed_in(record(role=Role(name)))),
    mutant("AUTH-14/no-jwt", returning(tokens.issue, lambda token: f"nv-{token}")),
    mutant("RL-01/one-bucket-a-session", _signed_in(lambda caller: replace(caller, key_id=caller.session_id))),
    mutant(
        "RL-01/one-bucket-for-keys-and-logins",
        returning(
            identity.identify, lambda caller: replace(caller, key_id=caller.user_id) if caller.user_id else caller
        ),
    ),
    mutant("RL-01/one-bucket-for-all-logins", _signed_in(lambda caller: replace(caller, key_id=caller.org_id))),
)
