"""Mutants about every call: documented answers, refusals of bad input."""

from datetime import timedelta, timezone
from typing import Any

from mockserver import asgi
from mockserver.asgi import Answer
from mockserver.domain import alerts, dates
from mockserver.domain.errors import Forbidden, InvalidInput
from mockserver.http import pipeline
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import Mutants, Original, Patch, around, mutant, replaced, returning
from mockserver.mutants.operators.refusals import error_body, status_of, without_header
from mockserver.mutants.operators.values import TIMES, changed, having, lacking
from mockserver.openapi import validation
from mockserver.operations import alert_rules as rule_operations
from mockserver.operations import alerts as alert_operations
from mockserver.operations import events as event_operations
from mockserver.operations import gateways as gateway_operations
from mockserver.operations import identity

_UTC_PLUS_2 = timezone(timedelta(hours=2))


def _with_status(wrong: int, right: int) -> Patch:
    """Answer with one status in place of another."""

    def change(answer: Answer) -> Answer:
        answer.status = wrong if answer.status == right else answer.status
        return answer

    return returning(pipeline._render, change)


def _as_plain_text(answer: Answer) -> Answer:
    answer.headers[0] = (b"content-type", b"text/plain")
    return answer


def _negative_remaining(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, b"-1" if name == b"x-ratelimit-remaining" else value) for name, value in headers]


MUTANTS = Mutants()


@MUTANTS.defect("GEN-01/crashes-on-bad-json", of=asgi.decode_json, within=pipeline)
def crash_on_bad_json(original: Original, *args: Any) -> Any:
    """Answer 500 when a body is not JSON."""
    try:
        return original(*args)
    except InvalidInput as error:
        raise RuntimeError from error


@MUTANTS.defect("AS-208/any-media-type", of=asgi.decode_json, within=pipeline)
def accept_any_media_type(original: Original, scope: Any, body: bytes) -> Any:
    """Accept a body of any media type as JSON."""
    return original({**scope, "headers": [(b"content-type", b"application/json")]}, body)


MUTANTS += (
    mutant("GEN-01/crashes-on-invalid-input", replaced(lambda: validation._explain, None)),
    mutant("GEN-01/crashes-on-an-unknown-token", replaced(lambda: identity._by_gateway_key, None)),
    mutant("GEN-01/503-for-invalid-input", status_of(InvalidInput, 503)),
    mutant("GEN-02/205-for-204", _with_status(205, 204)),
    mutant("GEN-02/203-for-200", _with_status(203, 200)),
    mutant("GEN-02/418-for-403", status_of(Forbidden, 418)),
    mutant("GEN-03/text-for-json", returning(asgi.json_answer, _as_plain_text, within=pipeline)),
    mutant("GEN-03/text-for-errors", returning(asgi.error_answer, _as_plain_text, within=pipeline)),
    mutant("GEN-04/extra-field-of-a-rule", returning(rule_operations._view, having(extra=1))),
    mutant("GEN-04/null-status-of-an-alert", returning(alert_operations._item, having(status=None))),
    mutant("GEN-04/no-tags", returning(event_operations._item, having(tags=None))),
    mutant("GEN-04/number-for-a-name", returning(gateway_operations._view, having(name=7))),
    mutant("GEN-04/no-message", error_body(lacking("message"))),
    mutant("GEN-04/health-in-upper-case", answering("getHealth", having(status="OK"))),
    mutant("GEN-05/no-limit-header", returning(pipeline._common_headers, lambda found: found[:1] + found[2:])),
    mutant("GEN-05/negative-remaining", returning(pipeline._common_headers, _negative_remaining)),
    mutant("GEN-05/inline-export", returning(pipeline._render, without_header(b"content-disposition"))),
    mutant("GEN-11/no-zone", returning(event_operations._item, changed(triggered_at=TIMES["no-zone"])), "AS-210"),
    mutant("AS-210/offset-for-z", returning(event_operations._item, changed(triggered_at=TIMES["offset"]))),
    mutant("AS-210/offset-of-an-alert", returning(alert_operations._item, changed(fired_at=TIMES["offset"]))),
    mutant("AS-210/offset-of-a-new-rule", answering("createAlertRule", changed(created_at=TIMES["offset"]))),
    mutant(
        "AS-210/fractions",
        around(dates.whole_seconds, lambda _, instant: instant.replace(microsecond=5), within=alerts),
    ),
    mutant(
        "AS-210/local-time",
        returning(gateway_operations._view, changed(created_at=lambda at: at.astimezone(_UTC_PLUS_2))),
    ),
)
