"""Wrong laws about every call: statuses, bodies, headers, input, methods, credentials, effects, times."""

import itertools
from datetime import timedelta, timezone
from typing import Any

from msgspec.structs import replace

from mockserver.asgi import Answer
from mockserver.domain import access, alerts, errors
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, InvalidInput, MethodNotAllowed
from mockserver.http import pipeline, problems
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.ids import Chance
from mockserver.mutants.base import (
    Original,
    instead,
    mutant,
    operation,
    parameter,
    patch,
    returning,
    role,
    schema,
    setting,
)
from mockserver.openapi import validation
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations import alerts as alert_operations
from mockserver.operations import callers, system
from mockserver.operations import events as event_operations
from mockserver.operations import gateways as gateway_operations
from mockserver.operations.call import Call
from mockserver.store.kinds import ALERT_RULES

Body = dict[str, Any]


def every(count: int) -> Any:
    """Return a function that is true at each ``count``-th call."""
    serial = itertools.count(1)
    return lambda: next(serial) % count == 0


def error_body(change: Any) -> Any:
    """Change the bodies of errors."""
    return patch(problems, "json_answer", lambda original: lambda status, body: original(status, change(body)))


def _with_fields(change: Any) -> Any:
    return error_body(lambda body: {**body, "field_errors": change(body)} if "field_errors" in body else body)


def _crashing_on_bad_json(original: Original) -> Any:
    def decode(*args: Any) -> Any:
        try:
            return original(*args)
        except InvalidInput as error:
            raise RuntimeError from error

    return decode


def _with_status(status: int, instead_of: int) -> Any:
    def change(answer: Answer) -> Answer:
        answer.status = status if answer.status == instead_of else answer.status
        return answer

    return change


def _plain(original: Original) -> Any:
    def json_answer(status: int, body: Any) -> Answer:
        answer: Answer = original(status, body)
        answer.headers[0] = (b"content-type", b"text/plain")
        return answer

    return json_answer


def _without(name: bytes) -> Any:
    def change(answer: Answer) -> Answer:
        answer.headers = [header for header in answer.headers if header[0] != name]
        return answer

    return change


def _any_media_type(original: Original) -> Any:
    def decode(scope: Any, body: bytes) -> Any:
        return original({**scope, "headers": [(b"content-type", b"application/json")]}, body)

    return decode


def _everybody_known(original: Original) -> Any:
    """Take a token that was never issued for a person of no org."""

    async def identify(tx: Any, token: str | None, *others: Any) -> Any:
        caller = await original(tx, token, *others)
        known = token is None or caller.key_id is not None
        return caller if known else replace(caller, key_id="x", role=Role.OWNER)

    return identify


def _let_in_now_and_then(original: Original) -> Any:
    due = every(20)
    return lambda caller: None if due() else original(caller)


def _done_although_denied(original: Original) -> Any:
    async def perform(self: Pipeline, exchange: Exchange) -> Any:
        try:
            return await original(self, exchange)
        except Forbidden:
            caller, exchange.caller = exchange.caller, replace(exchange.caller, role=Role.OWNER)
            try:
                await original(self, exchange)
            finally:
                exchange.caller = caller
            raise

    return perform


def _stored_before_checked(original: Original) -> Any:
    async def store(call: Call, rule: Any) -> Any:
        transaction: Any = call.tx
        before = await call.tx.get(ALERT_RULES, rule.org_id, rule.id)
        transaction._store.write(ALERT_RULES, before, rule)
        return await original(call, rule)

    return store


def _code_varies(original: Original) -> Any:
    due = every(20)

    def json_answer(status: int, body: Body) -> Any:
        return original(status, {**body, "error": "error"} if due() else body)

    return json_answer


def _one_allowed(original: Original) -> Any:
    return lambda self, allow: original(self, allow[:1])


def _as_text(name: str) -> Any:
    return lambda body: {**body, name: body[name].isoformat() if body.get(name) else None}


def _two_hours_east(body: Body) -> Body:
    at = body.get("created_at")
    return {**body, "created_at": at.astimezone(timezone(timedelta(hours=2)))} if at else body


MUTANTS = (
    mutant("GEN-01/crashes-on-bad-json", patch(pipeline, "decode_json", _crashing_on_bad_json)),
    mutant("GEN-01/crashes-on-invalid-input", instead(validation, "_explain", None)),
    mutant("GEN-01/crashes-on-an-unknown-token", instead(callers, "_gateway", None)),
    mutant("GEN-02/205-for-204", returning(pipeline, "_render", _with_status(205, 204))),
    mutant("GEN-02/203-for-200", returning(pipeline, "_render", _with_status(203, 200))),
    mutant("GEN-02/418-for-403", instead(Forbidden, "status", 418)),
    mutant("GEN-03/text-for-json", patch(pipeline, "json_answer", _plain)),
    mutant("GEN-03/text-for-errors", patch(problems, "json_answer", _plain)),
    mutant("GEN-04/extra-field-of-a-rule", returning(rule_operations, "_view", lambda body: {**body, "extra": 1})),
    mutant(
        "GEN-04/null-status-of-an-alert", returning(alert_operations, "_item", lambda body: {**body, "status": None})
    ),
    mutant("GEN-04/no-tags", returning(event_operations, "_item", lambda body: {**body, "tags": None})),
    mutant("GEN-04/number-for-a-name", returning(gateway_operations, "_view", lambda body: {**body, "name": 7})),
    mutant("GEN-04/no-message", error_body(lambda body: {k: v for k, v in body.items() if k != "message"})),
    mutant("GEN-04/health-in-upper-case", instead(system, "get_health", lambda call: _soon({"status": "OK"}))),
    mutant("GEN-05/no-limit-header", returning(pipeline, "_common_headers", lambda found: found[:1] + found[2:])),
    mutant(
        "GEN-05/negative-remaining",
        returning(pipeline, "_common_headers", lambda found: [(n, b"-1" if b"rem" in n else v) for n, v in found]),
    ),
    mutant("GEN-05/inline-export", returning(pipeline, "_render", _without(b"content-disposition"))),
    mutant("GEN-06/long-name", schema("Name", setting(maxLength=101))),
    mutant("GEN-06/limit-of-101", parameter("Limit", setting(maximum=101))),
    mutant("GEN-06/any-media-type", patch(pipeline, "decode_json", _any_media_type)),
    mutant("GEN-06/long-version", schema("ShortText", setting(maxLength=65))),
    mutant("GEN-06/long-notes", schema("UpdateEvent", setting(maxLength=2001), "properties", "notes")),
    mutant("GEN-07/name-of-100", schema("Name", setting(maxLength=99))),
    mutant("GEN-07/limit-of-100", parameter("Limit", setting(maximum=99))),
    mutant("GEN-07/version-of-64", schema("ShortText", setting(maxLength=63))),
    mutant("GEN-07/notes-of-2000", schema("UpdateEvent", setting(maxLength=1999), "properties", "notes")),
    mutant("GEN-07/starred-false", parameter("Starred", setting(const=True))),
    mutant(
        "GEN-08/no-allow", patch(problems, "render", lambda original: lambda e, i: _without(b"allow")(original(e, i)))
    ),
    mutant("GEN-08/one-allowed", patch(MethodNotAllowed, "__init__", _one_allowed)),
    mutant("GEN-08/404", instead(MethodNotAllowed, "status", 404)),
    mutant("GEN-09/403", instead(access, "authenticate", lambda caller: None)),
    mutant("GEN-09/any-token", patch(callers, "identify", _everybody_known)),
    mutant("GEN-09/now-and-then", patch(access, "authenticate", _let_in_now_and_then)),
    mutant("GEN-09/open-timeline", operation("/api/v1/alerts/{id}/timeline", "get", role("public"))),
    mutant("GEN-09/open-export", operation("/api/v1/events/export", "get", role("public"))),
    mutant("GEN-10/done-although-denied", patch(Pipeline, "_perform", _done_although_denied)),
    mutant("GEN-10/stored-before-checked", patch(rule_operations, "_store", _stored_before_checked)),
    mutant("GEN-11/offset-for-z", returning(event_operations, "_item", _as_text("triggered_at"))),
    mutant("GEN-11/fractions", instead(alerts, "whole_seconds", lambda instant: instant.replace(microsecond=5))),
    mutant("GEN-11/local-time", returning(gateway_operations, "_view", _two_hours_east)),
    mutant("ERR-01/no-message", error_body(lambda body: {k: v for k, v in body.items() if k != "message"})),
    mutant("ERR-01/no-request-id", error_body(lambda body: {k: v for k, v in body.items() if k != "request_id"})),
    mutant("ERR-01/nested", error_body(lambda body: {**body, "error": {"code": body["error"]}})),
    mutant("ERR-02/varies", patch(problems, "json_answer", _code_varies)),
    mutant("ERR-03/bare-id", returning(Chance, "request_id", lambda request_id: request_id.removeprefix("req_"))),
    mutant("ERR-04/unauthorized", instead(errors.Unauthenticated, "code", "unauthorized")),
    mutant("ERR-06/401", instead(Forbidden, "status", 401)),
    mutant("ERR-06/code", instead(Forbidden, "code", "access_denied")),
    mutant("ERR-06/viewers-create-rules", operation("/api/v1/alert-rules", "post", role("viewer"))),
    mutant("ERR-06/operators-delete-events", operation("/api/v1/events/{id}", "delete", role("operator"))),
    mutant("AS-26/nested", error_body(lambda body: {"error": body})),
    mutant("AS-26/no-text", error_body(lambda body: {**body, "message": ""})),
    mutant("AS-26/numbered", error_body(lambda body: {**body, "request_id": 7})),
    mutant("AS-27/bare", returning(Chance, "request_id", lambda found: found.removeprefix("req_"))),
    mutant("AS-28/missing", error_body(lambda body: {k: v for k, v in body.items() if k != "field_errors"})),
    mutant("AS-28/texts", _with_fields(lambda body: {k: v[0] for k, v in body["field_errors"].items()})),
    mutant("AS-28/empty", _with_fields(lambda body: {})),
    mutant("AS-28/list", _with_fields(lambda body: list(body["field_errors"]))),
)


async def _soon(value: Any) -> Any:
    return value
