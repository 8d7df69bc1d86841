"""Mutants about rate limits."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockserver import asgi
from mockserver.asgi import Answer
from mockserver.domain import access, limits
from mockserver.domain.errors import RateLimited
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.document import operation, unlimited
from mockserver.mutants.operators.patches import Change, Original, Patch, around, mutant, replaced, returning
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import record
from mockserver.openapi.operations import Operation


def _role_before_rate(original: Original, exchange: Exchange) -> Operation:
    found: Operation = original(exchange)
    if found.min_role and exchange.caller.key_id:
        access.authorise(exchange.caller, found.min_role)
    return found


def _limited(caller: Any) -> None:
    if caller.key_id is None:
        raise RateLimited(1)


def _filled(**factors: float) -> Patch:
    """Fill buckets by settings multiplied by factors."""

    def defect(original: Original, bucket: Any, settings: Any, now: Any) -> Any:
        fields = {name: max(1, int(getattr(settings, name) * factor)) for name, factor in factors.items()}
        return original(bucket, record(**fields)(settings), now)

    return around(limits.refill, defect)


def _charged_again(method: str) -> Patch:
    async def defect(original: Original, self: Pipeline, exchange: Exchange) -> None:
        await original(self, exchange)
        if exchange.scope["method"] == method:
            await original(self, exchange)

    return around(Pipeline._identify, defect)


async def _writes_for_nothing(original: Original, self: Pipeline, exchange: Exchange) -> None:
    known = exchange.operation
    if exchange.scope["method"] in ("PATCH", "DELETE"):
        exchange.operation = None
    await original(self, exchange)
    exchange.operation = known


def _full_at(change: Change) -> Patch:
    return returning(limits.quota, lambda quota: replace(quota, full_at=change(quota.full_at)))


def _retry_after(change: Any) -> Any:
    """Change the Retry-After header: ``change`` gets the status and the value, None where there is none."""

    def rendered(answer: Answer) -> Answer:
        before = dict(answer.headers).get(b"retry-after")
        after = change(answer.status, before)
        answer.headers = [header for header in answer.headers if header[0] != b"retry-after"]
        answer.headers += [(b"retry-after", after)] if after else []
        return answer

    return returning(asgi.error_answer, rendered, within=pipeline)


def _counted(node: Any) -> None:
    node["responses"]["429"] = {"$ref": "#/components/responses/TooManyRequests"}


MUTANTS = (
    mutant("AS-33/export", unlimited("exportEvents")),
    mutant("AS-33/deletion", unlimited("deleteGateway")),
    mutant("AS-33/pairing", unlimited("pairGateway")),
    mutant("AS-35/429", replaced(lambda: access.authenticate, _limited)),
    mutant("AS-36/403", around(pipeline._route, _role_before_rate)),
    mutant("RL-02/filled-twice-as-fast", _filled(per_minute=2)),
    mutant("RL-02/filled-half-as-fast", _filled(per_minute=0.5)),
    mutant("RL-02/holds-half", _filled(burst=0.5)),
    mutant("RL-02/holds-twice", _filled(burst=2)),
    mutant("RL-05/deletions-cost-two", _charged_again("DELETE")),
    mutant("RL-05/posts-cost-two", _charged_again("POST")),
    mutant("RL-05/writes-are-free", around(Pipeline._identify, _writes_for_nothing)),
    mutant("RL-06/counted", operation("getHealth", _counted)),
    mutant("RL-07/none", returning(pipeline._common_headers, lambda found: found[:1])),
    mutant("RL-07/no-reset", returning(pipeline._common_headers, lambda found: found[:-1])),
    mutant(
        "RL-07/not-on-a-429",
        around(pipeline._common_headers, lambda original, it: original(it)[: 1 if it.refusal else None]),
    ),
    mutant("RL-08/next-minute", _full_at(lambda at: at + timedelta(seconds=60))),
    mutant("RL-08/two-seconds-early", _full_at(lambda at: at - timedelta(seconds=2))),
    mutant("RL-08/not-a-time", _full_at(lambda at: at.replace(year=1970))),
    mutant("RL-09/missing", _retry_after(lambda status, value: None)),
    mutant("RL-09/fraction", _retry_after(lambda status, value: b"1.5" if value else None)),
    mutant("RL-09/one-second-always", replaced(lambda: limits.seconds_to_token, lambda bucket, settings: 1)),
    mutant("RL-09/on-every-404", _retry_after(lambda status, value: b"1" if status == 404 else value)),
    mutant("RL-12/503", status_of(RateLimited, 503)),
    mutant("RL-12/code", code_of(RateLimited, "too_many_requests")),
    mutant(
        "RL-12/one-too-many",
        replaced(lambda: limits.take, lambda it: record(tokens=it.tokens - 1)(it) if it.tokens >= 0 else None),
    ),
    mutant("RL-12/never", replaced(lambda: limits.take, lambda it: record(tokens=max(1, it.tokens - 1))(it))),
)
