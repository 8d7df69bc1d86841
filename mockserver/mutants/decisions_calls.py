"""Wrong laws where this project decided: errors, the order of checks, the export, what a viewer sees, neighbours."""

from typing import Any

from msgspec.structs import replace

from mockserver.asgi import Answer
from mockserver.domain import access
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound, RateLimited, TooLarge, Unauthenticated
from mockserver.http import pipeline, problems
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.ids import Chance
from mockserver.mutants.base import Original, instead, mutant, operation, patch, returning, role
from mockserver.mutants.errors_limits import foreign, serving_foreign
from mockserver.openapi.operations import Operation
from mockserver.operations import callers
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call
from mockserver.store.kinds import ALERT_RULES, ALERTS, EVENTS, GATEWAYS

_KINDS: dict[str, Any] = {"events": EVENTS, "alerts": ALERTS, "alert-rules": ALERT_RULES, "gateways": GATEWAYS}
Body = dict[str, Any]


def _gateways_as(least: Role | None) -> Any:
    """Give a gateway's key a role, or take it for none at all."""

    def wrap(original: Original) -> Any:
        async def gateway(tx: Any, token: str) -> Any:
            caller = await original(tx, token)
            return replace(caller, role=least) if caller.key_id else caller

        return gateway

    return wrap


def _nobody(original: Original) -> Any:
    async def gateway(tx: Any, token: str) -> Any:
        return access.ANONYMOUS

    return gateway


def _cursor_refused(original: Original) -> Any:
    async def export(call: Call) -> Any:
        if "cursor" in call.params:
            call.seal().decode(call.params["cursor"])
        return await original(call)

    return export


def _cut(limit: Any) -> Any:
    """Cut the export at the limit that ``limit`` reads from the call, None for no limit."""

    def wrap(original: Original) -> Any:
        async def export(call: Call) -> Any:
            table = await original(call)
            most = limit(call)
            return table if most is None else replace(table, rows=list(table.rows)[:most])

        return export

    return wrap


def _asked_limit(call: Call) -> int | None:
    asked = int(call.params["limit"])
    return asked if asked != 20 else None  # 20 is what a call gets that names no limit


def _capless(original: Original) -> Any:
    async def export(call: Call) -> Any:
        try:
            return await original(call)
        except TooLarge:
            return replace(await original(_relieved(call)), rows=[])

    return export


def _relieved(call: Call) -> Call:
    return replace(call, params={**call.params, "date_from": "9000-01-01"})


async def _no_scope(call: Call) -> None:
    return None


def _sites_unchecked(original: Original) -> Any:
    """Find nothing, instead of refusing, where a viewer names what is not granted."""

    async def cameras(call: Call) -> Any:
        try:
            return await original(call)
        except Forbidden:
            return set()

    return cameras


def _camera_unchecked(original: Original) -> Any:
    async def cameras(call: Call) -> Any:
        if "camera_id" not in call.params:
            return await original(call)
        return {call.params["camera_id"]}

    return cameras


def _header_lost(original: Original) -> Any:
    def headers(exchange: Exchange) -> Any:
        found = original(exchange)
        return found[1:] if exchange.operation and exchange.operation.id == "deleteEvent" else found

    return headers


def _another_id(original: Original) -> Any:
    def render(error: Any, request_id: str) -> Answer:
        answer: Answer = original(error, f"{request_id}0")
        return answer

    return render


def _two_codes(original: Original) -> Any:
    """Tell an invalid credential from a missing one."""

    async def perform(self: Pipeline, exchange: Exchange) -> Any:
        try:
            return await original(self, exchange)
        except Unauthenticated as error:
            if any(name == b"authorization" for name, _ in exchange.scope["headers"]):
                error.code = "invalid_token"  # type: ignore[misc]
            raise

    return perform


def _unmetered(node: Any) -> None:
    del node["responses"]["429"]


def _credential_before_route(original: Original) -> Any:
    def route(exchange: Exchange) -> Operation:
        if exchange.operation is None:
            access.authenticate(exchange.caller)
        return original(exchange)  # type: ignore[no-any-return]

    return route


def _role_before_rate(original: Original) -> Any:
    def route(exchange: Exchange) -> Operation:
        found: Operation = original(exchange)
        if found.least_role != "public" and exchange.caller.key_id:
            access.authorise(exchange.caller, Role(found.least_role))
        return found

    return route


def _limited(caller: Any) -> None:
    if caller.key_id is None:
        raise RateLimited(1)


def _input_before_role(original: Original) -> Any:
    async def perform(self: Pipeline, exchange: Exchange) -> Any:
        try:
            return await original(self, exchange)
        except Forbidden:
            if exchange.operation:
                await pipeline._read(exchange, exchange.operation)
            raise

    return perform


def _object_before_input(original: Original) -> Any:
    async def perform(self: Pipeline, exchange: Exchange) -> Any:
        try:
            return await original(self, exchange)
        except InvalidInput:
            values = exchange.match.values if exchange.match else {}
            kind = _KINDS.get(exchange.operation.path.split("/")[3]) if exchange.operation else None
            if "id" in values and kind:
                async with self.store.transaction() as tx:
                    if await tx.get(kind, exchange.caller.org_id, values["id"]) is None:
                        raise NotFound("object") from None
            raise

    return perform


def _event_hidden(original: Original) -> Any:
    async def event(call: Call) -> Any:
        try:
            return await original(call)
        except Forbidden:
            raise NotFound("event") from None

    return event


def _event_forbidden(original: Original) -> Any:
    async def event(call: Call) -> Any:
        try:
            return await original(call)
        except NotFound:
            if call.caller.sites is not None and await foreign(call, EVENTS):
                raise Forbidden("The site is not granted to this viewer.") from None
            raise

    return event


def _detail(change: Any) -> Any:
    """Change the neighbours of an event: ``change`` gets the older and the newer id."""

    def wrap(original: Original) -> Any:
        async def detail(call: Call, event: Any) -> Body:
            body = await original(call, event)
            older, newer = change(body["prev_event_id"], body["next_event_id"])
            return {**body, "prev_event_id": older, "next_event_id": newer}

        return detail

    return wrap


def _all_neighbours(original: Original) -> Any:
    async def detail(call: Call, event: Any) -> Any:
        return await original(replace(call, caller=replace(call.caller, sites=None)), event)

    return detail


def _refused_or(original: Original) -> Any:
    async def scope(call: Call) -> Any:
        if call.operation == "listEvents" and call.caller.sites is not None:
            raise Forbidden("Name a site.")
        return await original(call)

    return scope


_TIMELINE, _EXPORT = "/api/v1/alerts/{id}/timeline", "/api/v1/events/export"

MUTANTS = (
    mutant("AS-15/refused", patch(event_operations, "export_events", _cursor_refused)),
    mutant(
        "AS-15/cut", patch(event_operations, "export_events", _cut(lambda call: 1 if "cursor" in call.params else None))
    ),
    mutant("AS-16/cut", patch(event_operations, "export_events", _cut(_asked_limit))),
    mutant("AS-17/one-page", patch(event_operations, "export_events", _cut(lambda call: 100))),
    mutant("AS-17/twenty", patch(event_operations, "export_events", _cut(lambda call: 20))),
    mutant("AS-18/cut", patch(event_operations, "export_events", _capless)),
    mutant("AS-18/400", instead(TooLarge, "status", 400)),
    mutant("AS-19/everything", instead(event_operations, "_scope", _no_scope)),
    mutant("AS-19/403", patch(event_operations, "_scope", _refused_or)),
    mutant("AS-20/nothing", patch(event_operations, "_cameras", _sites_unchecked), "AS-21"),
    mutant("AS-21/served", patch(event_operations, "_cameras", _camera_unchecked)),
    mutant("AS-23/as-viewers", patch(callers, "_gateway", _gateways_as(Role.VIEWER))),
    mutant("AS-23/as-owners", patch(callers, "_gateway", _gateways_as(Role.OWNER))),
    mutant("AS-23/401", patch(callers, "_gateway", _nobody)),
    mutant("AS-29/none", returning(pipeline, "_common_headers", lambda found: found[1:])),
    mutant("AS-29/not-after-deletion", patch(pipeline, "_common_headers", _header_lost)),
    mutant("AS-29/always-the-same", instead(Chance, "request_id", lambda self: "req_1")),
    mutant("AS-30/another", patch(problems, "render", _another_id)),
    mutant("AS-31/two-codes", patch(Pipeline, "_perform", _two_codes)),
    mutant("AS-32/open-timeline", operation(_TIMELINE, "get", role("public"))),
    mutant("AS-32/open-creation", operation("/api/v1/alert-rules", "post", role("public"))),
    mutant("AS-33/export", operation(_EXPORT, "get", _unmetered)),
    mutant("AS-33/deletion", operation("/api/v1/gateways/{id}", "delete", _unmetered)),
    mutant("AS-33/pairing", operation("/api/v1/gateways/pair", "post", _unmetered)),
    mutant("AS-34/401", patch(pipeline, "_route", _credential_before_route)),
    mutant("AS-35/429", instead(access, "authenticate", _limited)),
    mutant("AS-36/403", patch(pipeline, "_route", _role_before_rate)),
    mutant("AS-37/400", patch(Pipeline, "_perform", _input_before_role)),
    mutant("AS-38/404", patch(Pipeline, "_perform", _object_before_input)),
    mutant("AS-39/always-404", patch(event_operations, "_event", _event_hidden)),
    mutant("AS-39/foreign-403", patch(event_operations, "_event", _event_forbidden)),
    mutant("AS-40/state-first", patch(Call, "get", serving_foreign)),
    mutant("AS-71/newer", patch(event_operations, "detail", _detail(lambda older, newer: (newer, newer)))),
    mutant("AS-71/none", patch(event_operations, "detail", _detail(lambda older, newer: (None, newer)))),
    mutant("AS-72/older", patch(event_operations, "detail", _detail(lambda older, newer: (older, older)))),
    mutant("AS-72/none", patch(event_operations, "detail", _detail(lambda older, newer: (older, None)))),
    mutant("AS-73/of-other-sites", patch(event_operations, "detail", _all_neighbours)),
)
