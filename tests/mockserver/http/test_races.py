"""Concurrent calls: what may happen once happens once."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.http.raw import connect, head, read_all
from tests.mockserver.http.steps import RULE, new_code, ok

Request = Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]]


def at_once(world: World, count: int, request: Request, role: str = "owner") -> list[httpx.Response]:
    """Make so many calls at the same time, each on a connection of its own, and return the answers."""
    headers = {"Authorization": f"Bearer {world.described['actors'][role]['token']}"}

    async def gather() -> list[httpx.Response]:
        transport = httpx.AsyncHTTPTransport(verify=False, limits=httpx.Limits(max_connections=None))
        async with httpx.AsyncClient(
            base_url=world.running.base_url, headers=headers, transport=transport, timeout=60, trust_env=False
        ) as client:
            return await asyncio.gather(*(request(client, number) for number in range(count)))

    return asyncio.run(gather())


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_one_of_two_hundred_redemptions_succeeds(world: World) -> None:
    code = new_code(world)["pairing_code"]
    answers = at_once(world, 200, lambda client, _: client.post("/api/v1/gateways/pair", json={"pairing_code": code}))
    assert statuses(answers) == {200: 1, 409: 199}
    key = next(answer.json()["api_key"] for answer in answers if answer.status_code == 200)
    assert world.running.client(key).get("/api/v1/gateways").status_code == 403


def test_five_of_fifty_requests_for_a_code_succeed(world: World) -> None:
    body = {"name": "G", "site_id": world.sites[0]}
    answers = at_once(world, 50, lambda client, _: client.post("/api/v1/gateways/generate-pairing-code", json=body))
    assert statuses(answers) == {201: 5, 429: 45}
    assert len({answer.json()["pairing_code"] for answer in answers if answer.status_code == 201}) == 5
    assert ok(world.owner.get("/api/v1/gateways"))["total"] == 6


def test_one_of_fifty_deletions_succeeds(world: World) -> None:
    event = world.record()["data"][0]
    answers = at_once(world, 50, lambda client, _: client.delete(f"/api/v1/events/{event}"))
    assert statuses(answers) == {204: 1, 404: 49}


def test_one_of_fifty_acknowledgements_succeeds(world: World) -> None:
    ok(world.owner.post("/api/v1/alert-rules", json=RULE), 201)
    alert = world.record("alerts")["data"][0]
    path = f"/api/v1/alerts/{alert}"
    answers = at_once(world, 50, lambda client, _: client.patch(path, json={"status": "acknowledged"}))
    assert statuses(answers) == {200: 1, 400: 49}
    assert len(ok(world.owner.get(f"{path}/timeline"))["entries"]) == 2


def test_no_creation_is_lost(world: World) -> None:
    answers = at_once(world, 100, lambda client, n: client.post("/api/v1/alert-rules", json={**RULE, "name": f"R{n}"}))
    assert statuses(answers) == {201: 100}
    listed = ok(world.owner.get("/api/v1/alert-rules"))
    assert listed["total"] == len({rule["id"] for rule in listed["data"]}) == 100


def test_changes_to_different_fields_do_not_undo_one_another(world: World) -> None:
    event = world.record(starred=False)["data"][0]
    bodies = [{"starred": True}, {"notes": "x"}, {"acknowledged": True}]
    at_once(world, 30, lambda client, n: client.patch(f"/api/v1/events/{event}", json=bodies[n % 3]))
    found = ok(world.owner.get(f"/api/v1/events/{event}"))
    assert (found["starred"], found["notes"], found["acknowledged"]) == (True, "x", True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("alert-rules", RULE),
        ("sites", {"name": "S"}),
        ("users", {"email": "late@example.com", "display_name": "L", "role": "operator"}),
        ("webhooks", {"name": "W", "url": "https://127.0.0.1:1/", "event_types": ["alert"]}),
    ],
)
def test_nothing_is_created_in_an_org_that_is_removed_before_the_body_arrives(
    shared: Running, path: str, body: JSON
) -> None:
    org, content = shared.org(), json.dumps(body).encode()
    fields = ("Content-Type: application/json", f"Content-Length: {len(content)}", "Expect: 100-continue")
    token = f"Authorization: Bearer {org.described['actors']['owner']['token']}"
    with connect(shared) as connection:
        connection.sendall(head(f"POST /api/v1/{path} HTTP/1.1", *fields, token))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        shared.control("DELETE", f"/orgs/{org.id}")
        connection.sendall(content)
        assert read_all(connection).startswith(b"HTTP/1.1 401 ")
    left = shared.control("GET", "/snapshot")["data"]
    assert [row for rows in left.values() for row in rows if row["org_id"] == org.id] == []


@pytest.mark.parametrize("burst", [1, 30])
def test_as_many_calls_pass_as_the_bucket_holds(world: World, burst: int) -> None:
    world.settings(rate_limit_burst=burst, rate_limit_per_minute=1)
    answers = at_once(world, 60, lambda client, _: client.get("/api/v1/events"), role="admin")
    assert statuses(answers) == {200: burst, 429: 60 - burst}
    passed = [int(answer.headers["x-ratelimit-remaining"]) for answer in answers if answer.status_code == 200]
    assert sorted(passed) == list(range(burst))
