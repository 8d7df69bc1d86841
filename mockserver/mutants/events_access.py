"""Wrong laws about who may see which events."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.asgi import Scope, header
from mockserver.domain import access
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.base import Edit, Original, instead, mutant, operation, patch, role
from mockserver.mutants.events_parts import (
    EXPORT,
    LIST,
    ONE,
    called,
    caller,
    detail,
    done_yet_refused,
    having,
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


def _scope(change: Callable[[Call], bool]) -> Any:
    """Lift a viewer's scope for some calls."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            return None if change(call) else await original(call)

        return wrapped

    return patch(feed, "_scope", wrap)


def _no_site_asked(original: Original) -> Any:
    def require_sites(who: Any, sites: Any) -> None:
        if is_viewer(who):
            raise Forbidden("The site is not granted to this viewer.")

    return require_sites


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

    return patch_result(perform)


def patch_result(function: Any) -> Any:
    """Return the function; it is a method by being put into a class."""
    return function


def _bearer(read: Callable[[Scope], str | None]) -> Any:
    """Take the token from elsewhere when the header has none."""
    return patch(pipeline, "bearer", lambda original: lambda scope: original(scope) or read(scope))


def _text(scope: Scope, name: bytes, prefix: str = "") -> str | None:
    value = (header(scope, name) or b"").decode("latin-1")
    return value.removeprefix(prefix) if value.startswith(prefix) and value else None


def _of_query(scope: Scope) -> str | None:
    values = [part[6:] for part in scope["query_string"].decode("latin-1").split("&") if part.startswith("token=")]
    return values[0] if values else None


def _also(paths: Any) -> None:
    paths.update({path.removeprefix("/api/v1"): paths[path] for path in (LIST, EXPORT, ONE)})


def _forbid(*_: object) -> None:
    raise Forbidden("A valid bearer token is required.")


MUTANTS = (
    mutant("EV-01/list-elsewhere", moved(LIST, "/api/v1/event-list")),
    mutant("EV-01/one-elsewhere", moved(ONE, "/api/v2/events/{id}")),
    mutant("EV-01/export-elsewhere", moved(EXPORT, "/api/v1/exports/events")),
    mutant("EV-01/without-prefix-too", Edit(("paths",), _also)),
    mutant("EV-02/list-of-all-orgs", patch(feed, "list_events", _list_of_all_orgs)),
    mutant("EV-02/total-of-all-orgs", patch(feed, "list_events", _total_of_all_orgs)),
    mutant("EV-02/export-of-all-orgs", patch(feed, "export_events", _export_of_all_orgs)),
    mutant("EV-02/read-in-any-org", of_any_org("get_event"), "EV-54"),
    mutant("EV-02/neighbour-of-another-org", patch(feed, "_detail", _neighbour_of_any_org)),
    mutant("EV-03/everything", _scope(is_viewer_of), "EV-10") if False else mutant(
        "EV-03/everything", _scope(lambda call: True), "EV-10"
    ),
    mutant("EV-03/nothing", query(lambda params, old: where(camera_id=())(old) if "camera_id" in old.where else old)),
    mutant("EV-03/reads-everything", patch(feed, "_require_camera", lambda _: lambda call, camera_id: _nothing())),
    mutant("EV-04/served", served(f"{ONE}/acknowledge", "post", "acknowledgeEvent")),
    mutant("EV-06/served", served(f"{ONE}/dismiss", "post", "dismissEvent")),
    mutant("EV-09/operators-only", operation(LIST, "get", role("operator"))),
    mutant("EV-10/not-with-a-trigger", _scope(lambda call: "trigger_type" in call.params)),
    mutant("EV-10/not-on-later-pages", _scope(lambda call: "cursor" in call.params)),
    mutant("EV-10/not-with-starred", _scope(lambda call: call.params.get("starred") is True)),
    mutant("EV-10/total-of-all-sites", page(lambda call, rows, rest: (rows, rest | {"total": rest["total"] + 1}))),
)
