"""Reading what came back: a value, or the error it stands for."""

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import pydantic

from novavms import errors

ModelT = TypeVar("ModelT", bound=pydantic.BaseModel)

JSON: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(Any)

HINT = "is base_url right, and is there a proxy in between?"


def into(model: type[ModelT]) -> Callable[[httpx.Response], ModelT]:
    """Return the reader of a JSON body; fields and values that are new to this version are no error."""

    def read(response: httpx.Response) -> ModelT:
        try:
            return model.model_validate_json(response.content)
        except pydantic.ValidationError as error:
            raise stranger(response, f"not the JSON of a {model.__name__}: {first(error)}") from None

    return read


def file(media_type: str) -> Callable[[httpx.Response], bytes]:
    """Return the reader of a file that is handed out as it came."""

    def read(response: httpx.Response) -> bytes:
        if media(response) != media_type:
            raise stranger(response, f"not {media_type}")
        return response.content

    return read


def nothing(response: httpx.Response) -> None:
    """Read the empty body of a deletion."""
    if response.content:
        raise stranger(response, "not an empty body")


def failure(response: httpx.Response) -> errors.NovaVMSError | None:
    """Return the error that a response stands for, None for a success."""
    status = response.status_code
    if response.is_success:
        return None
    if status < 400:
        place = response.headers.get("Location", "a place it does not name")
        told = f"{called(response.request)} is redirected to {place}: set base_url to where the API is"
        return errors.ResponseError(told, status=status, request_id=request_id(response, {}))
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
    """Return the API's error body with what is text in it, or nothing where the body is another one."""
    try:
        body = JSON.validate_json(response.content)
    except pydantic.ValidationError:
        return {}
    if not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return {}
    return {key: value for key, value in body.items() if isinstance(value, str) or key == "field_errors"}


def field_errors(body: dict[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong by field."""
    told = body.get("field_errors")
    if not isinstance(told, dict):
        return {}
    return {str(name): [str(text) for text in texts] for name, texts in told.items() if isinstance(texts, list)}


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the server asks to wait; a date counts from the answer's own, not from a clock here."""
    asked = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", asked):
        return float(asked)
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(response.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


def stranger(response: httpx.Response, wrong: str) -> errors.ResponseError:
    """Return the error of an answer that the API does not give."""
    message = f"{called(response.request)} answered {response.status_code} with {media(response)}, {wrong}; {HINT}"
    return errors.ResponseError(message, status=response.status_code, request_id=request_id(response, {}))


def unexplained(response: httpx.Response) -> str:
    """Return a message for an error status without the API's error body, as a proxy gives it."""
    status = f"{response.status_code} {response.reason_phrase}"
    return f"{called(response.request)} answered {status} with {media(response)}, not an error of the API; {HINT}"


def request_id(response: httpx.Response, body: dict[str, Any]) -> str | None:
    """Return the id of the request, from the body or the header."""
    found: str | None = body.get("request_id") or response.headers.get("X-Request-Id")
    return found


def called(request: httpx.Request) -> str:
    """Name a request without its query."""
    return f"{request.method} {request.url.copy_with(query=None)}"


def media(response: httpx.Response) -> str:
    """Return the media type without its parameters, or say that there is none."""
    kind: str = response.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower() or "no media type"


def first(error: pydantic.ValidationError) -> str:
    """Say the first thing that is wrong, without the value, which may be a secret."""
    wrong = error.errors()[0]
    return f"{'.'.join(map(str, wrong['loc'])) or 'body'}: {wrong['msg']}"
