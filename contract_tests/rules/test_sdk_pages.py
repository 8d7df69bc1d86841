"""Pages by hand: list, cursors, and where a walk is over."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, journal, seed_data
from contract_tests.sdk.answers import data, field, ids
from contract_tests.sdk.clients import Client
from contract_tests.verdicts import Violation
from contract_tests.world import World

#: The namespaces whose lists come in pages.
PAGED = ("cameras", "events", "alerts", "sites", "users", "webhooks")
CURSORS = st.text("aZ09-_.~+/=&?#%:;,@!$'()*[]\\\"<>| é漢🚚", min_size=1, max_size=40)
_MOST_PAGES = 60


def by_hand(client: Client, namespace: str, **filters: Any) -> Iterator[Any]:
    """Walk as the documentation shows it, and yield the pages. Raises Violation when there is no last one."""
    cursor = None
    for _ in range(_MOST_PAGES):
        page = client.call(f"{namespace}.list", cursor=cursor, **filters)
        yield page
        cursor = field(page, "next_cursor")
        if cursor is None:
            return
    raise Violation("", f"a last page within {_MOST_PAGES}", f"one more cursor, {cursor!r}")


def cursors(client: Client) -> list[str | None]:
    """Return the cursors that the requests so far had."""
    return [sent.request.url.params.get("cursor") for sent in client.sent]


@pytest.mark.rules("SDK-63")
@given(cursor=CURSORS)
@example(cursor="a+b/c==&limit=1#%20 é")
@example(cursor=" 0AbC_-" * 5 + "== ")
@example(cursor="eyJhIjogMX0=")
def test_a_cursor_goes_back_as_it_came(client: Client, expect: Expect, cursor: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return fake_servers.page([], None if "cursor" in request.url.params else cursor)

    client.server = answer
    client.sent.clear()
    list(client.walk("events"))
    list(by_hand(client, "events"))
    expect.equal("SDK-63", cursors(client), [None, cursor] * 2, "the cursors")


@pytest.mark.rules("SDK-69")
def test_a_list_is_one_page(client: Client, world: World, expect: Expect) -> None:
    recorded = seed_data.events(world)
    for limit in (1, 5, 23):
        journal.forget(world)
        found = ids(data(client.call("events.list", cursor=None, limit=limit)))
        expect.equal("SDK-69", found, recorded[:limit], f"with limit={limit} the events")
        asked = [journal.query(call) for call in journal.asked(world)]
        expect.equal("SDK-69", asked, [{"limit": str(limit)}], "the queries")


@pytest.mark.rules("SDK-69")
def test_a_cursor_leads_to_its_page(client: Client, world: World, expect: Expect) -> None:
    recorded = seed_data.events(world)
    cursor = field(client.call("events.list", cursor=None, limit=7), "next_cursor")
    found = ids(data(client.call("events.list", cursor=cursor, limit=5)))
    expect.equal("SDK-69", found, recorded[7:12], "the events behind the cursor")


@pytest.mark.rules("SDK-70")
@pytest.mark.parametrize("namespace", PAGED)
def test_a_page_has_data_and_next_cursor(client: Client, world: World, expect: Expect, namespace: str) -> None:
    seed_data.everything(world)
    page, whole = client.call(f"{namespace}.list", limit=1), client.call(f"{namespace}.list", limit=100)
    expect.equal("SDK-70", len(data(page)), 1, "with limit=1 the items in data")
    expect("SDK-70", isinstance(field(page, "next_cursor"), str), "a str as next_cursor", repr(page))
    expect("SDK-70", len(data(whole)) > 1, "more items with limit=100", repr(whole))
    expect.equal("SDK-70", field(whole, "next_cursor"), None, "on the last page next_cursor")


@pytest.mark.rules("SDK-71")
@given(limit=st.integers(1, 30))
@example(limit=1)
@example(limit=24)
def test_a_walk_by_hand_comes_to_its_end(client: Client, world: World, expect: Expect, limit: int) -> None:
    recorded = seed_data.events(world)
    client.sent.clear()
    found = [item for page in by_hand(client, "events", limit=limit) for item in ids(data(page))]
    expect.equal("SDK-71", found, recorded, f"with limit={limit} the events")
    expect.equal("SDK-71", len(client.sent), -(-len(recorded) // limit), "the number of pages")


@pytest.mark.rules("SDK-74")
def test_a_hundred_events_are_asked_for(client: Client, world: World, expect: Expect) -> None:
    world.record(101)
    found = data(client.call("events.list", limit=100))
    expect.equal("SDK-74", len(found), 100, "the number of events")
    asked = [journal.query(call) for call in journal.asked(world, "listEvents")]
    expect.equal("SDK-74", asked, [{"limit": "100"}], "the queries")
