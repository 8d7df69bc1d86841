"""Cursors and pages of the two lists that have them."""

import string
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import JSON, Running, World
from tests.mockserver.http.steps import new_rule, ok, refused

EVENTS, ALERTS = "/api/v1/events", "/api/v1/alerts"
HALVES = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:20Z"}


@pytest.fixture(scope="module")
def full_org(shared: Running) -> World:
    """An org with 130 events and 70 alerts, many of them at the same second."""
    world = shared.org()
    world.settings(rate_limit_burst=1_000_000, rate_limit_per_minute=10_000_000)
    rule = new_rule(world, trigger_type="manual")
    world.record("alerts", count=70, rule_id=rule["id"], **HALVES)
    world.record(count=60, trigger_type="motion", **HALVES)
    return world


def walk(client: httpx.Client, path: str, limits: Iterator[int], **params: str) -> list[JSON]:
    """Return the pages of a walk, each of a limit of its own."""
    pages: list[JSON] = []
    cursor: JSON = {}
    while True:
        limit = next(limits)
        page = ok(client.get(path, params={"limit": limit, **params, **cursor}))
        assert len(page["data"]) <= limit
        pages.append(page)
        if page["next_cursor"] is None:
            return pages
        assert len(page["data"]) == limit
        cursor = {"cursor": page["next_cursor"]}


def forever(*limits: int) -> Iterator[int]:
    while True:
        yield from limits


def items(pages: list[JSON]) -> list[JSON]:
    return [item for page in pages for item in page["data"]]


@pytest.mark.parametrize("path", [EVENTS, ALERTS])
@given(limits=st.lists(st.integers(7, 100), min_size=1, max_size=20))
def test_every_walk_shows_the_same_list(full_org: World, path: str, limits: list[int]) -> None:
    with full_org.owner as client:
        expected = walk(client, path, forever(100))
        pages = walk(client, path, forever(*limits))
    assert items(pages) == items(expected)
    assert {page["total"] for page in pages} == {len(items(pages))} == {130 if path == EVENTS else 70}


@pytest.mark.parametrize(("path", "when"), [(EVENTS, "triggered_at"), (ALERTS, "fired_at")])
def test_lists_run_from_new_to_old_and_ties_are_in_a_stable_order(full_org: World, path: str, when: str) -> None:
    expected = items(walk(full_org.owner, path, forever(1)))
    assert len({item["id"] for item in expected}) == len(expected)
    times = [item[when] for item in expected]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) < len(times)


def test_default_page_has_twenty_items(full_org: World) -> None:
    assert len(ok(full_org.owner.get(EVENTS))["data"]) == 20
    assert len(ok(full_org.owner.get(ALERTS))["data"]) == 20


def test_cursor_is_null_when_the_last_page_is_exactly_full(world: World) -> None:
    world.record(count=4)
    pages = walk(world.owner, EVENTS, forever(2))
    assert [len(page["data"]) for page in pages] == [2, 2]


def test_empty_list_has_no_cursor(world: World) -> None:
    assert ok(world.owner.get(EVENTS)) == {"data": [], "next_cursor": None, "total": 0}
    assert ok(world.owner.get(ALERTS)) == {"data": [], "next_cursor": None, "total": 0}


def test_walk_during_writes_shows_remaining_items_exactly_once(world: World) -> None:
    kept = set(world.record(count=40, trigger_type="motion", **HALVES)["data"])
    deleted = world.record(count=10, trigger_type="motion", **HALVES)["data"]
    seen: list[str] = []
    cursor: JSON = {}
    while True:
        page = ok(world.owner.get(EVENTS, params={"limit": 5, **cursor}))
        seen += [event["id"] for event in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
        world.record(count=3, **HALVES)
        if deleted:
            assert world.owner.delete(f"{EVENTS}/{deleted.pop()}").status_code == 204
        world.owner.patch(f"{EVENTS}/{seen[0]}", json={"starred": True})
        assert len(seen) < 200
    assert len(seen) == len(set(seen))
    assert kept <= set(seen)


def test_cursor_continues_where_its_item_was_even_when_that_is_gone(world: World) -> None:
    world.record(count=6, **HALVES)
    expected = [event["id"] for event in ok(world.owner.get(EVENTS))["data"]]
    cursor = ok(world.owner.get(EVENTS, params={"limit": 3}))["next_cursor"]
    world.owner.delete(f"{EVENTS}/{expected[2]}")
    next_page = ok(world.owner.get(EVENTS, params={"cursor": cursor}))
    assert [event["id"] for event in next_page["data"]] == expected[3:]
    assert next_page["total"] == 5


def test_another_page_size_may_use_the_cursor_but_other_filters_may_not(full_org: World) -> None:
    client = full_org.owner
    cursor = ok(client.get(EVENTS, params={"limit": 2, "trigger_type": "motion"}))["next_cursor"]
    assert len(ok(client.get(EVENTS, params={"limit": 9, "trigger_type": "motion", "cursor": cursor}))["data"]) == 9
    for other in ({}, {"trigger_type": "manual"}, {"trigger_type": "motion", "starred": "true"}):
        refused(client.get(EVENTS, params={"cursor": cursor, **other}), 400, "cursor")
    refused(client.get(ALERTS, params={"cursor": cursor}), 400, "cursor")


def test_cursor_of_another_org_is_refused(full_org: World, world: World) -> None:
    world.record(count=3)
    cursor = ok(full_org.owner.get(EVENTS, params={"limit": 2}))["next_cursor"]
    assert ok(full_org.admin.get(EVENTS, params={"cursor": cursor}))["data"]
    refused(world.owner.get(EVENTS, params={"cursor": cursor}), 400, "cursor")


@given(data=st.data())
def test_tampered_cursor_is_refused(full_org: World, data: st.DataObject) -> None:
    alphabet = string.ascii_letters + string.digits + "-_"
    with full_org.owner as client:
        cursor = ok(client.get(EVENTS, params={"limit": 2}))["next_cursor"]
        place = data.draw(st.integers(0, len(cursor) - 1))
        other = data.draw(st.sampled_from(alphabet).filter(lambda letter: letter != cursor[place]))
        refused(client.get(EVENTS, params={"cursor": cursor[:place] + other + cursor[place + 1 :]}), 400, "cursor")
        refused(client.get(EVENTS, params={"cursor": cursor[:place]}), 400, "cursor")
        refused(client.get(EVENTS, params={"cursor": cursor + other}), 400, "cursor")


@given(cursor=st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_garbage_cursor_is_refused(full_org: World, cursor: str) -> None:
    with full_org.owner as client:
        refused(client.get(ALERTS, params={"cursor": cursor}), 400, "cursor")


@pytest.mark.parametrize("path", ["/api/v1/alert-rules", "/api/v1/gateways"])
def test_lists_without_pages_show_everything(full_org: World, path: str) -> None:
    for _ in range(25):
        new_rule(full_org)
    body = ok(full_org.viewer.get(path, params={"limit": "1", "cursor": "x"}))
    assert body.keys() == {"data", "total"}
    assert body["total"] == len(body["data"]) >= (25 if path.endswith("rules") else 1)
