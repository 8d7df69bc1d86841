"""Steps of sending a call that both clients share: request, transport errors, retry delay, answer."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import httpx
import pydantic

from novavms._core.answers import failure, request_id, request_line, retry_after
from novavms._core.call import Call, refused
from novavms._core.options import PREFIX, Options
from novavms._core.responses import RawResponse, Response, parts
from novavms.errors import ConfigurationError, NovaVMSError, RequestTimeoutError, TransportError

T = TypeVar("T")

#: At DEBUG every request, at INFO every repetition; neither keys nor headers, queries and bodies.
logger = logging.getLogger("novavms")

#: Writes what JSON has no numbers for as they are, so that they are refused.
_PLAIN: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(Any, config=pydantic.ConfigDict(ser_json_inf_nan="constants"))

FIRST_DELAY_SECONDS = 0.5
MAX_DOUBLINGS = 4
MAX_WAIT_SECONDS = 60.0


class Requests(Protocol):
    """What makes requests: an HTTP client, or the connections of a client."""

    @property
    def is_closed(self) -> bool:
        """Whether no call can be made."""
        ...

    def build_request(self, method: str, url: str, **parts: Any) -> httpx.Request:
        """Return a request."""
        ...


def request(options: Options, http: Requests, call: Call[object]) -> httpx.Request:
    """Return the request of a call. Key, User-Agent and timeout are set on it, never on the HTTP client."""
    if http.is_closed:
        raise ConfigurationError("The client is closed: make calls before close() and inside the with block")
    url = f"{options.base_url}{PREFIX}{call.path}"
    headers = options.headers.copy()
    content = None
    if call.body is not None:
        headers["Content-Type"] = "application/json"
        content = encoded(call.body)
    try:
        return http.build_request(
            call.method, url, params=call.query, headers=headers, content=content, timeout=options.timeout
        )
    except UnicodeError as error:
        raise refused("query", f"is no text: {error}") from None


def encoded(body: object) -> bytes:
    """Return a body as JSON."""
    try:
        plain = _PLAIN.dump_python(body, mode="json")
        return json.dumps(plain, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError) as error:
        raise refused("body", f"cannot be written as JSON: {error}") from None


@contextmanager
def transport_errors(options: Options, sent: httpx.Request) -> Iterator[None]:
    """Turn the errors that HTTPX raises into errors of this SDK."""
    try:
        yield
    except httpx.TimeoutException as error:
        kind = type(error).__name__
        within = f"within {options.timeout:g} s" if isinstance(options.timeout, float) else "in time"
        raise RequestTimeoutError(f"{request_line(sent)} got no answer {within} ({kind})") from error
    except httpx.ConnectError as error:
        hint = "is base_url right, and is the server running?"
        raise TransportError(f"{request_line(sent)} could not connect ({error}): {hint}") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as error:
        wrong = str(error) or type(error).__name__
        raise TransportError(f"{request_line(sent)} broke off ({wrong})") from error


def retry_delay(options: Options, response: httpx.Response, attempt: int) -> float | None:
    """Return the seconds until the call is repeated, or None when it is not repeated (SDK-22 to SDK-25).

    429 and 5xx are repeated, whatever the method, at most ``max_retries`` times. The delay is a random part of 0.5, 1,
    2, 4 and then always 8 s, and at least the seconds in Retry-After. A Retry-After above one minute, as it occurs
    while five pairing codes are active, is not waited for: the caller gets the error at once.
    """
    if (response.status_code != 429 and response.status_code < 500) or attempt >= options.max_retries:
        return None
    asked = retry_after(response) or 0.0
    if asked > MAX_WAIT_SECONDS:
        return None
    return max(asked, options.jitter() * FIRST_DELAY_SECONDS * (1 << min(attempt, MAX_DOUBLINGS)))


def answer(call: Call[T], response: httpx.Response) -> T:
    """Return the value of a response, or raise the error that it reports."""
    checked(response)
    with known_response(response):
        return call.read(response)


def checked(response: httpx.Response) -> None:
    """Raise the error that a response reports."""
    error = failure(response)
    if error is not None:
        with known_response(response):
            raise error


@contextmanager
def known_response(response: httpx.Response) -> Iterator[None]:
    """Give an error of the block its response."""
    try:
        yield
    except NovaVMSError as error:
        error.response = Response(**parts(response, error.request_id))
        raise


def raw(response: httpx.Response, read: Callable[[], T]) -> RawResponse[T]:
    """Return a successful response that is not read yet, or raise the error that it reports."""
    checked(response)
    return RawResponse(**parts(response, request_id(response, {})), read=read)


def log_answer(response: httpx.Response, delay: float | None) -> None:
    """Log a response, and the delay before the call is repeated."""
    line, asked = request_line(response.request), request_id(response, {})
    logger.debug("%s: %s (%s)", line, response.status_code, asked)
    if delay is not None:
        logger.info("%s: %s, repeated in %.2f s", line, response.status_code, delay)
