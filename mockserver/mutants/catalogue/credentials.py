"""Wrong laws about keys that expire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.asgi import bearer_token
from mockserver.domain.access import ANONYMOUS, Caller
from mockserver.domain.errors import Unauthenticated
from mockserver.domain.users import ApiKey
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.patches import Original, around, every, mutant
from mockserver.operations import identity
from mockserver.store.base import Transaction
from mockserver.store.kinds import API_KEYS

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
    due = every(20)
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
)
