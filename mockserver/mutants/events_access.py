"""Wrong laws about who may see which events."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.asgi import Scope, header
from mockserver.domain import access
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.base import Edit, Original, instead, mutant, operation, patch, role
from mockserver.mutants.events_parts import (
    EXPORT,
    JSON,
    LIST,
    ONE,
    called,
    caller,
    done_yet_refused,
    is_viewer,
    moved,
    of_any_org,
    page,
    query,
    refusing,
    served,
    where,
)
from mockserver.operations import events as feed
from mockserver.operations.call import Call, Csv
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS


def _list_of_all_orgs(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        answers = [await original(caller(call, org_id=org_id, sites=None)) for org_id in await call.tx.orgs()]
        own = await original(call)
        return own | {"data": [row for answer in answers for row in answer["data"]]}

    return wrapped


def _export_of_all_orgs(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        answers = [await original(caller(call, org_id=org_id)) for org_id in await call.tx.orgs()]
        return Csv("events.csv", answers[0].header, [row for answer in answers for row in answer.rows])

    return wrapped


def _total_of_all_orgs(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        totals = [await call.tx.count(Query(EVENTS, org_id)) for org_id in await call.tx.orgs()]
        return await original(call) | {"total": sum(totals)}

    return wrapped


def _neighbour_of_any_org(original: Original) -> Any:
    async def wrapped(call: Call, event: Any) -> Any:
        found = await original(call, event)
        for org_id in await call.tx.orgs():
            first = next(iter(await call.tx.select(Query(EVENTS, org_id))), None)
            if first and org_id != call.org_id:
                found = {**found, "next_event_id": first.id}
        return found

    return wrapped


def _unscoped(when: Callable[[Call], bool]) -> Any:
    """Lift a viewer's scope for some calls."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            return None if when(call) else await original(call)

        return wrapped

    return patch(feed, "_scope", wrap)


def _total_of_all_sites(call: Call, rows: list[Any], rest: JSON) -> tuple[list[Any], JSON]:
    return rows, rest | {"total": rest["total"] + 1} if is_viewer(call.caller) else rest


def _as_a_stranger(call: Call) -> Call:
    return caller(call, sites=frozenset()) if is_viewer(call.caller) else call


def _no_site_is_granted(original: Original) -> Any:
    return lambda who, sites: original(replace(who, sites=frozenset()) if is_viewer(who) else who, sites)


def _empty_if_forbidden(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        try:
            return await original(call)
        except Forbidden:
            return Query(EVENTS, call.org_id, {"camera_id": ()})

    return wrapped


def _foreign_is_told(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        found = [org_id for org_id in await call.tx.orgs() if await call.tx.get(EVENTS, org_id, call.params["id"])]
        if found and call.org_id not in found:
            raise NotFound("event in your org")
        return await original(call)

    return wrapped


def _another_code_for_invalid(original: Original) -> Any:
    async def perform(self: Pipeline, exchange: Exchange) -> Any:
        try:
            return await original(self, exchange)
        except Unauthenticated as error:
            if header(exchange.scope, b"authorization"):
                error.code = "invalid_token"  # type: ignore[misc]
            raise

    return perform


def _bearer(read: Callable[[Scope], str | None]) -> Any:
    """Take the token from elsewhere when it is not where it should be."""
    return patch(pipeline, "bearer", lambda original: lambda scope: original(scope) or read(scope))


def _of_header(name: bytes, prefix: str = "") -> Callable[[Scope], str | None]:
    def read(scope: Scope) -> str | None:
        value = (header(scope, name) or b"").decode("latin-1")
        return value.removeprefix(prefix) if value.startswith(prefix) else None

    return read


def _of_query(scope: Scope) -> str | None:
    parts = scope["query_string"].decode("latin-1").split("&")
    return next((part.removeprefix("token=") for part in parts if part.startswith("token=")), None)


def _without_prefix_too(paths: Any) -> None:
    paths.update({path.removeprefix("/api/v1"): paths[path] for path in (LIST, EXPORT, ONE)})


def _forbid(*_: object) -> None:
    raise Forbidden("A valid bearer token is required.")


async def _let_pass(*_: object) -> None:
    return None


def _gone() -> NotFound:
    error = NotFound("event")
    error.status = 410  # type: ignore[misc]
    return error


_SCHEMES = {"EV-38": LIST, "EV-52": ONE}
_ANONYMOUS = tuple(
    wrong
    for rule, path in _SCHEMES.items()
    for wrong in (
        mutant(f"{rule}/public", operation(path, "get", role("public"))),
        mutant(f"{rule}/forbidden", instead(access, "authenticate", _forbid)),
        mutant(f"{rule}/another-code", instead(Unauthenticated, "code", "unauthorized")),
        mutant(f"{rule}/another-status", instead(Unauthenticated, "status", 400)),
    )
)

MUTANTS = (
    *_ANONYMOUS,
    mutant("EV-01/list-elsewhere", moved(LIST, "/api/v1/event-list")),
    mutant("EV-01/one-elsewhere", moved(ONE, "/api/v2/events/{id}")),
    mutant("EV-01/export-elsewhere", moved(EXPORT, "/api/v1/exports/events")),
    mutant("EV-01/without-prefix-too", Edit(("paths",), _without_prefix_too)),
    mutant("EV-02/list-of-all-orgs", patch(feed, "list_events", _list_of_all_orgs)),
    mutant("EV-02/total-of-all-orgs", patch(feed, "list_events", _total_of_all_orgs)),
    mutant("EV-02/export-of-all-orgs", patch(feed, "export_events", _export_of_all_orgs)),
    mutant("EV-02/read-in-any-org", of_any_org("get_event"), "EV-54"),
    mutant("EV-02/neighbour-of-another-org", patch(feed, "detail", _neighbour_of_any_org)),
    mutant("EV-03/everything", _unscoped(lambda call: True), "EV-10"),
    mutant("EV-03/nothing", query(lambda params, old: where(camera_id=())(old) if "camera_id" in old.where else old)),
    mutant("EV-03/reads-everything", instead(feed, "_require_camera", _let_pass), "EV-53"),
    mutant("EV-04/served", served(f"{ONE}/acknowledge", "post", "acknowledgeEvent")),
    mutant("EV-06/served", served(f"{ONE}/dismiss", "post", "dismissEvent")),
    mutant("EV-09/operators-only", operation(LIST, "get", role("operator"))),
    mutant("EV-10/not-with-a-trigger", _unscoped(lambda call: "trigger_type" in call.params)),
    mutant("EV-10/not-on-later-pages", _unscoped(lambda call: "cursor" in call.params)),
    mutant("EV-10/not-with-starred", _unscoped(lambda call: call.params.get("starred") is True)),
    mutant("EV-10/total-of-all-sites", page(_total_of_all_sites)),
    mutant("EV-39/another-code-for-invalid", patch(Pipeline, "_perform", _another_code_for_invalid), "EV-38"),
    mutant("EV-40/shown", instead(access, "require_sites", lambda *_: None), "EV-53"),
    mutant("EV-40/empty", patch(feed, "_query", _empty_if_forbidden)),
    mutant("EV-40/not-found", refusing(feed, "_query", Forbidden, lambda: NotFound("site"))),
    mutant("EV-40/granted-too", called("_query", _as_a_stranger)),
    mutant("EV-41/unlimited", operation(LIST, "get", lambda node: node["responses"].pop("429"))),
    mutant("EV-41/another-code", instead(RateLimited, "code", "too_many_requests")),
    mutant("EV-41/another-status", instead(RateLimited, "status", 503)),
    mutant("EV-42/another-scheme-too", _bearer(_of_header(b"authorization", "Token "))),
    mutant("EV-42/another-header-too", _bearer(_of_header(b"x-api-key"))),
    mutant("EV-42/query-too", _bearer(_of_query)),
    mutant("EV-42/another-header", patch(pipeline, "bearer", lambda _: _of_header(b"x-api-key"))),
    mutant("EV-43/operators-only", operation(ONE, "get", role("operator"))),
    mutant("EV-43/no-site-is-granted", patch(access, "require_sites", _no_site_is_granted)),
    mutant("EV-53/shown", instead(feed, "_require_camera", _let_pass)),
    mutant("EV-53/not-found", refusing(feed, "_event", Forbidden, lambda: NotFound("event"))),
    mutant("EV-53/another-code", instead(Forbidden, "code", "access_denied"), "EV-40", "EV-70", "EV-76", "EV-88"),
    mutant("EV-54/forbidden", refusing(feed, "_event", NotFound, lambda: Forbidden("That is not yours."))),
    mutant("EV-54/gone", refusing(feed, "_event", NotFound, _gone)),
    mutant("EV-54/another-code", instead(NotFound, "code", "event_not_found"), "EV-71", "EV-77"),
    mutant("EV-54/foreign-is-told", patch(feed, "get_event", _foreign_is_told)),
    mutant("EV-70/viewers-may", operation(ONE, "patch", role("viewer"))),
    mutant("EV-70/done-yet-refused", done_yet_refused("updateEvent", Role.VIEWER)),
    mutant("EV-71/in-any-org", of_any_org("update_event")),
    mutant("EV-71/forbidden", refusing(feed, "update_event", NotFound, lambda: Forbidden("That is not yours."))),
    mutant("EV-71/foreign-is-told", patch(feed, "update_event", _foreign_is_told)),
    mutant("EV-76/operators-may", operation(ONE, "delete", role("operator"))),
    mutant("EV-76/viewers-may", operation(ONE, "delete", role("viewer"))),
    mutant("EV-76/done-yet-refused", done_yet_refused("deleteEvent", Role.VIEWER, Role.OPERATOR)),
    mutant("EV-77/in-any-org", of_any_org("delete_event")),
    mutant("EV-77/forbidden", refusing(feed, "delete_event", NotFound, lambda: Forbidden("That is not yours."))),
    mutant("EV-77/foreign-is-told", patch(feed, "delete_event", _foreign_is_told)),
    mutant("EV-88/viewers-may", operation(EXPORT, "get", role("viewer"))),
)
