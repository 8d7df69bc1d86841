"""Wrong laws about every call: statuses, bodies, headers, input, methods, credentials, effects, times."""

from datetime import timedelta, timezone
from typing import Any

from msgspec.structs import replace

from mockserver import asgi
from mockserver.asgi import Answer
from mockserver.domain import access, alerts, dates, errors
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, InvalidInput, MethodNotAllowed
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.document import field, parameter, role, schema, setting
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import (
    Change,
    Original,
    Patch,
    around,
    mutant,
    occasionally,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import code_of, error_body, status_of
from mockserver.mutants.operators.values import TIMES, changed, having, lacking, sometimes
from mockserver.openapi import validation
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations import alerts as alert_operations
from mockserver.operations import events as event_operations
from mockserver.operations import gateways as gateway_operations
from mockserver.operations import identity
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.kinds import ALERT_RULES

_EAST = timezone(timedelta(hours=2))


def _field_errors(change: Change) -> Patch:
    return error_body(changed(field_errors=change))


def _crashing_on_bad_json(original: Original, *args: Any) -> Any:
    try:
        return original(*args)
    except InvalidInput as error:
        raise RuntimeError from error


def _with_status(wrong: int, right: int) -> Patch:
    """Send one status for another."""

    def change(answer: Answer) -> Answer:
        answer.status = wrong if answer.status == right else answer.status
        return answer

    return returning(pipeline._render, change)


def _plain(answer: Answer) -> Answer:
    answer.headers[0] = (b"content-type", b"text/plain")
    return answer


def _without(name: bytes) -> Any:
    def change(answer: Answer) -> Answer:
        answer.headers = [header for header in answer.headers if header[0] != name]
        return answer

    return change


def _any_media_type(original: Original, scope: Any, body: bytes) -> Any:
    return original({**scope, "headers": [(b"content-type", b"application/json")]}, body)


async def _everybody_known(original: Original, tx: Any, token: str | None, *others: Any) -> Any:
    """Take a token that was never issued for a person of no org."""
    caller = await original(tx, token, *others)
    known = token is None or caller.key_id is not None
    return caller if known else replace(caller, key_id="x", role=Role.OWNER)


async def _done_although_denied(original: Original, self: Pipeline, exchange: Exchange) -> Any:
    try:
        return await original(self, exchange)
    except Forbidden:
        caller, exchange.caller = exchange.caller, replace(exchange.caller, role=Role.OWNER)
        try:
            await original(self, exchange)
        finally:
            exchange.caller = caller
        raise


async def _stored_before_checked(original: Original, call: Call, rule: Any) -> Any:
    transaction: Any = call.tx
    before = await call.tx.get(ALERT_RULES, rule.org_id, rule.id)
    transaction._store.write(ALERT_RULES, before, rule)
    return await original(call, rule)


def _one_allowed(original: Original, self: Any, allow: Any) -> Any:
    return original(self, allow[:1])


MUTANTS = (
    mutant("GEN-01/crashes-on-bad-json", around(asgi.decode_json, _crashing_on_bad_json, within=pipeline)),
    mutant("GEN-01/crashes-on-invalid-input", replaced(lambda: validation._explain, None)),
    mutant("GEN-01/crashes-on-an-unknown-token", replaced(lambda: identity._by_gateway_key, None)),
    mutant("GEN-02/205-for-204", _with_status(205, 204)),
    mutant("GEN-02/203-for-200", _with_status(203, 200)),
    mutant("GEN-02/418-for-403", status_of(Forbidden, 418)),
    mutant("GEN-03/text-for-json", returning(asgi.json_answer, _plain, within=pipeline)),
    mutant("GEN-03/text-for-errors", returning(asgi.error_answer, _plain, within=pipeline)),
    mutant("GEN-04/extra-field-of-a-rule", returning(rule_operations._view, having(extra=1))),
    mutant("GEN-04/null-status-of-an-alert", returning(alert_operations._item, having(status=None))),
    mutant("GEN-04/no-tags", returning(event_operations._item, having(tags=None))),
    mutant("GEN-04/number-for-a-name", returning(gateway_operations._view, having(name=7))),
    mutant("GEN-04/no-message", error_body(lacking("message"))),
    mutant("GEN-04/health-in-upper-case", answering("getHealth", having(status="OK"))),
    mutant("GEN-05/no-limit-header", returning(pipeline._common_headers, lambda found: found[:1] + found[2:])),
    mutant(
        "GEN-05/negative-remaining",
        returning(pipeline._common_headers, lambda found: [(n, b"-1" if b"rem" in n else v) for n, v in found]),
    ),
    mutant("GEN-05/inline-export", returning(pipeline._render, _without(b"content-disposition"))),
    mutant("GEN-06/long-name", schema("Name", setting(maxLength=101))),
    mutant("GEN-06/limit-of-101", parameter("Limit", maximum=101)),
    mutant("GEN-06/any-media-type", around(asgi.decode_json, _any_media_type, within=pipeline)),
    mutant("GEN-06/long-version", schema("ShortText", setting(maxLength=65))),
    mutant("GEN-06/long-notes", field("UpdateEvent", "notes", maxLength=2001)),
    mutant("GEN-07/name-of-100", schema("Name", setting(maxLength=99))),
    mutant("GEN-07/limit-of-100", parameter("Limit", maximum=99)),
    mutant("GEN-07/version-of-64", schema("ShortText", setting(maxLength=63))),
    mutant("GEN-07/notes-of-2000", field("UpdateEvent", "notes", maxLength=1999)),
    mutant("GEN-07/starred-false", parameter("Starred", const=True)),
    mutant("GEN-08/no-allow", returning(asgi.error_answer, _without(b"allow"), within=pipeline)),
    mutant("GEN-08/one-allowed", around(MethodNotAllowed.__init__, _one_allowed)),
    mutant("GEN-08/404", status_of(MethodNotAllowed, 404)),
    mutant("GEN-09/403", replaced(lambda: access.authenticate, lambda caller: None)),
    mutant("GEN-09/any-token", around(identity.identify, _everybody_known)),
    mutant("GEN-09/now-and-then", around(access.authenticate, occasionally(20, lambda original, caller: None))),
    mutant("GEN-09/open-timeline", role("getAlertTimeline", "public")),
    mutant("GEN-09/open-export", role("exportEvents", "public")),
    mutant("GEN-10/done-although-denied", around(Pipeline._perform, _done_although_denied)),
    mutant("GEN-10/stored-before-checked", around(rule_operations._store, _stored_before_checked)),
    mutant("GEN-11/offset-for-z", returning(event_operations._item, changed(triggered_at=TIMES["offset"]))),
    mutant(
        "GEN-11/fractions",
        around(dates.whole_seconds, lambda _, instant: instant.replace(microsecond=5), within=alerts),
    ),
    mutant(
        "GEN-11/local-time", returning(gateway_operations._view, changed(created_at=lambda at: at.astimezone(_EAST)))
    ),
    mutant("ERR-01/no-message", error_body(lacking("message"))),
    mutant("ERR-01/no-request-id", error_body(lacking("request_id"))),
    mutant("ERR-01/nested", error_body(changed(error=lambda code: {"code": code}))),
    mutant("ERR-02/varies", error_body(sometimes(having(error="error")))),
    mutant("ERR-03/bare-id", returning(RandomSource.request_id, lambda request_id: request_id.removeprefix("req_"))),
    mutant("ERR-04/unauthorized", code_of(errors.Unauthenticated, "unauthorized")),
    mutant("ERR-06/401", status_of(Forbidden, 401)),
    mutant("ERR-06/code", code_of(Forbidden, "access_denied")),
    mutant("ERR-06/viewers-create-rules", role("createAlertRule", "viewer")),
    mutant("ERR-06/operators-delete-events", role("deleteEvent", "operator")),
    mutant("AS-26/nested", error_body(lambda body: {"error": body})),
    mutant("AS-26/no-text", error_body(having(message=""))),
    mutant("AS-26/numbered", error_body(having(request_id=7))),
    mutant("AS-27/bare", returning(RandomSource.request_id, lambda found: found.removeprefix("req_"))),
    mutant("AS-28/missing", error_body(lacking("field_errors"))),
    mutant("AS-28/texts", _field_errors(lambda found: {name: texts[0] for name, texts in found.items()})),
    mutant("AS-28/empty", _field_errors(lambda found: {})),
    mutant("AS-28/list", _field_errors(list)),
)
