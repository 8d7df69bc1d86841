"""Large answers are compressed for clients that accept gzip, and for no others."""

import gzip

import httpx
import pytest

from mockserver.http.compression import MIN_BYTES
from tests.harness import Running, World
from tests.mockserver.http.raw import ask, head

LARGE, SMALL, EXPORT = "/api/v1/events?limit=100", "/api/v1/events?limit=1", "/api/v1/events/export"


@pytest.fixture(scope="module")
def org(shared: Running) -> World:
    return shared.org(events=200)


def raw(org: World, path: str, accepted: str, method: str = "GET") -> tuple[httpx.Headers, bytes]:
    """Return the headers and the body as it was sent."""
    with org.owner.stream(method, path, headers={"Accept-Encoding": accepted}) as answer:
        return answer.headers, b"".join(answer.iter_raw())


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "deflate, gzip;q=0.5", "br;q=1.0, gzip; q=0.001, *;q=0"])
def test_a_large_answer_is_compressed(org: World, accepted: str) -> None:
    _, plain = raw(org, LARGE, "identity")
    headers, body = raw(org, LARGE, accepted)
    assert len(plain) >= MIN_BYTES
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "Accept-Encoding"
    assert int(headers["content-length"]) == len(body) < len(plain) / 2
    assert gzip.decompress(body) == plain


@pytest.mark.parametrize("accepted", ["", "identity", "br, deflate", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzipped"])
def test_it_is_not_for_others(org: World, accepted: str) -> None:
    headers, body = raw(org, LARGE, accepted)
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"
    assert body.startswith(b'{"data":[')


def test_a_small_answer_is_not(org: World) -> None:
    headers, body = raw(org, SMALL, "gzip")
    assert not {"content-encoding", "vary"} & headers.keys()
    assert body.startswith(b'{"data":[')


def test_an_export_is_compressed_part_by_part(org: World) -> None:
    _, plain = raw(org, EXPORT, "identity")
    headers, body = raw(org, EXPORT, "gzip")
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-length" not in headers
    assert len(plain) > 32 * 1024, "several parts"
    assert gzip.decompress(body) == plain
    assert len(body) < len(plain) / 2
    sent = [f"Authorization: Bearer {org.described['actors']['owner']['token']}", "Accept-Encoding: gzip"]
    answer = ask(org.running, head(f"GET {EXPORT} HTTP/1.0", *sent))
    assert gzip.decompress(answer.body) == plain


def test_a_head_announces_what_a_get_sends(org: World) -> None:
    headers, body = raw(org, LARGE, "gzip", "HEAD")
    sent, _ = raw(org, LARGE, "gzip")
    assert (headers["content-encoding"], headers["content-length"], body) == ("gzip", sent["content-length"], b"")


def test_the_journal_and_faults_have_the_plain_body(org: World) -> None:
    sent = [f"Authorization: Bearer {org.described['actors']['owner']['token']}", "Accept-Encoding: gzip"]
    answer = ask(org.running, head(f"GET {LARGE} HTTP/1.1", *sent, "X-Mock-Fault: truncate=10"))
    assert answer.body == b'{"data":[{'
    raw(org, LARGE, "gzip")
    newest = org.running.control("GET", f"/requests?org={org.id}&limit=1")["data"][0]
    assert newest["response_body"].startswith('{"data":[')
