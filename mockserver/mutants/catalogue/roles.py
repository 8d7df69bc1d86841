"""Mutants about the role matrix."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.asgi import bearer_token
from mockserver.domain import access, errors
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from mockserver.domain.users import ApiKey
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.document import role
from mockserver.mutants.operators.gateways import admit_roleless
from mockserver.mutants.operators.patches import (
    Original,
    Patch,
    around,
    mutant,
    occasionally,
    once_in,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import before_refusing, code_of, distinguish_invalid_credentials, status_of
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations import identity
from mockserver.operations.call import Call
from mockserver.store.base import Transaction
from mockserver.store.kinds import ALERT_RULES, ALERTS, API_KEYS, EVENTS, GATEWAYS

_BEGINNING = datetime.min.replace(tzinfo=UTC)


Law = Callable[[ApiKey, datetime], bool]


class _Expired(Unauthenticated):
    """Tells an expired credential from others."""

    code = "token_expired"


def _also(law: Law) -> Any:
    """Let a key be good when this says so, too."""
    return around(ApiKey.live, lambda original, key, now: original(key, now) or law(key, now))


def _only(law: Law) -> Any:
    """Let a key be good only when this says so, too."""
    return around(ApiKey.live, lambda original, key, now: original(key, now) and law(key, now))


def _since(key: ApiKey, now: datetime) -> timedelta:
    """Return for how long a key has been expired."""
    return now - key.expires_at if key.expires_at else timedelta.min


def _now_and_then() -> Law:
    due = once_in(20)
    return lambda key, now: bool(due())


def _remembered() -> Any:
    """Never forget a key that was good once."""
    good: set[str] = set()

    def defect(original: Original, key: ApiKey, now: datetime) -> bool:
        if original(key, now):
            good.add(key.id)
        return key.id in good

    return around(ApiKey.live, defect)


async def _former(pipeline: Pipeline, exchange: Exchange) -> Caller:
    """Return whose credential it is, or was before it expired."""
    async with pipeline.store.transaction() as tx:
        return await identity.identify(tx, bearer_token(exchange.scope), _BEGINNING, pipeline.random_source)


def _good_for(allowed: Callable[[Exchange], bool]) -> Any:
    """Let expired keys make some of the calls."""

    async def defect(original: Original, self: Pipeline, exchange: Exchange) -> None:
        await original(self, exchange)
        if exchange.caller is ANONYMOUS and allowed(exchange):
            exchange.caller = await _former(self, exchange)

    return around(Pipeline._identify, defect)


def _operation(operation_id: str) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.operation is not None and exchange.operation.id == operation_id


async def _done_yet_refused(original: Original, self: Pipeline, exchange: Exchange) -> Any:
    try:
        return await original(self, exchange)
    except Unauthenticated:
        exchange.caller = await _former(self, exchange)
        if exchange.caller is not ANONYMOUS:
            await original(self, exchange)
        raise


def _expired(change: Callable[[Caller], Caller]) -> Any:
    """Take the holder of an expired key for somebody else."""

    async def defect(original: Original, tx: Transaction, token: str | None, now: datetime) -> Caller:
        caller: Caller = await original(tx, token, now)
        key = await tx.find(API_KEYS, token) if token else None
        return caller if key is None or key.live(now) else change(await original(tx, token, _BEGINNING))

    return around(identity.identify, defect)


def _told_apart(caller: Caller) -> Caller:
    raise _Expired


_KINDS: dict[str, Any] = {"events": EVENTS, "alerts": ALERTS, "alert-rules": ALERT_RULES, "gateways": GATEWAYS}


def _gateways_as(least: Role) -> Patch:
    """Give a gateway's key a role."""
    return returning(identity._by_gateway_key, lambda caller: replace(caller, role=least) if caller.key_id else caller)


async def _read(pipe: Pipeline, exchange: Exchange) -> None:
    if exchange.operation and exchange.operation.body:
        await pipeline._read_body(exchange, exchange.operation, exchange.operation.body)


async def _look(pipe: Pipeline, exchange: Exchange) -> None:
    values = exchange.match.values if exchange.match else {}
    kind = _KINDS.get(exchange.operation.path.split("/")[3]) if exchange.operation else None
    if "id" in values and kind:
        async with pipe.store.transaction() as tx:
            if await tx.get(kind, exchange.caller.org_id, values["id"]) is None:
                raise NotFound("object")


def _unauthenticated(original: Original, caller: Any, least: Any) -> None:
    if caller.role is None:
        raise errors.Unauthenticated
    original(caller, least)


async def _everybody_known(original: Original, tx: Any, token: str | None, *others: Any) -> Any:
    """Take a token that was never issued for a person of no org."""
    caller = await original(tx, token, *others)
    known = token is None or caller.key_id is not None
    return caller if known else replace(caller, key_id="x", role=Role.OWNER)


async def _done_although_denied(original: Original, self: Pipeline, exchange: Exchange) -> Any:
    try:
        return await original(self, exchange)
    except Forbidden:
        caller, exchange.caller = exchange.caller, replace(exchange.caller, role=Role.OWNER)
        try:
            await original(self, exchange)
        finally:
            exchange.caller = caller
        raise


async def _stored_before_checked(original: Original, call: Call, rule: Any) -> Any:
    transaction: Any = call.tx
    before = await call.tx.get(ALERT_RULES, rule.org_id, rule.id)
    transaction._store.write(ALERT_RULES, before, rule)
    return await original(call, rule)


def _equal_roles(original: Original, self: Any, other: Any) -> Any:
    return self is other


def _owner_apart(original: Original, self: Any, other: Any) -> Any:
    return original(self, other) and not (self is Role.OWNER and other is Role.ADMIN)


MUTANTS = (
    mutant("GEN-09/expired-is-good", _also(lambda key, now: True), "AS-95"),
    mutant("GEN-09/expired-is-good-for-a-week", _also(lambda key, now: _since(key, now) < timedelta(days=7)), "AS-95"),
    mutant("GEN-09/expired-now-and-then", _also(_now_and_then())),
    mutant("GEN-09/expired-may-read", _good_for(lambda exchange: exchange.scope["method"] == "GET"), "AS-95"),
    mutant("GEN-09/expired-may-write", _good_for(lambda exchange: exchange.scope["method"] != "GET")),
    mutant("GEN-09/expired-may-export", _good_for(_operation("exportEvents"))),
    mutant("GEN-09/expired-may-read-a-timeline", _good_for(_operation("getAlertTimeline"))),
    mutant("GEN-09/expired-is-forbidden", _expired(lambda caller: replace(caller, role=None)), "AS-95"),
    mutant("GEN-10/done-although-expired", around(Pipeline._perform, _done_yet_refused)),
    mutant("ERR-04/expired-is-told-apart", _expired(_told_apart), "AS-95"),
    mutant("AS-95/a-minute-more", _also(lambda key, now: _since(key, now) < timedelta(minutes=1))),
    mutant("AS-95/a-minute-less", _only(lambda key, now: _since(key, now) < timedelta(minutes=-1))),
    mutant("AS-95/until-midnight", _also(lambda key, now: str(key.expires_at).startswith(str(now.date())))),
    mutant("AS-95/good-once-good-for-ever", _remembered()),
    mutant("AS-95/all-keys-expire", _only(lambda key, now: now - key.created_at < timedelta(days=400))),
    mutant("AS-23/as-viewers", _gateways_as(Role.VIEWER)),
    mutant("AS-23/as-owners", _gateways_as(Role.OWNER)),
    mutant("AS-23/401", returning(identity._by_gateway_key, lambda caller: access.ANONYMOUS)),
    mutant("AS-31/two-codes", around(Pipeline._perform, distinguish_invalid_credentials)),
    mutant("AS-32/open-timeline", role("getAlertTimeline", "public")),
    mutant("AS-32/open-creation", role("createAlertRule", "public")),
    mutant("AS-37/400", around(Pipeline._perform, before_refusing(Forbidden, _read))),
    mutant("AS-38/404", around(Pipeline._perform, before_refusing(InvalidInput, _look))),
    mutant("AS-23/let-in", around(access.authorise, admit_roleless)),
    mutant("AS-23/sometimes-let-in", around(access.authorise, occasionally(20, admit_roleless))),
    mutant("AS-23/unauthenticated", around(access.authorise, _unauthenticated)),
    mutant("GEN-09/403", replaced(lambda: access.authenticate, lambda caller: None)),
    mutant("GEN-09/any-token", around(identity.identify, _everybody_known)),
    mutant("GEN-09/now-and-then", around(access.authenticate, occasionally(20, lambda original, caller: None))),
    mutant("GEN-09/open-timeline", role("getAlertTimeline", "public")),
    mutant("GEN-09/open-export", role("exportEvents", "public")),
    mutant("GEN-10/done-although-denied", around(Pipeline._perform, _done_although_denied)),
    mutant("GEN-10/stored-before-checked", around(rule_operations._store, _stored_before_checked)),
    mutant("ERR-04/unauthorized", code_of(errors.Unauthenticated, "unauthorized")),
    mutant("ERR-06/401", status_of(Forbidden, 401)),
    mutant("ERR-06/code", code_of(Forbidden, "access_denied")),
    mutant("ERR-06/viewers-create-rules", role("createAlertRule", "viewer")),
    mutant("ERR-06/operators-delete-events", role("deleteEvent", "operator")),
    mutant("ROLE-03/only-the-very-role", around(Role.includes, _equal_roles)),
    mutant("ROLE-03/owners-are-no-admins", around(Role.includes, _owner_apart)),
    mutant("ROLE-03/operators-may-not-export", role("exportEvents", "admin")),
    mutant("ROLE-03/viewers-may-not-read-alerts", role("listAlerts", "operator")),
)
