"""How the suite reads answers over HTTP: without cookies, and never more of a body than fits, however it is packed."""

import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import httpx

#: Bounds of one answer.
MAX_BODY_BYTES, MAX_BODY_SECONDS = 64 * 1024 * 1024, 60.0
_CODINGS = ("gzip", "x-gzip", "deflate")
#: How many times a body may be compressed, and how much of it is inflated at once.
_MAX_CODINGS = 5
_MAX_PART_BYTES = 64 * 1024
#: What zlib calls a header of gzip or of zlib, and none.
_ANY_HEADER, _NO_HEADER = 47, -15


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class CookielessClient(httpx.Client):
    """A client that actors share: it keeps no cookies, so that no actor sends a cookie that another one was given.

    It accepts the codings that ``read_body`` inflates.
    """

    cookies: Any = _NoCookies()

    def __init__(self, *, headers: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(headers={"Accept-Encoding": "gzip, deflate", **(headers or {})}, **options)
        self._start = str(self.base_url).rstrip("/")

    def build_request(self, method: str, url: httpx.URL | str, *, params: Any = None, **options: Any) -> httpx.Request:
        """Return a request, to a path below the base URL without parsing what was parsed before."""
        if isinstance(url, str) and url.startswith("/") and (params is None or "?" not in url):
            query = f"?{httpx.QueryParams(params)}" if params else ""
            return super().build_request(method, _parsed(f"{self._start}/{url.lstrip('/')}{query}"), **options)
        return super().build_request(method, url, params=params, **options)


@lru_cache(maxsize=1024)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def read_body(response: httpx.Response, max_bytes: int, until: float) -> bytes:
    """Return the body of a streamed response. Raises ReadTimeout for one that is too large or unfinished at ``until``.

    Both are about the body when it is inflated. ``until`` is an instant of the monotonic clock. Raises DecodingError.
    """
    body = bytearray()
    for part in _decoded(response):
        body += part
        if len(body) > max_bytes or time.monotonic() > until:
            raise httpx.ReadTimeout(f"the body did not end in time and within {max_bytes:,} bytes")
    return bytes(body)


def read_requests_body(response: Any, *_: object, **__: object) -> None:
    """Read the body of a response of requests, as a hook of it. Raises OSError for one that is too large or slow."""
    body, until = bytearray(), time.monotonic() + MAX_BODY_SECONDS
    for part in response.iter_content(_MAX_PART_BYTES):
        body += part
        if len(body) > MAX_BODY_BYTES or time.monotonic() > until:
            response.close()
            raise TimeoutError(f"the body did not end in time and within {MAX_BODY_BYTES:,} bytes")
    response._content = bytes(body)


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    if response.is_stream_consumed:
        return iter([response.content])
    names = response.headers.get("content-encoding", "").lower().split(",")
    codings = [name for name in map(str.strip, names) if name in _CODINGS]
    if len(codings) > _MAX_CODINGS:
        raise httpx.DecodingError(f"the body is compressed {len(codings)} times")
    parts = response.iter_raw()
    for _ in codings:
        parts = _inflated(parts)
    return parts


def _inflated(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what was compressed, in parts of bounded size. Raises DecodingError."""
    inflater: Any = None
    try:
        for part in parts:
            yield b""  # lets the reader look at the time, even if nothing ever comes of the parts
            pending, inflater = part, inflater or (part and zlib.decompressobj(_window_bits(part)))
            while pending and not inflater.eof:
                yield inflater.decompress(pending, _MAX_PART_BYTES)
                pending = inflater.unconsumed_tail
        yield inflater.flush() if inflater else b""
    except zlib.error as error:
        raise httpx.DecodingError(f"the body is not what its content-encoding says: {error}") from None


def _window_bits(first: bytes) -> int:
    """Return how zlib is to read data that begins so: some servers send deflate without the header of zlib."""
    return _ANY_HEADER if first[:1] == b"\x1f" or first[0] & 15 == zlib.DEFLATED else _NO_HEADER
