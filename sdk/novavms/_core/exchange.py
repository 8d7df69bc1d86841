"""The rules of sending a call: the request, what went wrong on the way, when to repeat it, and its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from novavms._core.answers import JSON, called, failure, retry_after
from novavms._core.call import Call, refused
from novavms._core.options import PREFIX, Options
from novavms.errors import ConfigurationError, RequestTimeoutError, TransportError

T = TypeVar("T")

FIRST_PAUSE = 0.5
DOUBLINGS = 4
LONGEST_PAUSE = 60.0


def request(options: Options, http: httpx.Client | httpx.AsyncClient, call: Call[object]) -> httpx.Request:
    """Return the request of a call. All that is ours goes with the request, and nothing of it into the HTTP client."""
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
        return JSON.dump_json(body)
    except ValueError as error:
        raise refused("body", f"cannot be written as JSON: {error}") from None


@contextmanager
def trouble(options: Options, sent: httpx.Request) -> Iterator[None]:
    """Turn what HTTPX raises into errors of this SDK."""
    try:
        yield
    except httpx.TimeoutException as error:
        kind = type(error).__name__
        raise RequestTimeoutError(f"{called(sent)} got no answer within {options.timeout:g} s ({kind})") from error
    except httpx.ConnectError as error:
        hint = "is base_url right, and does the server run?"
        raise TransportError(f"{called(sent)} could not connect ({error}): {hint}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TransportError(f"{called(sent)} broke off ({error or type(error).__name__})") from error


def pause(options: Options, response: httpx.Response, attempt: int) -> float | None:
    """Return the seconds until the call is repeated, or None where its end is reached (SDK-22 to SDK-25).

    429 and 5xx are repeated, whatever the method, at most ``max_retries`` times: after a random part of 0.5, 1, 2, 4
    and then always 8 s, but not before the time that the server names. If that is more than a minute off, as it can be
    while five pairing codes are active, the caller had better know than wait.
    """
    if (response.status_code != 429 and response.status_code < 500) or attempt >= options.max_retries:
        return None
    asked = retry_after(response) or 0.0
    if asked > LONGEST_PAUSE:
        return None
    return max(asked, options.chance() * FIRST_PAUSE * (1 << min(attempt, DOUBLINGS)))


def answer(call: Call[T], response: httpx.Response) -> T:
    """Return what the call is answered by, or raise the error of its response."""
    error = failure(response)
    if error is not None:
        raise error
    return call.read(response)
