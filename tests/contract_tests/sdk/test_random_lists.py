"""Random lists: their pages, and what a walk along them needs."""

from random import Random

import httpx

from contract_tests.sdk.random_lists import RandomList

LIST = RandomList.draw("listSites", Random(3))


def get(cursor: str | None) -> httpx.Response:
    return LIST.serve(
        httpx.Request("GET", "https://vms.example.com/sites", params={"cursor": cursor} if cursor else {})
    )


def test_the_pages_follow_each_other_and_end() -> None:
    cursor, found = None, []
    for _ in LIST.pages:
        page = get(cursor).json()
        found += [item["id"] for item in page["data"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert found == LIST.ids


def test_some_pages_are_empty_and_some_have_one_item() -> None:
    for seed in range(5):
        sizes = [len(items) for items in RandomList.draw("listEvents", Random(seed)).pages.values()]
        assert {0, 1} <= set(sizes)


def test_another_cursor_leads_to_the_end() -> None:
    assert get("another").json() == {"data": [], "next_cursor": None, "total": 0}


def test_as_many_pages_are_needed_as_have_so_many_items() -> None:
    sizes = [len(items) for items in LIST.pages.values()]
    for count in range(1, sum(sizes) + 1):
        pages = LIST.requests_for(count)
        assert sum(sizes[: pages - 1]) < count <= sum(sizes[:pages])
    assert LIST.requests_for(1000) == len(sizes)
