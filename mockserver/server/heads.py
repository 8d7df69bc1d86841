"""The head of a request: its bounds, what no server may accept in it, and the head of a WebSocket's handshake."""

import re
from collections.abc import Callable
from functools import lru_cache

from mockserver.asgi import Headers
from mockserver.domain.errors import ApiError
from mockserver.server.refusals import HeadTooLarge, MalformedRequest, NotImplementedHere, TargetTooLong

MAX_BYTES = 64 * 1024
MAX_FIELDS = 100
#: The longest line that the WebSocket library reads, and what its first line has beside the URL.
_MAX_HANDSHAKE_LINE_BYTES, _REQUEST_LINE_BYTES = 8 * 1024, len("GET  HTTP/1.1\r\n")
_SOCKET_URL = re.compile(rb"/[!-~]*")
_ABSOLUTE = re.compile(rb"https?://([^/?:][^/?]*)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?")
_ONE_HOST = "A request has one Host header."
_ONE_CODING = "The only transfer coding of this server is chunked."
_OFFER = (b"connection", b"upgrade", b"http2-settings")


def check(headers: Headers, http_version: Callable[[], str]) -> None:
    """Raise an ApiError for a head of too many fields, without exactly one host, or with an unknown transfer coding."""
    if len(headers) > MAX_FIELDS:
        raise too_large(b"")
    fields = dict(headers)
    if len(fields) < len(headers):
        _check_repeated(headers)
    host, coding = fields.get(b"host"), fields.get(b"transfer-encoding")
    if host is not None and not _is_host(host):
        raise MalformedRequest("The Host header is not a host.")
    if host is None and http_version() != "1.0":
        raise MalformedRequest(_ONE_HOST)
    if coding is not None and coding.lower() != b"chunked":
        raise NotImplementedHere(_ONE_CODING)


def _check_repeated(headers: Headers) -> None:
    """Raise an ApiError for more than one host, or for a transfer coding that the last one hides."""
    if [name for name, _ in headers].count(b"host") > 1:
        raise MalformedRequest(_ONE_HOST)
    if any(name == b"transfer-encoding" and value.lower() != b"chunked" for name, value in headers):
        raise NotImplementedHere(_ONE_CODING)


def check_size(url: bytes, headers: Headers) -> None:
    """Raise an ApiError for a head of too many bytes."""
    if len(url) + sum(len(name) + len(value) + 4 for name, value in headers) > MAX_BYTES:
        raise too_large(url)


def too_large(url: bytes) -> ApiError:
    """Return the error of a head that is too large: of its URL if that takes most of it."""
    if len(url) > MAX_BYTES // 2:
        return TargetTooLong(f"The head of a request has at most {MAX_BYTES} bytes.")
    return HeadTooLarge(f"The head of a request has at most {MAX_BYTES} bytes and {MAX_FIELDS} fields.")


def as_path(url: bytes, headers: Headers) -> bytes:
    """Return the path of a target in absolute form, and put its host in the place of the header's (RFC 9112, 3.2.2).

    Raises an ApiError for any other target.
    """
    found = _ABSOLUTE.fullmatch(url)
    if found is None or not _is_host(found[1]):
        raise MalformedRequest("The target is neither a path nor a URL of http.")
    headers[:] = [line for line in headers if line[0] != b"host"] + [(b"host", found[1])]
    return found[2] if found[2].startswith(b"/") else b"/" + found[2]


def handshake_error(url: bytes, headers: Headers) -> ApiError | None:
    """Return the error of a handshake that the WebSocket library cannot read, or None."""
    if any(len(name) + len(value) + 4 > _MAX_HANDSHAKE_LINE_BYTES for name, value in headers):
        return HeadTooLarge(f"A header of a handshake has at most {_MAX_HANDSHAKE_LINE_BYTES} bytes.")
    if len(url) + _REQUEST_LINE_BYTES > _MAX_HANDSHAKE_LINE_BYTES:
        return TargetTooLong(f"The URL of a handshake has at most {_MAX_HANDSHAKE_LINE_BYTES} bytes.")
    fields = dict(headers)
    if b"transfer-encoding" in fields or fields.get(b"content-length", b"0") != b"0":
        return MalformedRequest("A handshake has no body.")
    return None if _SOCKET_URL.fullmatch(url) else MalformedRequest("The URL of a handshake is an ASCII path.")


def without_offer(method: bytes, url: bytes, http_version: str, headers: Headers) -> bytes:
    """Return the head of a request as if it offered no other protocol."""
    kept = [line for line in headers if line[0] not in _OFFER]
    words = b",".join(value for name, value in headers if name == b"connection").split(b",")
    kept += [(b"connection", b"close")] if b"close" in [word.strip().lower() for word in words] else []
    return b"%b %b HTTP/%b\r\n%b\r\n" % (
        method,
        url,
        http_version.encode(),
        b"".join(b"%b: %b\r\n" % line for line in kept),
    )


@lru_cache(maxsize=1024)
def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value) is not None
