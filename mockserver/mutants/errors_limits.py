"""Wrong laws about isolation, rate limits, roles and the service itself."""

from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.asgi import Answer
from mockserver.domain import limits
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, NotFound, RateLimited
from mockserver.http import pipeline, problems
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.base import Original, instead, mutant, operation, patch, returning, role
from mockserver.operations import callers, system
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call, Text


async def foreign(call: Call, kind: Any) -> Any:
    """Return the record that the path names from whichever org has it, or None."""
    for org_id in await call.tx.orgs():
        record = await call.tx.get(kind, org_id, call.params["id"])
        if record is not None:
            return record
    return None


def serving_foreign(original: Original) -> Any:
    """Let ``Call.get`` find the objects of all orgs."""

    async def get(self: Call, kind: Any, noun: str) -> Any:
        return await foreign(self, kind) or await original(self, kind, noun)

    return get


def _forbidding_foreign(original: Original) -> Any:
    async def get(self: Call, kind: Any, noun: str) -> Any:
        try:
            return await original(self, kind, noun)
        except NotFound:
            if await foreign(self, kind):
                raise Forbidden("This belongs to another org.") from None
            raise

    return get


def _naming_foreign(original: Original) -> Any:
    async def get(self: Call, kind: Any, noun: str) -> Any:
        try:
            return await original(self, kind, noun)
        except NotFound:
            raise NotFound(f"{noun} here" if await foreign(self, kind) else noun) from None

    return get


def _of_another_org(original: Original) -> Any:
    async def export(call: Call) -> Any:
        others = [org for org in await call.tx.orgs() if org != call.org_id]
        return await original(replace(call, caller=replace(call.caller, org_id=others[0])) if others else call)

    return export


def _one_for_all(original: Original) -> Any:
    """Give all keys of an org one bucket."""

    async def charge(tx: Any, caller: Any, now: Any, *, cost: bool) -> Any:
        shared = replace(caller, key_id=caller.org_id) if caller.key_id else caller
        return await original(tx, shared, now, cost=cost)

    return charge


def _with(**changes: float) -> Any:
    """Fill buckets by settings multiplied by factors."""

    def wrap(original: Original) -> Any:
        def fill(bucket: Any, settings: Any, now: Any) -> Any:
            changed = {name: max(1, int(getattr(settings, name) * factor)) for name, factor in changes.items()}
            return original(bucket, msgspec.structs.replace(settings, **changed), now)

        return fill

    return wrap


def _charged_again(methods: tuple[str, ...]) -> Any:
    def wrap(original: Original) -> Any:
        async def identify(self: Pipeline, exchange: Exchange) -> None:
            await original(self, exchange)
            if exchange.scope["method"] in methods:
                await original(self, exchange)

        return identify

    return wrap


def _writes_for_nothing(original: Original) -> Any:
    async def identify(self: Pipeline, exchange: Exchange) -> None:
        known = exchange.operation
        if exchange.scope["method"] in ("PATCH", "DELETE"):
            exchange.operation = None
        await original(self, exchange)
        exchange.operation = known

    return identify


def _quota(change: Any) -> Any:
    return returning(limits, "quota", change)


def _retry_after(change: Any) -> Any:
    """Change the Retry-After header: ``change`` gets the status and the value, None where there is none."""

    def rendered(answer: Answer) -> Answer:
        before = dict(answer.headers).get(b"retry-after")
        after = change(answer.status, before)
        answer.headers = [header for header in answer.headers if header[0] != b"retry-after"]
        answer.headers += [(b"retry-after", after)] if after else []
        return answer

    return returning(problems, "render", rendered)


def _counted(node: Any) -> None:
    node["responses"]["429"] = {"$ref": "#/components/responses/TooManyRequests"}


def _equal_roles(original: Original) -> Any:
    return lambda self, other: self is other


def _owner_apart(original: Original) -> Any:
    return lambda self, other: original(self, other) and not (self is Role.OWNER and other is Role.ADMIN)


async def _json(call: Call) -> Text:
    return Text("application/json", call.document.json_text)


async def _broken(call: Call) -> Text:
    raise RuntimeError("this law breaks the health check")


MUTANTS = (
    mutant("ERR-07/served", patch(Call, "get", serving_foreign)),
    mutant("ERR-07/403", patch(Call, "get", _forbidding_foreign)),
    mutant("ERR-07/told-by-the-message", patch(Call, "get", _naming_foreign)),
    mutant("ERR-07/export-of-another-org", patch(event_operations, "export_events", _of_another_org)),
    mutant("RL-01/one-bucket-an-org", patch(callers, "charge", _one_for_all)),
    mutant("RL-02/filled-twice-as-fast", patch(limits, "fill", _with(rate_limit_per_minute=2))),
    mutant("RL-02/filled-half-as-fast", patch(limits, "fill", _with(rate_limit_per_minute=0.5))),
    mutant("RL-02/holds-half", patch(limits, "fill", _with(rate_limit_burst=0.5))),
    mutant("RL-02/holds-twice", patch(limits, "fill", _with(rate_limit_burst=2))),
    mutant("RL-05/deletions-cost-two", patch(Pipeline, "_identify", _charged_again(("DELETE",)))),
    mutant("RL-05/posts-cost-two", patch(Pipeline, "_identify", _charged_again(("POST",)))),
    mutant("RL-05/writes-are-free", patch(Pipeline, "_identify", _writes_for_nothing)),
    mutant("RL-06/counted", operation("/healthz", "get", _counted)),
    mutant("RL-07/none", returning(pipeline, "_common_headers", lambda found: found[:1])),
    mutant("RL-07/no-reset", returning(pipeline, "_common_headers", lambda found: found[:-1])),
    mutant(
        "RL-07/not-on-a-429",
        patch(pipeline, "_common_headers", lambda original: lambda it: original(it)[: 1 if it.refusal else None]),
    ),
    mutant("RL-08/next-minute", _quota(lambda it: replace(it, full_at=it.full_at + timedelta(seconds=60)))),
    mutant("RL-08/two-seconds-early", _quota(lambda it: replace(it, full_at=it.full_at - timedelta(seconds=2)))),
    mutant("RL-08/not-a-time", _quota(lambda it: replace(it, full_at=it.full_at.replace(year=1970)))),
    mutant("RL-09/missing", _retry_after(lambda status, value: None)),
    mutant("RL-09/fraction", _retry_after(lambda status, value: b"1.5" if value else None)),
    mutant("RL-09/one-second-always", instead(limits, "seconds_to_token", lambda bucket, settings: 1)),
    mutant("RL-09/on-every-404", _retry_after(lambda status, value: b"1" if status == 404 else value)),
    mutant("RL-12/503", instead(RateLimited, "status", 503)),
    mutant("RL-12/code", instead(RateLimited, "code", "too_many_requests")),
    mutant(
        "RL-12/one-too-many",
        instead(
            limits, "take", lambda it: msgspec.structs.replace(it, tokens=it.tokens - 1) if it.tokens >= 0 else None
        ),
    ),
    mutant(
        "RL-12/never", instead(limits, "take", lambda it: msgspec.structs.replace(it, tokens=max(1, it.tokens - 1)))
    ),
    mutant("ROLE-03/only-the-very-role", patch(Role, "includes", _equal_roles)),
    mutant("ROLE-03/owners-are-no-admins", patch(Role, "includes", _owner_apart)),
    mutant("ROLE-03/operators-may-not-export", operation("/api/v1/events/export", "get", role("admin"))),
    mutant("ROLE-03/viewers-may-not-read-alerts", operation("/api/v1/alerts", "get", role("operator"))),
    mutant("SYS-01/guarded", operation("/healthz", "get", role("viewer"))),
    mutant("SYS-01/broken", patch(system, "get_health", lambda original: _broken)),
    mutant("SDK-59/json", instead(system, "get_openapi_yaml", _json)),
    mutant("SDK-59/guarded", operation("/api/v1/openapi.yaml", "get", role("viewer"))),
)
