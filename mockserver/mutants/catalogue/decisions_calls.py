"""Wrong laws where this project decided: errors, the order of checks, the export, what a viewer sees, neighbours."""

import dataclasses
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver import asgi
from mockserver.domain import access
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound, RateLimited, TooLarge
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.catalogue.events_parts import detail
from mockserver.mutants.operators.document import role, unlimited
from mockserver.mutants.operators.isolation import foreign, found_anywhere
from mockserver.mutants.operators.operations import first, serving
from mockserver.mutants.operators.patches import Original, Patch, around, mutant, nothing, replaced, returning
from mockserver.mutants.operators.refusals import before_refusing, invalid_told_apart, refused_as, status_of, tolerating
from mockserver.mutants.operators.values import caller, copied, having
from mockserver.openapi.operations import Operation
from mockserver.operations import events as event_operations
from mockserver.operations import identity
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.kinds import ALERT_RULES, ALERTS, EVENTS, GATEWAYS

_KINDS: dict[str, Any] = {"events": EVENTS, "alerts": ALERTS, "alert-rules": ALERT_RULES, "gateways": GATEWAYS}


def _gateways_as(least: Role) -> Patch:
    """Give a gateway's key a role."""
    return returning(identity._by_gateway_key, lambda caller: replace(caller, role=least) if caller.key_id else caller)


async def _cursor_checked(call: Call) -> None:
    if "cursor" in call.params:
        call.cursor_signer().decode(call.params["cursor"])


def _cut(limit: Callable[[Call], int | None]) -> Patch:
    """Cut the export at the limit that ``limit`` reads from the call, None for no limit."""

    async def defect(original: Original, call: Call) -> Any:
        table, most = await original(call), limit(call)
        return table if most is None else dataclasses.replace(table, rows=list(table.rows)[:most])

    return serving("exportEvents", defect)


def _asked_limit(call: Call) -> int | None:
    asked = int(call.params["limit"])
    return asked if asked != 20 else None  # 20 is what a call gets that names no limit


async def _empty(call: Call) -> Any:
    table: Any = await event_operations.export_events(replace(call, params={**call.params, "date_from": "9000-01-01"}))
    return dataclasses.replace(table, rows=[])


async def _no_camera(call: Call) -> set[str]:
    return set()


async def _camera_unchecked(original: Original, call: Call) -> Any:
    if "camera_id" not in call.params:
        return await original(call)
    return {call.params["camera_id"]}


def _header_lost(original: Original, exchange: Exchange) -> Any:
    found = original(exchange)
    return found[1:] if exchange.operation and exchange.operation.id == "deleteEvent" else found


def _another_id(original: Original, error: Any, request_id: Any) -> Any:
    return original(error, f"{request_id}0")


def _credential_before_route(original: Original, exchange: Exchange) -> Operation:
    if exchange.operation is None:
        access.authenticate(exchange.caller)
    return original(exchange)  # type: ignore[no-any-return]


def _role_before_rate(original: Original, exchange: Exchange) -> Operation:
    found: Operation = original(exchange)
    if found.min_role and exchange.caller.key_id:
        access.authorise(exchange.caller, found.min_role)
    return found


def _limited(caller: Any) -> None:
    if caller.key_id is None:
        raise RateLimited(1)


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


async def _forbid_foreign(call: Call) -> None:
    if call.caller.sites is not None and await foreign(call, EVENTS):
        raise Forbidden("The site is not granted to this viewer.")


def _all_neighbours(original: Original, call: Any, event: Any) -> Any:
    return original(caller(call, sites=None), event)


async def _site_wanted(call: Call) -> None:
    if call.operation == "listEvents" and call.caller.sites is not None:
        raise Forbidden("Name a site.")


MUTANTS = (
    mutant("AS-15/refused", serving("exportEvents", first(_cursor_checked))),
    mutant("AS-15/cut", _cut(lambda call: 1 if "cursor" in call.params else None)),
    mutant("AS-16/cut", _cut(_asked_limit)),
    mutant("AS-17/one-page", _cut(lambda call: 100)),
    mutant("AS-17/twenty", _cut(lambda call: 20)),
    mutant("AS-18/cut", serving("exportEvents", tolerating(TooLarge, _empty))),
    mutant("AS-18/400", status_of(TooLarge, 400)),
    mutant("AS-19/everything", replaced(lambda: event_operations._scope, nothing)),
    mutant("AS-19/403", around(event_operations._scope, first(_site_wanted))),
    mutant("AS-20/nothing", around(event_operations._cameras, tolerating(Forbidden, _no_camera)), "AS-21"),
    mutant("AS-21/served", around(event_operations._cameras, _camera_unchecked)),
    mutant("AS-23/as-viewers", _gateways_as(Role.VIEWER)),
    mutant("AS-23/as-owners", _gateways_as(Role.OWNER)),
    mutant("AS-23/401", returning(identity._by_gateway_key, lambda caller: access.ANONYMOUS)),
    mutant("AS-29/none", returning(pipeline._common_headers, lambda found: found[1:])),
    mutant("AS-29/not-after-deletion", around(pipeline._common_headers, _header_lost)),
    mutant("AS-29/always-the-same", replaced(lambda: RandomSource.request_id, lambda self: "req_1")),
    mutant("AS-30/another", around(asgi.error_answer, _another_id, within=pipeline)),
    mutant("AS-31/two-codes", around(Pipeline._perform, invalid_told_apart)),
    mutant("AS-32/open-timeline", role("getAlertTimeline", "public")),
    mutant("AS-32/open-creation", role("createAlertRule", "public")),
    mutant("AS-33/export", unlimited("exportEvents")),
    mutant("AS-33/deletion", unlimited("deleteGateway")),
    mutant("AS-33/pairing", unlimited("pairGateway")),
    mutant("AS-34/401", around(pipeline._route, _credential_before_route)),
    mutant("AS-35/429", replaced(lambda: access.authenticate, _limited)),
    mutant("AS-36/403", around(pipeline._route, _role_before_rate)),
    mutant("AS-37/400", around(Pipeline._perform, before_refusing(Forbidden, _read))),
    mutant("AS-38/404", around(Pipeline._perform, before_refusing(InvalidInput, _look))),
    mutant("AS-39/always-404", around(event_operations._visible, refused_as(Forbidden, NotFound("event")))),
    mutant("AS-39/foreign-403", around(event_operations._visible, before_refusing(NotFound, _forbid_foreign))),
    mutant("AS-40/state-first", found_anywhere()),
    mutant("AS-71/newer", detail(copied(prev_event_id="next_event_id"))),
    mutant("AS-71/none", detail(having(prev_event_id=None))),
    mutant("AS-72/older", detail(copied(next_event_id="prev_event_id"))),
    mutant("AS-72/none", detail(having(next_event_id=None))),
    mutant("AS-73/of-other-sites", around(event_operations.detail, _all_neighbours)),
)
