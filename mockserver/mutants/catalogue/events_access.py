"""Mutants about who may see which events."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver import asgi
from mockserver.asgi import Scope, header
from mockserver.domain import access
from mockserver.domain.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from mockserver.http import pipeline
from mockserver.http.pipeline import Pipeline
from mockserver.mutants.operators.document import at, moved, role, unlimited
from mockserver.mutants.operators.events import EXPORT, LIST, ONE, called, paged, query
from mockserver.mutants.operators.isolation import of_any_org
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import (
    JSON,
    Edit,
    Mutant,
    Mutants,
    Original,
    Patch,
    around,
    calling,
    mutant,
    nothing,
    replaced,
)
from mockserver.mutants.operators.refusals import (
    code_of,
    distinguish_invalid_credentials,
    refused_as,
    status_of,
    tolerating,
)
from mockserver.mutants.operators.values import caller, granted, where
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call, Csv
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS


async def _list_of_all_orgs(original: Original, call: Call) -> Any:
    """List the events of other orgs too, on the first page, as no cursor is good for two orgs."""
    own = await original(call)
    others = [] if "cursor" in call.params else [org for org in await call.tx.orgs() if org != call.org_id]
    answers = [own, *[await original(caller(call, org_id=org, sites=None)) for org in others]]
    return own | {"data": [row for answer in answers for row in msgspec.json.decode(answer["data"])]}


async def _total_of_all_orgs(original: Original, call: Call) -> Any:
    """Count the events of all orgs."""
    totals = [await call.tx.count(Query(EVENTS, org_id)) for org_id in await call.tx.orgs()]
    return await original(call) | {"total": sum(totals)}


async def _export_of_all_orgs(original: Original, call: Call) -> Any:
    """Export the events of all orgs."""
    answers = [await original(caller(call, org_id=org_id)) for org_id in await call.tx.orgs()]
    return Csv("events.csv", answers[0].header, [row for answer in answers for row in answer.rows])


def _unscoped(when: Callable[[Call], bool]) -> Patch:
    """Show a viewer the events of all sites in some calls."""

    async def defect(original: Original, call: Call) -> Any:
        return None if when(call) else await original(call)

    return around(event_operations._scope, defect)


def _total_of_all_sites(call: Call, found: list[Any], envelope: JSON) -> tuple[list[Any], JSON]:
    """Count one more event for a viewer, as if it were of another site."""
    return found, envelope if call.caller.sites is None else {**envelope, "total": envelope["total"] + 1}


async def _query_of_no_camera(call: Call) -> Query[Any]:
    return Query(EVENTS, call.org_id, {"camera_id": ()})


def _token_also_from(read: Callable[[Scope], str | None]) -> Patch:
    """Take the token from elsewhere when there is none in the header Authorization: Bearer."""
    return around(asgi.bearer_token, lambda original, scope: original(scope) or read(scope), within=pipeline)


def _header_token(name: bytes, prefix: str = "") -> Callable[[Scope], str | None]:
    """Return a function that reads the token from a header."""

    def read(scope: Scope) -> str | None:
        value = (header(scope, name) or b"").decode("latin-1")
        return value.removeprefix(prefix) if value.startswith(prefix) else None

    return read


def _query_token(scope: Scope) -> str | None:
    parts = scope["query_string"].decode("latin-1").split("&")
    return next((part.removeprefix("token=") for part in parts if part.startswith("token=")), None)


def _also_without_prefix(paths: Any) -> None:
    """Serve the paths of events without /api/v1 too."""
    paths.update({path.removeprefix("/api/v1"): paths[path] for path in (LIST, EXPORT, ONE)})


def _gone() -> NotFound:
    error = NotFound("event")
    error.status = 410  # type: ignore[misc]
    return error


def _anonymous(rule: str, operation_id: str) -> list[Mutant]:
    """Return the mutants of calling without a credential."""
    forbidden = refused_as(Unauthenticated, Forbidden("Access denied."))
    return [
        mutant(f"{rule}/public", role(operation_id, "public")),
        mutant(f"{rule}/forbidden", around(access.authenticate, forbidden)),
        mutant(f"{rule}/another-code", code_of(Unauthenticated, "unauthorized")),
        mutant(f"{rule}/another-status", status_of(Unauthenticated, 400)),
    ]


MUTANTS = Mutants()


@MUTANTS.defect("EV-02/neighbour-of-another-org", of=event_operations.detail)
async def show_neighbour_of_another_org(original: Original, call: Call, event: Any) -> Any:
    """Show an event of another org as the next one."""
    found = await original(call, event)
    for org_id in await call.tx.orgs():
        newest = next(iter(await call.tx.select(Query(EVENTS, org_id))), None)
        if newest and org_id != call.org_id:
            found = {**found, "next_event_id": newest.id}
    return found


@MUTANTS.defect("EV-43/no-site-is-granted", of=access.require_sites)
def require_sites_of_viewer_without_any(original: Original, who: Any, sites: Any) -> Any:
    """Treat every viewer as one without a granted site."""
    return original(who if who.sites is None else replace(who, sites=frozenset()), sites)


MUTANTS += (
    mutant("EV-01/list-elsewhere", moved(LIST, "/api/v1/event-list")),
    mutant("EV-01/one-elsewhere", moved(ONE, "/api/v2/events/{id}")),
    mutant("EV-01/export-elsewhere", moved(EXPORT, "/api/v1/exports/events")),
    mutant("EV-01/without-prefix-too", Edit(at("paths"), _also_without_prefix)),
    mutant("EV-02/list-of-all-orgs", serving("listEvents", _list_of_all_orgs)),
    mutant("EV-02/total-of-all-orgs", serving("listEvents", _total_of_all_orgs)),
    mutant("EV-02/export-of-all-orgs", serving("exportEvents", _export_of_all_orgs)),
    mutant("EV-02/read-in-any-org", of_any_org("getEvent", EVENTS), "EV-54"),
    mutant("EV-03/everything", _unscoped(lambda call: True), "EV-10"),
    mutant("EV-03/nothing", query(lambda params, old: where(camera_id=())(old) if "camera_id" in old.where else old)),
    mutant("EV-03/reads-everything", replaced(lambda: event_operations._require_camera, nothing), "EV-53"),
    mutant("EV-09/operators-only", role("listEvents", "operator")),
    mutant("EV-10/not-with-a-trigger", _unscoped(lambda call: "trigger_type" in call.params)),
    mutant("EV-10/not-on-later-pages", _unscoped(lambda call: "cursor" in call.params)),
    mutant("EV-10/not-with-starred", _unscoped(lambda call: call.params.get("starred") is True)),
    mutant("EV-10/total-of-all-sites", paged(_total_of_all_sites)),
    *_anonymous("EV-38", "listEvents"),
    mutant("EV-39/another-code-for-invalid", around(Pipeline._perform, distinguish_invalid_credentials), "EV-38"),
    mutant("EV-40/shown", replaced(lambda: access.require_sites, lambda *_: None), "EV-53"),
    mutant("EV-40/empty", around(event_operations._query, tolerating(Forbidden, _query_of_no_camera))),
    mutant("EV-40/not-found", around(event_operations._query, refused_as(Forbidden, NotFound("site")))),
    mutant("EV-40/granted-too", called(event_operations._query, granted(frozenset()))),
    mutant("EV-41/unlimited", unlimited("listEvents")),
    mutant("EV-41/another-code", code_of(RateLimited, "too_many_requests")),
    mutant("EV-41/another-status", status_of(RateLimited, 503)),
    mutant("EV-42/another-scheme-too", _token_also_from(_header_token(b"authorization", "Token "))),
    mutant("EV-42/another-header-too", _token_also_from(_header_token(b"x-api-key"))),
    mutant("EV-42/query-too", _token_also_from(_query_token)),
    mutant("EV-42/another-header", around(asgi.bearer_token, calling(_header_token(b"x-api-key")), within=pipeline)),
    mutant("EV-43/operators-only", role("getEvent", "operator")),
    *_anonymous("EV-52", "getEvent"),
    mutant("EV-53/shown", replaced(lambda: event_operations._require_camera, nothing)),
    mutant("EV-53/not-found", around(event_operations._visible, refused_as(Forbidden, NotFound("event")))),
    mutant("EV-53/another-code", code_of(Forbidden, "access_denied"), "EV-40", "EV-70", "EV-76", "EV-88"),
    mutant("EV-54/forbidden", around(event_operations._visible, refused_as(NotFound, Forbidden("Access denied.")))),
    mutant("EV-54/gone", around(event_operations._visible, refused_as(NotFound, _gone()))),
    mutant("EV-54/another-code", code_of(NotFound, "event_not_found"), "EV-71", "EV-77"),
)
