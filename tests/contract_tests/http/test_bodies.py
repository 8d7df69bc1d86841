"""Reading a body takes bounded memory and time, whatever a target sends; no cookie is kept."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from contract_tests.http.bodies import CookielessClient, read_body

MAX_BYTES = 1_000_000


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A megabyte or so that inflates to more than a gigabyte."""
    packer = zlib.compressobj(wbits=31)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    return head + (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)) * 1100


def in_parts(body: bytes) -> Iterator[bytes]:
    return (body[start : start + 65536] for start in range(0, len(body), 65536))


def read(content: bytes | Iterator[bytes], coding: str, max_bytes: int = MAX_BYTES, seconds: float = 20.0) -> bytes:
    def give(request: httpx.Request) -> httpx.Response:
        headers = {"Content-Encoding": coding} if coding else {}
        return httpx.Response(200, headers=headers, stream=Sent([content] if isinstance(content, bytes) else content))

    http = CookielessClient(base_url="http://x", transport=httpx.MockTransport(give))
    with http, http.stream("GET", "/") as response:
        return read_body(response, max_bytes, time.monotonic() + seconds)


class Sent(httpx.SyncByteStream):
    def __init__(self, parts: "list[bytes] | Iterator[bytes]") -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("", bytes),
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("deflate, gzip", lambda body: gzip.compress(zlib.compress(body))),
    ],
)
@pytest.mark.parametrize("body", [b"", b'{"data": []}', b"ab" * 200_000])
def test_a_body_is_read_as_it_was_before_it_was_compressed(
    coding: str, pack: Callable[[bytes], bytes], body: bytes
) -> None:
    packed = pack(body)
    assert read(packed, coding) == body
    assert read(iter([packed[:5], b"", packed[5:]]), coding) == body


def test_a_body_that_was_read_before_is_not_inflated_again() -> None:
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"{}"))
    assert read_body(answer, MAX_BYTES, time.monotonic() + 20) == b"{}"


def test_an_answer_without_a_body_may_have_a_coding() -> None:
    assert read(b"", "gzip") == b""


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_body_that_inflates_to_a_gigabyte_takes_little_memory(layers: int, bomb: bytes) -> None:
    for _ in range(layers - 1):
        bomb = gzip.compress(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(httpx.ReadTimeout, match="within 1,000,000 bytes"):
            read(in_parts(bomb), ", ".join(["gzip"] * layers))
        assert tracemalloc.get_traced_memory()[1] < 5 * MAX_BYTES
    finally:
        tracemalloc.stop()


def endless(part: bytes) -> Iterator[bytes]:
    while True:
        yield part


@pytest.mark.parametrize(("max_bytes", "seconds"), [(100_000, 60.0), (10**12, 0.05)])
def test_a_body_that_is_too_large_or_late_is_not_read_to_its_end(max_bytes: int, seconds: float) -> None:
    with pytest.raises(httpx.ReadTimeout, match=f"within {max_bytes:,} bytes"):
        read(endless(b"x" * 1000), "", max_bytes, seconds)


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip"])
def test_a_compressed_body_that_never_brings_anything_ends_in_time(coding: str) -> None:
    def parts() -> Iterator[bytes]:
        packer = zlib.compressobj(wbits=31)
        yield packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
        yield from endless(packer.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff")

    with pytest.raises(httpx.ReadTimeout):
        read(parts(), coding, seconds=0.2)


def test_a_body_that_is_not_what_its_coding_says_is_refused() -> None:
    with pytest.raises(httpx.DecodingError, match="not what its content-encoding says"):
        read(b"<html>", "gzip")
    with pytest.raises(httpx.DecodingError, match="compressed 6 times"):
        read(b"x", "gzip, " * 5 + "gzip")


def test_only_codings_that_can_be_read_are_asked_for() -> None:
    with CookielessClient(base_url="http://x") as http:
        assert http.headers["accept-encoding"] == "gzip, deflate"
