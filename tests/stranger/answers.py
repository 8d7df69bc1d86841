"""Answers: JSON bodies, times, errors, and the headers that a server adds to all of them."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.responses import Response

from tests.stranger.choices import Choices
from tests.stranger.problems import Problem

_LOCAL = timezone(timedelta(hours=2))
_CODES = {405: "method_not_allowed"}


def json_answer(choices: Choices, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with a JSON body."""
    suffix = "; charset=utf-8" if choices.json_type == "charset" else ""
    return Response(json.dumps(body), status, headers, f"application/json{suffix}")


def no_content() -> Response:
    """Return an answer without a body."""
    return Response(status_code=204)


def listing(choices: Choices, rows: list[Any], total: int, **further: Any) -> Response:
    """Return a list."""
    return json_answer(choices, {"data": rows, **further, "total": total} | _further(choices, "list"))


def shown(choices: Choices, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an object as an answer shows them."""
    return {
        name: time(choices, value) if isinstance(value, datetime) else value for name, value in fields.items()
    } | _further(choices, kind)


def _further(choices: Choices, kind: str) -> dict[str, Any]:
    return {"object": kind, "links": {}} if choices.further_fields == "present" else {}


def time(choices: Choices, instant: datetime) -> str:
    """Return an instant in RFC 3339, in one of the forms that it allows."""
    if choices.times == "offset":
        return instant.astimezone(_LOCAL).isoformat()
    precision = "milliseconds" if choices.times == "fraction" else "seconds"
    return instant.isoformat(timespec=precision).replace("+00:00", "Z")


def error(choices: Choices, problem: Problem) -> Response:
    """Return the answer to a call that is refused."""
    body: dict[str, Any] = {"error": problem.code}
    if choices.error_body == "full":
        body |= {"message": problem.message, "request_id": f"req_{secrets.token_hex(8)}"}
        body |= {"field_errors": problem.fields} if problem.status == 400 else {}
    answer = json_answer(choices, body | _further(choices, "error"), problem.status, problem.headers)
    if choices.error_body == "full" and choices.request_id_header != "none":
        answer.headers[choices.request_id_header] = body["request_id"]
    return answer


def add_headers(choices: Choices, answer: Response, allowance: Mapping[str, int]) -> None:
    """Add the headers that every answer has; ``allowance`` is what the rate limit leaves to the caller."""
    if choices.request_id_header != "none":
        answer.headers.setdefault(choices.request_id_header, f"req_{secrets.token_hex(8)}")
    if choices.rate_limit_headers != "none":
        for name, value in allowance.items():
            answer.headers[f"{choices.rate_limit_headers}-{name}"] = str(value)
