"""Mutants about rate limits."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver import asgi
from mockserver.asgi import Answer
from mockserver.domain import access, limits
from mockserver.domain.access import Caller
from mockserver.domain.errors import RateLimited
from mockserver.domain.limits import Bucket
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.document import operation, unlimited
from mockserver.mutants.operators.patches import (
    JSON,
    Change,
    Mutants,
    Original,
    Patch,
    around,
    mutant,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import record
from mockserver.openapi.operations import Operation


def _refill(**factors: float) -> Patch:
    """Multiply fields of the rate limit by which buckets are refilled: ``_refill(per_minute=2)``."""

    def defect(original: Original, bucket: Any, limit: Any, now: Any) -> Any:
        fields = {name: max(1, int(getattr(limit, name) * factor)) for name, factor in factors.items()}
        return original(bucket, record(**fields)(limit), now)

    return around(limits.refill, defect)


def _charged_twice(method: str) -> Patch:
    """Charge calls with a method twice."""

    async def defect(original: Original, self: Pipeline, exchange: Exchange) -> None:
        await original(self, exchange)
        if exchange.scope["method"] == method:
            await original(self, exchange)

    return around(Pipeline._identify, defect)


def _meter(operation_object: JSON) -> None:
    """Document a 429 of an operation, so that it is charged."""
    operation_object["responses"]["429"] = {"$ref": "#/components/responses/TooManyRequests"}


def _full_at(change: Change) -> Patch:
    """Change when the headers say that the bucket is full again."""
    return returning(limits.quota, lambda quota: replace(quota, full_at=change(quota.full_at)))


def _retry_after(change: Callable[[int, bytes | None], bytes | None]) -> Patch:
    """Change the header Retry-After: ``change`` gets the status and the value, None where there is none."""

    def rendered(answer: Answer) -> Answer:
        before = dict(answer.headers).get(b"retry-after")
        after = change(answer.status, before)
        answer.headers = [header for header in answer.headers if header[0] != b"retry-after"]
        answer.headers += [(b"retry-after", after)] if after else []
        return answer

    return returning(asgi.error_answer, rendered, within=pipeline)


MUTANTS = Mutants()


@MUTANTS.defect("AS-35/429", of=access.authenticate)
def limit_anonymous_callers(original: Original, caller: Caller) -> None:
    """Refuse a caller without a credential with 429 in place of 401."""
    if caller.key_id is None:
        raise RateLimited(1)


@MUTANTS.defect("AS-36/403", of=pipeline._route)
def check_role_before_rate(original: Original, exchange: Exchange) -> Operation:
    """Refuse a role that is too low before the rate limit."""
    found: Operation = original(exchange)
    if found.min_role and exchange.caller.key_id:
        access.authorise(exchange.caller, found.min_role)
    return found


@MUTANTS.defect("RL-05/writes-are-free", of=Pipeline._identify)
async def charge_no_changes(original: Original, self: Pipeline, exchange: Exchange) -> None:
    """Charge nothing for PATCH and DELETE."""
    operation_called = exchange.operation
    if exchange.scope["method"] in ("PATCH", "DELETE"):
        exchange.operation = None
    await original(self, exchange)
    exchange.operation = operation_called


@MUTANTS.defect("RL-07/not-on-a-429", of=pipeline._common_headers)
def leave_out_quota_of_refusal(original: Original, exchange: Exchange) -> Any:
    """Leave out the rate-limit headers when the rate limit refuses the call."""
    return original(exchange)[: 1 if exchange.refusal else None]


@MUTANTS.defect("RL-12/one-too-many", of=limits.take)
def take_one_too_many(original: Original, bucket: Bucket) -> Any:
    """Accept one call more than the bucket holds tokens for."""
    return record(tokens=bucket.tokens - 1)(bucket) if bucket.tokens >= 0 else None


MUTANTS += (
    mutant("AS-33/export", unlimited("exportEvents")),
    mutant("AS-33/deletion", unlimited("deleteGateway")),
    mutant("AS-33/pairing", unlimited("pairGateway")),
    mutant("RL-02/filled-twice-as-fast", _refill(per_minute=2)),
    mutant("RL-02/filled-half-as-fast", _refill(per_minute=0.5)),
    mutant("RL-02/holds-half", _refill(burst=0.5)),
    mutant("RL-02/holds-twice", _refill(burst=2)),
    mutant("RL-05/deletions-cost-two", _charged_twice("DELETE")),
    mutant("RL-05/posts-cost-two", _charged_twice("POST")),
    mutant("RL-06/counted", operation("getHealth", _meter)),
    mutant("RL-07/none", returning(pipeline._common_headers, lambda found: found[:1])),
    mutant("RL-07/no-reset", returning(pipeline._common_headers, lambda found: found[:-1])),
    mutant("RL-08/next-minute", _full_at(lambda at: at + 60)),
    mutant("RL-08/two-seconds-early", _full_at(lambda at: at - 2)),
    mutant("RL-08/not-a-time", _full_at(lambda at: at % 31_536_000)),
    mutant("RL-09/missing", _retry_after(lambda status, value: None)),
    mutant("RL-09/fraction", _retry_after(lambda status, value: b"1.5" if value else None)),
    mutant("RL-09/one-second-always", replaced(lambda: limits.seconds_to_token, lambda bucket, limit: 1)),
    mutant("RL-09/on-every-404", _retry_after(lambda status, value: b"1" if status == 404 else value)),
    mutant("RL-12/503", status_of(RateLimited, 503)),
    mutant("RL-12/code", code_of(RateLimited, "too_many_requests")),
    mutant("RL-12/never", around(limits.take, lambda _, bucket: record(tokens=max(1, bucket.tokens - 1))(bucket))),
)
