"""Mutants about error bodies, headers, unknown methods and paths, health and the document."""

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
    Mutants,
    Original,
    Patch,
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


def _field_errors(change: Change) -> Patch:
    """Change the field_errors of all errors."""
    return error_body(changed(field_errors=change))


async def _document_as_json(call: Call) -> Text:
    return Text("application/json", call.document.json_text)


MUTANTS = Mutants()


@MUTANTS.defect("AS-29/not-after-deletion", of=pipeline._common_headers)
def lose_request_id_after_deletion(original: Original, exchange: Exchange) -> Any:
    """Leave out the header X-Request-ID when an event is deleted."""
    found = original(exchange)
    return found[1:] if exchange.operation and exchange.operation.id == "deleteEvent" else found


@MUTANTS.defect("AS-30/another", of=asgi.error_answer, within=pipeline)
def answer_another_request_id(original: Original, error: Any, request_id: str) -> Any:
    """Put another id than that of the header into the body of an error."""
    return original(error, f"{request_id}0")


@MUTANTS.defect("AS-34/401", of=pipeline._route)
def require_credential_before_route(original: Original, exchange: Exchange) -> Operation:
    """Refuse unknown paths and methods with 401 when there is no credential."""
    if exchange.operation is None:
        access.authenticate(exchange.caller)
    return original(exchange)  # type: ignore[no-any-return]


@MUTANTS.defect("GEN-08/one-allowed", of=MethodNotAllowed.__init__)
def allow_first_method_only(original: Original, self: Any, allow: list[str]) -> Any:
    """Name only the first of the allowed methods in the header Allow."""
    return original(self, allow[:1])


MUTANTS += (
    mutant("AS-26/nested", error_body(lambda body: {"error": body})),
    mutant("AS-26/no-text", error_body(having(message=""))),
    mutant("AS-26/numbered", error_body(having(request_id=7))),
    mutant("AS-27/bare", returning(RandomSource.request_id, lambda found: found.removeprefix("req_"))),
    mutant("AS-28/missing", error_body(lacking("field_errors"))),
    mutant("AS-28/texts", _field_errors(lambda found: {name: texts[0] for name, texts in found.items()})),
    mutant("AS-28/empty", _field_errors(lambda found: {})),
    mutant("AS-28/list", _field_errors(list)),
    mutant("AS-29/none", returning(pipeline._common_headers, lambda found: found[1:])),
    mutant("AS-29/always-the-same", replaced(lambda: RandomSource.request_id, lambda self: "req_1")),
    mutant("ERR-01/no-message", error_body(lacking("message"))),
    mutant("ERR-01/no-request-id", error_body(lacking("request_id"))),
    mutant("ERR-01/nested", error_body(changed(error=lambda code: {"code": code}))),
    mutant("ERR-02/varies", error_body(sometimes(having(error="error")))),
    mutant("ERR-03/bare-id", returning(RandomSource.request_id, lambda request_id: request_id.removeprefix("req_"))),
    mutant("GEN-08/no-allow", returning(asgi.error_answer, without_header(b"allow"), within=pipeline)),
    mutant("GEN-08/404", status_of(MethodNotAllowed, 404)),
    mutant("SYS-01/guarded", role("getHealth", "viewer")),
    mutant("SYS-01/broken", failing("getHealth", RuntimeError("this mutant breaks the health check"))),
    *for_each(
        "SYS-02/no-{}", ("status", "db", "go2rtc", "version"), lambda name: answering("getApiHealth", lacking(name))
    ),
    mutant("SYS-02/guarded", role("getApiHealth", "viewer")),
    mutant("SYS-02/elsewhere", moved("/api/v1/health", "/api/v1/status")),
    mutant("SYS-02/sometimes-silent", answering("getApiHealth", sometimes(lacking("db")))),
    mutant("SDK-59/elsewhere", moved("/api/v1/openapi.yaml", "/api/v1/openapi.yml")),
    mutant("AS-209/json", serving("getOpenapiYaml", calling(_document_as_json))),
    mutant("AS-209/guarded", role("getOpenapiYaml", "viewer")),
)
