"""Walks with iter and aiter: what they yield, when they fetch a page, and where they end."""

import inspect
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, mock
from contract_tests.sdk.answers import ids
from contract_tests.sdk.clients import AWAITED, BLOCKING, Client
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.surface import NAMESPACES
from contract_tests.world import World

SITE = {"timezone": "UTC", "created_at": "2026-04-20T08:30:00Z"}
A, B, C, D = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abcd")


def sites(*found: str) -> list[dict[str, str]]:
    """Return sites as the API shows them."""
    return [{"id": each, "name": each[-1], **SITE} for each in found]


def serve_pages(client: Client, *pages: tuple[list[Any], str | None]) -> None:
    """Answer requests with these pages, one after the other, and then with 404."""
    remaining: Iterator[tuple[list[Any], str | None]] = iter(pages)

    def answer(_: httpx.Request) -> httpx.Response:
        following = next(remaining, None)
        return fake_servers.page(*following) if following else httpx.Response(404, json={"error": "not_found"})

    client.server = answer


@pytest.fixture
def blocking(sdk: Sdk, world: World) -> Iterator[Client]:
    """The blocking client."""
    with sdk.client(BLOCKING, world) as made:
        yield made


@pytest.fixture
def awaited(sdk: Sdk, world: World) -> Iterator[Client]:
    """The client for asyncio."""
    with sdk.client(AWAITED, world) as made:
        yield made


@pytest.mark.rules("SDK-64")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_walk_yields_all_items(blocking: Client, world: World, expect: Expect, namespace: str) -> None:
    mock.create_two_of_each(world)
    path = {"rules": "alert-rules"}.get(namespace, namespace)
    wanted = [row["id"] for row in world.admin.get(f"/api/v1/{path}", limit=100)["data"]]
    expect.equal("SDK-64", ids(blocking.walk(namespace)), wanted, f"the items of a walk of {namespace}")


@pytest.mark.rules("SDK-64")
@pytest.mark.parametrize(("limit", "trigger"), [(1, None), (3, "ai_tag"), (30, "motion")])
def test_a_walk_reads_all_pages(
    blocking: Client, world: World, expect: Expect, limit: int, trigger: str | None
) -> None:
    filters = {"trigger_type": trigger} if trigger else {}
    wanted = mock.events(world, **filters)
    mock.clear_requests(world)
    found = ids(blocking.walk("events", limit=limit, **filters))
    expect.equal("SDK-64", found, wanted, f"the events with limit={limit} and {filters}")
    queries = [mock.query(request) for request in mock.requests(world, "listEvents")]
    expect.equal("SDK-64", len(queries), -(-len(wanted) // limit), "the number of pages")
    for query in queries:
        query.pop("cursor", None)
        expect.equal("SDK-64", query, {"limit": str(limit), **filters}, "the query of every page, without the cursor")


@pytest.mark.python
@pytest.mark.rules("SDK-65")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_iter_returns_a_generator(blocking: Client, expect: Expect, namespace: str) -> None:
    found = blocking.start(namespace)
    expect("SDK-65", inspect.isgenerator(found), "a generator", found)


@pytest.mark.rules("SDK-66")
@pytest.mark.parametrize(("limit", "steps"), [(6, 6), (6, 7), (1, 3)])
def test_a_page_is_fetched_when_it_is_needed(
    client: Client, world: World, expect: Expect, limit: int, steps: int
) -> None:
    mock.events(world)
    client.sent.clear()
    walk = client.steps(client.start("events", limit=limit))
    for step in range(1, steps + 1):
        expect("SDK-66", next(walk, None) is not None, f"{step} items or more", step - 1)
        pages = -(-step // limit)
        expect.equal("SDK-66", len(client.sent), pages, f"the requests with limit={limit} after {step} items")


@pytest.mark.rules("SDK-67")
def test_a_walk_ends_when_there_is_no_cursor(client: Client, expect: Expect) -> None:
    serve_pages(client, (sites(A, B), "1"), (sites(C, D), None))
    expect.equal("SDK-67", ids(client.walk("sites")), [A, B, C, D], "the sites")
    expect.equal("SDK-67", len(client.sent), 2, "the requests")


@pytest.mark.rules("SDK-67")
@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_short_or_empty_page_does_not_end_a_walk(client: Client, expect: Expect, size: int) -> None:
    between = [B, C][:size]
    serve_pages(client, (sites(A), "1"), (sites(*between), "2"), (sites(D), "3"), ([], None))
    found = ids(client.walk("sites", limit=2))
    expect.equal("SDK-67", found, [A, *between, D], f"the sites, with a page of {size} in between")
    expect.equal("SDK-67", len(client.sent), 4, "the requests")


@pytest.mark.rules("SDK-67")
def test_a_list_without_pages_ends_after_one_request(client: Client, world: World, expect: Expect) -> None:
    rules = sorted(world.rule()["id"] for _ in range(3))
    expect.equal("SDK-67", sorted(ids(client.walk("rules"))), rules, "the rules")
    expect.equal("SDK-67", len(client.sent), 1, "the requests")


@pytest.mark.rules("SDK-72")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_the_async_client_walks_in_an_async_loop(
    sdk: Sdk, awaited: Client, world: World, expect: Expect, namespace: str
) -> None:
    mock.create_two_of_each(world)

    async def walk() -> list[Any]:
        return [item async for item in awaited.verb(f"{namespace}.aiter")()]

    with sdk.client(BLOCKING, world) as client:
        wanted = ids(client.walk(namespace))
    expect.equal("SDK-72", ids(awaited.attempt(walk)), wanted, f"the items of a walk of {namespace}")


@pytest.mark.rules("SDK-72", "SDK-73")
@pytest.mark.parametrize("limit", [1, 7])
def test_aiter_takes_a_limit(awaited: Client, world: World, expect: Expect, limit: int) -> None:
    wanted = mock.events(world)
    mock.clear_requests(world)
    found = ids(awaited.walk("events", limit=limit))
    expect.equal("SDK-72", found, wanted, "the events")
    limits = [mock.query(request).get("limit") for request in mock.requests(world, "listEvents")]
    expect.equal("SDK-73", limits, [str(limit)] * -(-len(wanted) // limit), "the limit of every page")
