"""Reads a response: the value that it holds, or the error that it reports."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import pydantic

from novavms import errors

ModelT = TypeVar("ModelT", bound=pydantic.BaseModel)

JSON: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(Any)

#: More cannot be slept: time.sleep overflows.
MAX_RETRY_AFTER_SECONDS = 9e9
HINT = "is base_url right, and is there a proxy in between?"


def into(model: type[ModelT]) -> Callable[[httpx.Response], ModelT]:
    """Return a reader of a JSON body; fields and values that this version does not know are accepted."""

    def read(response: httpx.Response) -> ModelT:
        try:
            return model.model_validate_json(response.content)
        except pydantic.ValidationError as error:
            raise unexpected(
                response, f"not the JSON of a {model.__name__.removeprefix('Async')}: {first_problem(error)}"
            ) from None

    return read


def file(expected: str) -> Callable[[httpx.Response], bytes]:
    """Return a reader of a file, which is returned unchanged."""

    def read(response: httpx.Response) -> bytes:
        if media_type(response) != expected:
            raise unexpected(response, f"not {expected}")
        return response.content

    return read


def nothing(response: httpx.Response) -> None:
    """Read the empty body of a deletion. Raises ResponseError when it is not empty."""
    if response.content:
        raise unexpected(response, "not an empty body")


def failure(response: httpx.Response) -> errors.NovaVMSError | None:
    """Return the error that a response reports, None for a success."""
    status = response.status_code
    if response.is_success:
        return None
    if status < 400:
        location = response.headers.get("Location", "an unnamed location")
        message = f"{request_line(response.request)} is redirected to {location}: set base_url to where the API is"
        return errors.ResponseError(message, status=status, request_id=request_id(response, {}))
    body = problem(response)
    message = body.get("message") or unexplained(response)
    code, asked = body.get("error"), request_id(response, body)
    if status == 400:
        wrong = field_errors(body)
        return errors.ValidationError(message, field_errors=wrong, status=status, code=code, request_id=asked)
    if status == 429:
        wait = retry_after(response)
        soon = 1.0 if wait is None else wait
        return errors.RateLimitError(message, retry_after=soon, status=status, code=code, request_id=asked)
    named = {401: errors.AuthError, 403: errors.AuthError, 404: errors.NotFoundError}
    return named.get(status, errors.NovaVMSError)(message, status=status, code=code, request_id=asked)


def problem(response: httpx.Response) -> dict[str, Any]:
    """Return the text fields and field_errors of the API's error body; empty when the body is something else."""
    try:
        body = JSON.validate_json(response.content)
    except pydantic.ValidationError:
        return {}
    if not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return {}
    return {key: value for key, value in body.items() if isinstance(value, str) or key == "field_errors"}


def field_errors(body: dict[str, Any]) -> dict[str, list[str]]:
    """Return the messages for each field that is wrong."""
    found = body.get("field_errors")
    if not isinstance(found, dict):
        return {}
    return {str(name): [str(text) for text in texts] for name, texts in found.items() if isinstance(texts, list)}


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds in Retry-After, at most MAX_RETRY_AFTER_SECONDS; None where there is nothing that can be read.

    A date there is compared with the response's own Date, and with the clock where that is missing.
    """
    asked = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,18})?", asked):
        return min(float(asked), MAX_RETRY_AFTER_SECONDS)
    until = http_date(asked)
    if until is None:
        return None
    since = http_date(response.headers.get("Date", "")) or datetime.now(timezone.utc)
    return min(max(0.0, (until - since).total_seconds()), MAX_RETRY_AFTER_SECONDS)


def http_date(text: str) -> datetime | None:
    """Return a date in one of the three formats of RFC 9110, 5.6.7; None for any other text. They are all in UTC."""
    leap = re.sub(r"(\d\d:\d\d):60\b", r"\1:59", text)
    try:
        found = parsedate_to_datetime(leap)
        at = found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)
        return at + timedelta(seconds=leap != text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def unexpected(response: httpx.Response, wrong: str) -> errors.ResponseError:
    """Return the error of a response that the API does not document."""
    message = (
        f"{request_line(response.request)} answered {response.status_code} with {media_type(response)}, {wrong}; {HINT}"
    )
    return errors.ResponseError(message, status=response.status_code, request_id=request_id(response, {}))


def unexplained(response: httpx.Response) -> str:
    """Return the message for an error status without the API's error body, such as a proxy's page."""
    status, kind = f"{response.status_code} {response.reason_phrase}", media_type(response)
    return f"{request_line(response.request)} answered {status} with {kind}, not an error of the API; {HINT}"


def request_id(response: httpx.Response, body: dict[str, Any]) -> str | None:
    """Return the id of the request, from the body or the X-Request-Id header."""
    found: str | None = body.get("request_id") or response.headers.get("X-Request-Id")
    return found


def request_line(request: httpx.Request) -> str:
    """Return the method and URL of a request, without its query."""
    return f"{request.method} {request.url.copy_with(query=None)}"


def media_type(response: httpx.Response) -> str:
    """Return the media type of a response without its parameters, or a text that says there is none."""
    kind: str = response.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower() or "no media type"


def first_problem(error: pydantic.ValidationError) -> str:
    """Return the first validation message, without the value, which may be a secret."""
    wrong = error.errors()[0]
    return f"{'.'.join(map(str, wrong['loc'])) or 'body'}: {wrong['msg']}"
