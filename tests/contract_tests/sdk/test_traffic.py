import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contract_tests.sdk import fake_servers, traffic
from contract_tests.sdk.traffic import SentRequest
from tests.harness import World

KINDS = ("blocking", "awaited")


def get(kind: str, url: str, **arguments: Any) -> httpx.Response:
    """Make a call with an HTTP client of a kind."""

    async def awaited() -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.get(url, **arguments)

    if kind == "awaited":
        return asyncio.run(awaited())
    with httpx.Client(trust_env=False) as http:
        return http.get(url, **arguments)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_and_its_answer_are_recorded(world: World, kind: str) -> None:
    sent: list[SentRequest] = []
    token = world.described["actors"]["owner"]["token"]
    url, headers = f"{world.running.base_url}/api/v1/sites", {"Authorization": f"Bearer {token}"}
    with traffic.intercepted(sent.append):
        answer = get(kind, url, headers=headers, timeout=7.0)
    assert answer.json()["total"] == len(world.sites)
    assert answer.elapsed.total_seconds() > 0
    (recorded,) = sent
    assert (str(recorded.request.url), recorded.status) == (url, 200)
    assert recorded.request.extensions["timeout"]["read"] == 7.0
    assert recorded.text == answer.text
    assert recorded.headers["x-request-id"] == answer.headers["x-request-id"]
    get(kind, url, headers=headers)
    assert len(sent) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_answers_in_place_of_the_network(kind: str) -> None:
    sent: list[SentRequest] = []
    with traffic.intercepted(sent.append, fake_servers.failing(418, "teapot", headers={"Retry-After": "3"})):
        answer = get(kind, "https://api.novavms.io/api/v1/sites")
    assert (answer.status_code, answer.json()["error"]) == (418, "teapot")
    assert answer.headers["retry-after"] == "3"
    assert [recorded.status for recorded in sent] == [418]


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_without_an_answer_is_recorded(world: World, kind: str) -> None:
    sent: list[SentRequest] = []
    with traffic.intercepted(sent.append), pytest.raises(httpx.RemoteProtocolError):
        get(kind, f"{world.running.base_url}/healthz", headers={"X-Mock-Fault": "drop"})
    assert [(recorded.status, recorded.body) for recorded in sent] == [(0, b"")]


def test_requests_to_the_control_plane_are_not_recorded(world: World) -> None:
    sent: list[SentRequest] = []
    with traffic.intercepted(sent.append, fake_servers.empty):
        answer = get("blocking", f"{world.running.base_url}/_mock/health")
    assert answer.json()["status"] == "ok"
    assert sent == []


def test_the_body_of_a_request_is_kept() -> None:
    request = httpx.Request("POST", "http://x", json={"name": "North"})
    parts: Callable[[], Any] = lambda: iter([b"a", b"b"])  # noqa: E731
    assert SentRequest(request).content == b'{"name":"North"}'
    assert SentRequest(httpx.Request("POST", "http://x", content=parts())).content == b""
