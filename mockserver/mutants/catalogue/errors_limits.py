"""Wrong laws about isolation, rate limits, roles and the service itself."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockserver import asgi
from mockserver.asgi import Answer
from mockserver.domain import limits
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, NotFound, RateLimited
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.document import operation, role
from mockserver.mutants.operators.isolation import foreign, found_anywhere
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import Change, Original, Patch, around, calling, mutant, replaced, returning
from mockserver.mutants.operators.refusals import before_refusing, code_of, failing, status_of
from mockserver.mutants.operators.values import caller, record
from mockserver.operations import rate_limits
from mockserver.operations.call import Call, Text
from mockserver.store import kinds


async def _forbid_foreign(call: Call, kind: Any, noun: str) -> None:
    if await foreign(call, kind):
        raise Forbidden("This belongs to another org.")


async def _name_foreign(call: Call, kind: Any, noun: str) -> None:
    if await foreign(call, kind):
        raise NotFound(f"{noun} here")


async def _look_first(pipe: Pipeline, exchange: Exchange) -> None:
    """Tell those whose role does not suffice whether any org has the object."""
    wanted = exchange.match.values.get("id") if exchange.match else None
    async with pipe.store.transaction() as tx:
        orgs = await tx.orgs()
        found = [await tx.get(kind, org, wanted) for kind in kinds.ALL.values() for org in orgs if wanted]
    if wanted and not any(found):
        raise NotFound("object")


async def _of_another_org(original: Original, call: Call) -> Any:
    others = [org for org in await call.tx.orgs() if org != call.org_id]
    return await original(caller(call, org_id=others[0]) if others else call)


async def _one_for_all(original: Original, tx: Any, who: Any, now: Any, *, cost: bool) -> Any:
    """Give all keys of an org one bucket."""
    shared = replace(who, key_id=who.org_id) if who.key_id else who
    return await original(tx, shared, now, cost=cost)


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


def _equal_roles(original: Original, self: Any, other: Any) -> Any:
    return self is other


def _owner_apart(original: Original, self: Any, other: Any) -> Any:
    return original(self, other) and not (self is Role.OWNER and other is Role.ADMIN)


async def _json(call: Call) -> Text:
    return Text("application/json", call.document.json_text)


MUTANTS = (
    mutant("ERR-07/served", found_anywhere()),
    mutant("ERR-07/403", around(Call.get, before_refusing(NotFound, _forbid_foreign))),
    mutant("ERR-07/told-by-the-message", around(Call.get, before_refusing(NotFound, _name_foreign))),
    mutant("ERR-07/told-to-those-denied", around(Pipeline._perform, before_refusing(Forbidden, _look_first))),
    mutant("ERR-07/export-of-another-org", serving("exportEvents", _of_another_org)),
    mutant("RL-01/one-bucket-an-org", around(rate_limits.charge, _one_for_all)),
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
    mutant("ROLE-03/only-the-very-role", around(Role.includes, _equal_roles)),
    mutant("ROLE-03/owners-are-no-admins", around(Role.includes, _owner_apart)),
    mutant("ROLE-03/operators-may-not-export", role("exportEvents", "admin")),
    mutant("ROLE-03/viewers-may-not-read-alerts", role("listAlerts", "operator")),
    mutant("SYS-01/guarded", role("getHealth", "viewer")),
    mutant("SYS-01/broken", failing("getHealth", RuntimeError("this law breaks the health check"))),
    mutant("SDK-59/json", serving("getOpenapiYaml", calling(_json))),
    mutant("SDK-59/guarded", role("getOpenapiYaml", "viewer")),
)
