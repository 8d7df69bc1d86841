"""Answers to requests that the application never sees: not HTTP, too large, too slow, on one connection too many."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from mockserver.asgi import Headers, error_answer
from mockserver.domain.errors import ApiError, InvalidInput

_REQUEST_ID = "req_unreadable"


class MalformedRequest(InvalidInput):
    """What was received is not HTTP."""

    def __init__(self, message: str = "This is not an HTTP request that can be understood.") -> None:
        super().__init__({})
        self.message = message


class HeadTooLarge(ApiError):
    """The head of a request has too many bytes or fields."""

    status = 431
    code = "request_header_fields_too_large"


class TargetTooLong(ApiError):
    """The URL takes most of a head that is too large."""

    status = 414
    code = "uri_too_long"


class TooSlow(ApiError):
    """A request did not arrive in time."""

    status = 408
    code = "request_timeout"


class NotImplementedHere(ApiError):
    """The request uses a part of HTTP that this server does not have."""

    status = 501
    code = "not_implemented"


def as_bytes(error: ApiError, headers: Headers) -> bytes:
    """Return the answer of an error as it is sent, with these headers and one that announces the end."""
    answer = error_answer(error, _REQUEST_ID)
    assert isinstance(answer.body, bytes)
    lines = [
        *headers,
        *answer.headers,
        (b"x-request-id", _REQUEST_ID.encode()),
        (b"connection", b"close"),
        (b"content-length", b"%d" % len(answer.body)),
    ]
    head = b"".join(b"%b: %b\r\n" % line for line in lines)
    return STATUS_LINE[error.status] + head + b"\r\n" + answer.body
