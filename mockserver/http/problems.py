"""Renders refusals as the documented error body."""

from http.client import responses
from typing import Any

from mockserver.asgi import Answer, json_answer
from mockserver.domain import errors
from mockserver.domain.errors import ApiError, InvalidInput, MethodNotAllowed, RateLimited

_CODES = {cls.status: cls.code for cls in ApiError.__subclasses__()}


class Injected(ApiError):
    """An error that a fault asked for, with the code that the API has for the status."""

    def __init__(self, status: int) -> None:
        super().__init__("A fault was injected here.")
        self.status = status  # type: ignore[misc]
        self.code = _CODES.get(status) or responses.get(status, f"status {status}").lower().replace(" ", "_")  # type: ignore[misc]


def render(error: ApiError, request_id: str) -> Answer:
    """Return the answer of an error: code, message, request id, and the headers its status calls for."""
    body: dict[str, Any] = {"error": error.code, "message": error.message, "request_id": request_id}
    if error.status == InvalidInput.status:
        body["field_errors"] = error.field_errors if isinstance(error, InvalidInput) else {}
    answer = json_answer(error.status, body)
    if error.status == RateLimited.status:
        seconds = error.retry_after if isinstance(error, RateLimited) else 1
        answer.headers.append((b"retry-after", b"%d" % seconds))
    if isinstance(error, MethodNotAllowed):
        answer.headers.append((b"allow", ", ".join(error.allow).encode()))
    if isinstance(error, errors.Unauthenticated):
        answer.headers.append((b"www-authenticate", b"Bearer"))
    return answer
