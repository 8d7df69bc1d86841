"""Ways to break sessions and access tokens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mockserver.domain import tokens
from mockserver.domain.access import ANONYMOUS, Caller
from mockserver.domain.tokens import Purpose
from mockserver.domain.users import User
from mockserver.mutants.operators.patches import Original, Patch, around
from mockserver.operations import authentication, identity
from mockserver.operations.call import Call, WithHeaders
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import SESSIONS, USERS


def without_session(condition: Callable[[User], bool]) -> Patch:
    """Accept access tokens whose session has ended, of users that meet a condition."""

    async def defect(original: Original, tx: Transaction, token: str, now: datetime, random_source: Any) -> Caller:
        caller: Caller = await original(tx, token, now, random_source)
        claims = tokens.read(token, Purpose.ACCESS, now, random_source.secret("jwt"))
        user = await tx.get(USERS, claims.org, claims.sub) if claims and caller is ANONYMOUS else None
        if user is None or not condition(user):
            return caller
        return Caller(user.id, user.org_id, user.role, user.id, user.display_name)

    return around(identity._by_access_token, defect)


async def end_all_sessions(call: Call) -> Any:
    """End all sessions of the caller, and answer like a logout."""
    for session in list(await call.tx.select(Query(SESSIONS, call.org_id, {"user_id": (call.caller.user_id,)}))):
        await call.tx.remove(SESSIONS, session)
    return WithHeaders(None, [authentication._cookie("", timedelta())])
