"""Mutants about error bodies, headers, unknown methods and paths, and the service itself."""

from typing import Any

from mockserver import asgi
from mockserver.domain import access
from mockserver.domain.errors import MethodNotAllowed
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange
from mockserver.mutants.operators.document import moved, role
from mockserver.mutants.operators.operations import answering, serving
from mockserver.mutants.operators.patches import (
    Change,
    Original,
    Patch,
    around,
    calling,
    for_each,
    mutant,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import error_body, failing, status_of, without_header
from mockserver.mutants.operators.values import changed, having, lacking, sometimes
from mockserver.openapi.operations import Operation
from mockserver.operations.call import Call, Text
from mockserver.runtime.random_source import RandomSource


def _header_lost(original: Original, exchange: Exchange) -> Any:
    found = original(exchange)
    return found[1:] if exchange.operation and exchange.operation.id == "deleteEvent" else found


def _another_id(original: Original, error: Any, request_id: Any) -> Any:
    return original(error, f"{request_id}0")


def _credential_before_route(original: Original, exchange: Exchange) -> Operation:
    if exchange.operation is None:
        access.authenticate(exchange.caller)
    return original(exchange)  # type: ignore[no-any-return]


def _field_errors(change: Change) -> Patch:
    return error_body(changed(field_errors=change))


def _one_allowed(original: Original, self: Any, allow: Any) -> Any:
    return original(self, allow[:1])


async def _json(call: Call) -> Text:
    return Text("application/json", call.document.json_text)


MUTANTS = (
    mutant("AS-29/none", returning(pipeline._common_headers, lambda found: found[1:])),
    mutant("AS-29/not-after-deletion", around(pipeline._common_headers, _header_lost)),
    mutant("AS-29/always-the-same", replaced(lambda: RandomSource.request_id, lambda self: "req_1")),
    mutant("AS-30/another", around(asgi.error_answer, _another_id, within=pipeline)),
    mutant("AS-34/401", around(pipeline._route, _credential_before_route)),
    mutant("GEN-08/no-allow", returning(asgi.error_answer, without_header(b"allow"), within=pipeline)),
    mutant("GEN-08/one-allowed", around(MethodNotAllowed.__init__, _one_allowed)),
    mutant("GEN-08/404", status_of(MethodNotAllowed, 404)),
    mutant("ERR-01/no-message", error_body(lacking("message"))),
    mutant("ERR-01/no-request-id", error_body(lacking("request_id"))),
    mutant("ERR-01/nested", error_body(changed(error=lambda code: {"code": code}))),
    mutant("ERR-02/varies", error_body(sometimes(having(error="error")))),
    mutant("ERR-03/bare-id", returning(RandomSource.request_id, lambda request_id: request_id.removeprefix("req_"))),
    mutant("AS-26/nested", error_body(lambda body: {"error": body})),
    mutant("AS-26/no-text", error_body(having(message=""))),
    mutant("AS-26/numbered", error_body(having(request_id=7))),
    mutant("AS-27/bare", returning(RandomSource.request_id, lambda found: found.removeprefix("req_"))),
    mutant("AS-28/missing", error_body(lacking("field_errors"))),
    mutant("AS-28/texts", _field_errors(lambda found: {name: texts[0] for name, texts in found.items()})),
    mutant("AS-28/empty", _field_errors(lambda found: {})),
    mutant("AS-28/list", _field_errors(list)),
    mutant("SYS-01/guarded", role("getHealth", "viewer")),
    mutant("SYS-01/broken", failing("getHealth", RuntimeError("this law breaks the health check"))),
    *for_each(
        "SYS-02/no-{}", ("status", "db", "go2rtc", "version"), lambda name: answering("getApiHealth", lacking(name))
    ),
    mutant("SYS-02/guarded", role("getApiHealth", "viewer")),
    mutant("SYS-02/elsewhere", moved("/api/v1/health", "/api/v1/status")),
    mutant("SYS-02/sometimes-silent", answering("getApiHealth", sometimes(lacking("db")))),
    mutant("SDK-59/json", serving("getOpenapiYaml", calling(_json))),
    mutant("SDK-59/guarded", role("getOpenapiYaml", "viewer")),
)
