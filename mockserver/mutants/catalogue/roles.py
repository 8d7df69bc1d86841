"""Mutants about the role matrix."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace

from mockserver.asgi import bearer_token
from mockserver.domain import access
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from mockserver.domain.users import ApiKey
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.document import role
from mockserver.mutants.operators.gateways import admit_roleless
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    Patch,
    around,
    mutant,
    occasionally,
    replaced,
    returning,
    stateful,
)
from mockserver.mutants.operators.refusals import before_refusing, code_of, distinguish_invalid_credentials, status_of
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations import identity
from mockserver.operations.call import Call
from mockserver.store.base import Transaction
from mockserver.store.kinds import ALERT_RULES, ALERTS, API_KEYS, EVENTS, GATEWAYS

_BEGINNING = datetime.min.replace(tzinfo=UTC)
#: The kinds of records by the path under which they are served.
_KINDS: dict[str, Any] = {"events": EVENTS, "alerts": ALERTS, "alert-rules": ALERT_RULES, "gateways": GATEWAYS}

KeyCondition = Callable[[ApiKey, datetime], bool]


class _Expired(Unauthenticated):
    """A refusal of an expired credential with a code of its own."""

    code = "token_expired"


def _also_valid(condition: KeyCondition) -> Patch:
    """Let a key be valid under this condition, too."""
    return around(ApiKey.live, lambda original, key, now: original(key, now) or condition(key, now))


def _only_valid(condition: KeyCondition) -> Patch:
    """Let a key be valid only under this condition, too."""
    return around(ApiKey.live, lambda original, key, now: original(key, now) and condition(key, now))


def _time_since_expiry(key: ApiKey, now: datetime) -> timedelta:
    return now - key.expires_at if key.expires_at else timedelta.min


async def _holder_before_expiry(pipe: Pipeline, exchange: Exchange) -> Caller:
    """Return the holder of the credential, whether or not it has expired."""
    async with pipe.store.transaction() as tx:
        return await identity.identify(tx, bearer_token(exchange.scope), _BEGINNING, pipe.random_source)


def _expired_key_accepted(condition: Callable[[Exchange], bool]) -> Patch:
    """Accept expired keys for some of the calls."""

    async def defect(original: Original, self: Pipeline, exchange: Exchange) -> None:
        await original(self, exchange)
        if exchange.caller is ANONYMOUS and condition(exchange):
            exchange.caller = await _holder_before_expiry(self, exchange)

    return around(Pipeline._identify, defect)


def _calls(operation_id: str) -> Callable[[Exchange], bool]:
    """Return a condition that is true of the calls of an operation."""
    return lambda exchange: exchange.operation is not None and exchange.operation.id == operation_id


def _expired_key_holder(change: Callable[[Caller], Caller]) -> Patch:
    """Identify the holder of an expired key, changed."""

    async def defect(original: Original, tx: Transaction, token: str | None, now: datetime, *others: Any) -> Caller:
        caller: Caller = await original(tx, token, now, *others)
        key = await tx.find(API_KEYS, token) if token else None
        return caller if key is None or key.live(now) else change(await original(tx, token, _BEGINNING, *others))

    return around(identity.identify, defect)


def _refuse_as_expired(caller: Caller) -> Caller:
    raise _Expired


def _gateways_as(assumed: Role) -> Patch:
    """Identify gateways as callers with a role."""
    return returning(
        identity._by_gateway_key, lambda caller: replace(caller, role=assumed) if caller.key_id else caller
    )


async def _read_body_before_role(pipe: Pipeline, exchange: Exchange) -> None:
    """Refuse an invalid body with 400 before the role is checked."""
    if exchange.operation and exchange.operation.body:
        await pipeline._read_body(exchange, exchange.operation, exchange.operation.body)


async def _look_up_before_input(pipe: Pipeline, exchange: Exchange) -> None:
    """Refuse an unknown object with 404 before the input is checked."""
    values = exchange.match.values if exchange.match else {}
    kind = _KINDS.get(exchange.operation.path.split("/")[3]) if exchange.operation else None
    if "id" in values and kind:
        async with pipe.store.transaction() as tx:
            if await tx.get(kind, exchange.caller.org_id, values["id"]) is None:
                raise NotFound("object")


MUTANTS = Mutants()


@MUTANTS.defect("AS-23/unauthenticated", of=access.authorise)
def refuse_roleless_as_unauthenticated(original: Original, caller: Caller, min_role: Role) -> None:
    """Refuse the key of a gateway with 401 in place of 403."""
    if caller.role is None:
        raise Unauthenticated
    original(caller, min_role)


@MUTANTS.defect("AS-95/good-once-good-for-ever", of=ApiKey.live)
@stateful
def accept_keys_seen_valid() -> AnyFunction:
    """Accept an expired key that was valid in an earlier call."""
    seen_valid: set[str] = set()

    def live(original: Original, key: ApiKey, now: datetime) -> bool:
        if original(key, now):
            seen_valid.add(key.id)
        return key.id in seen_valid

    return live


@MUTANTS.defect("GEN-09/expired-now-and-then", of=ApiKey.live)
@stateful
def accept_one_expired_key_in_twenty() -> AnyFunction:
    """Accept one in twenty of the calls with an expired key."""
    refusals = count(1)
    return lambda original, key, now: original(key, now) or next(refusals) % 20 == 0


@MUTANTS.defect("GEN-09/any-token", of=identity.identify)
async def accept_unknown_tokens(original: Original, tx: Transaction, token: str | None, *others: Any) -> Any:
    """Accept a token that was never issued as that of an owner of no org."""
    caller = await original(tx, token, *others)
    known = token is None or caller.key_id is not None
    return caller if known else replace(caller, key_id="x", role=Role.OWNER)


@MUTANTS.defect("GEN-10/done-although-expired", of=Pipeline._perform)
async def perform_for_expired_keys(original: Original, self: Pipeline, exchange: Exchange) -> Any:
    """Perform a call with an expired key, then refuse it."""
    try:
        return await original(self, exchange)
    except Unauthenticated:
        exchange.caller = await _holder_before_expiry(self, exchange)
        if exchange.caller is not ANONYMOUS:
            await original(self, exchange)
        raise


@MUTANTS.defect("GEN-10/done-although-denied", of=Pipeline._perform)
async def perform_for_low_roles(original: Original, self: Pipeline, exchange: Exchange) -> Any:
    """Perform a call by a role that is too low, then refuse it."""
    try:
        return await original(self, exchange)
    except Forbidden:
        caller, exchange.caller = exchange.caller, replace(exchange.caller, role=Role.OWNER)
        try:
            await original(self, exchange)
        finally:
            exchange.caller = caller
        raise


@MUTANTS.defect("GEN-10/stored-before-checked", of=rule_operations._store)
async def store_before_check(original: Original, call: Call, rule: Any) -> Any:
    """Store an alert rule before it is checked, outside of the transaction."""
    transaction: Any = call.tx
    before = await call.tx.get(ALERT_RULES, rule.org_id, rule.id)
    transaction._store.write(ALERT_RULES, before, rule)
    return await original(call, rule)


@MUTANTS.defect("ROLE-03/owners-are-no-admins", of=Role.includes)
def deny_owners_what_admins_may(original: Original, self: Role, other: Role) -> Any:
    """Let the owner not do what takes the admin role."""
    return original(self, other) and not (self is Role.OWNER and other is Role.ADMIN)


MUTANTS += (
    mutant("AS-213/viewers-add-cameras", role("createCamera", "viewer")),
    mutant("AS-213/viewers-list-users", role("listUsers", "viewer")),
    mutant("AS-23/as-viewers", _gateways_as(Role.VIEWER)),
    mutant("AS-23/as-owners", _gateways_as(Role.OWNER)),
    mutant("AS-23/401", returning(identity._by_gateway_key, lambda caller: ANONYMOUS)),
    mutant("AS-23/let-in", around(access.authorise, admit_roleless)),
    mutant("AS-23/sometimes-let-in", around(access.authorise, occasionally(20, admit_roleless))),
    mutant("AS-31/two-codes", around(Pipeline._perform, distinguish_invalid_credentials)),
    mutant("AS-32/open-timeline", role("getAlertTimeline", "public")),
    mutant("AS-32/open-creation", role("createAlertRule", "public")),
    mutant("AS-37/400", around(Pipeline._perform, before_refusing(Forbidden, _read_body_before_role))),
    mutant("AS-38/404", around(Pipeline._perform, before_refusing(InvalidInput, _look_up_before_input))),
    mutant("AS-95/a-minute-more", _also_valid(lambda key, now: _time_since_expiry(key, now) < timedelta(minutes=1))),
    mutant("AS-95/a-minute-less", _only_valid(lambda key, now: _time_since_expiry(key, now) < timedelta(minutes=-1))),
    mutant("AS-95/until-midnight", _also_valid(lambda key, now: str(key.expires_at).startswith(str(now.date())))),
    mutant("AS-95/all-keys-expire", _only_valid(lambda key, now: now - key.created_at < timedelta(days=400))),
    mutant("ERR-04/unauthorized", code_of(Unauthenticated, "unauthorized")),
    mutant("ERR-04/expired-is-distinguished", _expired_key_holder(_refuse_as_expired), "AS-95"),
    mutant("ERR-06/401", status_of(Forbidden, 401)),
    mutant("ERR-06/code", code_of(Forbidden, "access_denied")),
    mutant("ERR-06/viewers-create-rules", role("createAlertRule", "viewer")),
    mutant("ERR-06/operators-delete-events", role("deleteEvent", "operator")),
    mutant("GEN-09/403", replaced(lambda: access.authenticate, lambda caller: None)),
    mutant("GEN-09/now-and-then", around(access.authenticate, occasionally(20, lambda original, caller: None))),
    mutant("GEN-09/open-timeline", role("getAlertTimeline", "public")),
    mutant("GEN-09/open-export", role("exportEvents", "public")),
    mutant("GEN-09/expired-is-good", _also_valid(lambda key, now: True), "AS-95"),
    mutant(
        "GEN-09/expired-is-good-for-a-week",
        _also_valid(lambda key, now: _time_since_expiry(key, now) < timedelta(days=7)),
        "AS-95",
    ),
    mutant(
        "GEN-09/expired-may-read", _expired_key_accepted(lambda exchange: exchange.scope["method"] == "GET"), "AS-95"
    ),
    mutant("GEN-09/expired-may-write", _expired_key_accepted(lambda exchange: exchange.scope["method"] != "GET")),
    mutant("GEN-09/expired-may-export", _expired_key_accepted(_calls("exportEvents"))),
    mutant("GEN-09/expired-may-read-a-timeline", _expired_key_accepted(_calls("getAlertTimeline"))),
    mutant("GEN-09/expired-is-forbidden", _expired_key_holder(lambda caller: replace(caller, role=None)), "AS-95"),
    mutant("ROLE-03/only-the-very-role", around(Role.includes, lambda _, own, other: own is other)),
    mutant("ROLE-03/operators-may-not-export", role("exportEvents", "admin")),
    mutant("ROLE-03/viewers-may-not-read-alerts", role("listAlerts", "operator")),
)
