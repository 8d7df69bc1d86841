"""Pages: list with cursors, and the end of a walk."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, mock
from contract_tests.sdk.answers import data, field, ids
from contract_tests.sdk.clients import Client
from contract_tests.verdicts import Violation
from contract_tests.world import World

#: The namespaces whose lists come in pages.
PAGED = ("cameras", "events", "alerts", "sites", "users", "webhooks")
CURSORS = st.text("aZ09-_.~+/=&?#%:;,@!$'()*[]\\\"<>| é漢🚚", min_size=1, max_size=40)
MAX_PAGES = 60


def pages_of(client: Client, namespace: str, **filters: Any) -> Iterator[Any]:
    """Yield all pages by list and cursor, as the documentation shows it. Raises Violation after MAX_PAGES."""
    cursor = None
    for _ in range(MAX_PAGES):
        page = client.call(f"{namespace}.list", cursor=cursor, **filters)
        yield page
        cursor = field(page, "next_cursor")
        if cursor is None:
            return
    raise Violation("", f"a last page within {MAX_PAGES}", f"one more cursor, {cursor!r}")


def cursors(client: Client) -> list[str | None]:
    """Return the cursors of the requests so far."""
    return [sent.request.url.params.get("cursor") for sent in client.sent]


@pytest.mark.rules("SDK-63")
@given(cursor=CURSORS)
@example(cursor="a+b/c==&limit=1#%20 é")
@example(cursor=" 0AbC_-" * 5 + "== ")
@example(cursor="eyJhIjogMX0=")
@example(cursor="0AbC_-" * 300)
def test_a_cursor_is_sent_back_unchanged(client: Client, expect: Expect, cursor: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return fake_servers.page([], None if "cursor" in request.url.params else cursor)

    client.server = answer
    client.sent.clear()
    list(client.walk("events"))
    list(pages_of(client, "events"))
    expect.equal("SDK-63", cursors(client), [None, cursor] * 2, "the cursors")


@pytest.mark.rules("SDK-69")
def test_a_list_is_one_page(client: Client, world: World, expect: Expect) -> None:
    recorded = mock.events(world)
    for limit in (1, 5, 23):
        mock.clear_requests(world)
        found = ids(data(client.call("events.list", cursor=None, limit=limit)))
        expect.equal("SDK-69", found, recorded[:limit], f"the events with limit={limit}")
        queries = [mock.query(request) for request in mock.requests(world)]
        expect.equal("SDK-69", queries, [{"limit": str(limit)}], "the queries")


@pytest.mark.rules("SDK-69")
def test_a_cursor_gives_the_next_page(client: Client, world: World, expect: Expect) -> None:
    recorded = mock.events(world)
    cursor = field(client.call("events.list", cursor=None, limit=7), "next_cursor")
    found = ids(data(client.call("events.list", cursor=cursor, limit=5)))
    expect.equal("SDK-69", found, recorded[7:12], "the events after the cursor")


@pytest.mark.rules("SDK-70")
@pytest.mark.parametrize("namespace", PAGED)
def test_a_page_has_data_and_next_cursor(client: Client, world: World, expect: Expect, namespace: str) -> None:
    mock.create_two_of_each(world)
    page, last = client.call(f"{namespace}.list", limit=1), client.call(f"{namespace}.list", limit=100)
    expect.equal("SDK-70", len(data(page)), 1, "the number of items in data with limit=1")
    expect("SDK-70", isinstance(field(page, "next_cursor"), str), "a str as next_cursor", repr(page))
    expect("SDK-70", len(data(last)) > 1, "more items with limit=100", repr(last))
    expect.equal("SDK-70", field(last, "next_cursor"), None, "next_cursor of the last page")


@pytest.mark.rules("SDK-71")
@pytest.mark.parametrize("limit", [1, 7, 24])
def test_a_walk_with_cursors_ends(client: Client, world: World, expect: Expect, limit: int) -> None:
    recorded = mock.events(world)
    client.sent.clear()
    found = [item for page in pages_of(client, "events", limit=limit) for item in ids(data(page))]
    expect.equal("SDK-71", found, recorded, f"the events with limit={limit}")
    expect.equal("SDK-71", len(client.sent), -(-len(recorded) // limit), "the number of pages")


@pytest.mark.rules("SDK-74")
def test_a_limit_of_100_is_sent(client: Client, world: World, expect: Expect) -> None:
    world.record(101)
    found = data(client.call("events.list", limit=100))
    expect.equal("SDK-74", len(found), 100, "the number of events")
    queries = [mock.query(request) for request in mock.requests(world, "listEvents")]
    expect.equal("SDK-74", queries, [{"limit": "100"}], "the queries")
