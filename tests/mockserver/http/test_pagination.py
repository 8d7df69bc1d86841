"""Cursors and pages of the two lists that have them."""

import string
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import JSON, Running, World
from tests.mockserver.http.checks import new_rule, ok, refused

EVENTS, ALERTS = "/api/v1/events", "/api/v1/alerts"
HALVES = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:20Z"}


@pytest.fixture(scope="module")
def many(shared: Running) -> World:
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
def test_every_walk_shows_the_same_list(many: World, path: str, limits: list[int]) -> None:
    with many.owner as client:
        whole = walk(client, path, forever(100))
        pages = walk(client, path, forever(*limits))
    assert items(pages) == items(whole)
    assert {page["total"] for page in pages} == {len(items(pages))} == {130 if path == EVENTS else 70}


@pytest.mark.parametrize(("path", "when"), [(EVENTS, "triggered_at"), (ALERTS, "fired_at")])
def test_lists_run_from_new_to_old_and_ties_are_in_a_stable_order(many: World, path: str, when: str) -> None:
    whole = items(walk(many.owner, path, forever(1)))
    assert len({item["id"] for item in whole}) == len(whole)
    times = [item[when] for item in whole]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) < len(times)


def test_default_page_has_twenty_items(many: World) -> None:
    assert len(ok(many.owner.get(EVENTS))["data"]) == 20
    assert len(ok(many.owner.get(ALERTS))["data"]) == 20


def test_cursor_is_null_when_the_last_page_is_exactly_full(world: World) -> None:
    world.record(count=4)
    pages = walk(world.owner, EVENTS, forever(2))
    assert [len(page["data"]) for page in pages] == [2, 2]


def test_empty_list_has_no_cursor(world: World) -> None:
    assert ok(world.owner.get(EVENTS)) == {"data": [], "next_cursor": None, "total": 0}
    assert ok(world.owner.get(ALERTS)) == {"data": [], "next_cursor": None, "total": 0}


def test_walk_under_writes_shows_what_stays_exactly_once(world: World) -> None:
    stays = set(world.record(count=40, trigger_type="motion", **HALVES)["data"])
    goes = world.record(count=10, trigger_type="motion", **HALVES)["data"]
    seen: list[str] = []
    cursor: JSON = {}
    while True:
        page = ok(world.owner.get(EVENTS, params={"limit": 5, **cursor}))
        seen += [event["id"] for event in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
        world.record(count=3, **HALVES)
        if goes:
            assert world.owner.delete(f"{EVENTS}/{goes.pop()}").status_code == 204
        world.owner.patch(f"{EVENTS}/{seen[0]}", json={"starred": True})
        assert len(seen) < 200
    assert len(seen) == len(set(seen))
    assert stays <= set(seen)


def test_cursor_continues_where_its_item_was_even_when_that_is_gone(world: World) -> None:
    world.record(count=6, **HALVES)
    whole = [event["id"] for event in ok(world.owner.get(EVENTS))["data"]]
    cursor = ok(world.owner.get(EVENTS, params={"limit": 3}))["next_cursor"]
    world.owner.delete(f"{EVENTS}/{whole[2]}")
    rest = ok(world.owner.get(EVENTS, params={"cursor": cursor}))
    assert [event["id"] for event in rest["data"]] == whole[3:]
    assert rest["total"] == 5


def test_another_page_size_may_use_the_cursor_but_other_filters_may_not(many: World) -> None:
    client = many.owner
    cursor = ok(client.get(EVENTS, params={"limit": 2, "trigger_type": "motion"}))["next_cursor"]
    assert len(ok(client.get(EVENTS, params={"limit": 9, "trigger_type": "motion", "cursor": cursor}))["data"]) == 9
    for other in ({}, {"trigger_type": "manual"}, {"trigger_type": "motion", "starred": "true"}):
        refused(client.get(EVENTS, params={"cursor": cursor, **other}), 400, "cursor")
    refused(client.get(ALERTS, params={"cursor": cursor}), 400, "cursor")


def test_cursor_of_another_org_is_refused(many: World, world: World) -> None:
    world.record(count=3)
    cursor = ok(many.owner.get(EVENTS, params={"limit": 2}))["next_cursor"]
    assert ok(many.admin.get(EVENTS, params={"cursor": cursor}))["data"]
    refused(world.owner.get(EVENTS, params={"cursor": cursor}), 400, "cursor")


@given(data=st.data())
def test_tampered_cursor_is_refused(many: World, data: st.DataObject) -> None:
    alphabet = string.ascii_letters + string.digits + "-_"
    with many.owner as client:
        cursor = ok(client.get(EVENTS, params={"limit": 2}))["next_cursor"]
        place = data.draw(st.integers(0, len(cursor) - 1))
        other = data.draw(st.sampled_from(alphabet).filter(lambda letter: letter != cursor[place]))
        refused(client.get(EVENTS, params={"cursor": cursor[:place] + other + cursor[place + 1 :]}), 400, "cursor")
        refused(client.get(EVENTS, params={"cursor": cursor[:place]}), 400, "cursor")
        refused(client.get(EVENTS, params={"cursor": cursor + other}), 400, "cursor")


@given(cursor=st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_garbage_cursor_is_refused(many: World, cursor: str) -> None:
    with many.owner as client:
        refused(client.get(ALERTS, params={"cursor": cursor}), 400, "cursor")


@pytest.mark.parametrize("path", ["/api/v1/alert-rules", "/api/v1/gateways"])
def test_lists_without_pages_show_everything(many: World, path: str) -> None:
    for _ in range(25):
        new_rule(many)
    body = ok(many.viewer.get(path, params={"limit": "1", "cursor": "x"}))
    assert body.keys() == {"data", "total"}
    assert body["total"] == len(body["data"]) >= (25 if path.endswith("rules") else 1)
