"""The pages of the list of events."""

from itertools import cycle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import MAX_LIMIT, Expect, require_limit
from contract_tests.steps.answers import expect_first_page, expect_same_pages, first_page
from contract_tests.steps.events import (
    REFUSAL_STATUSES,
    STATUSES,
    TRIGGERS,
    existing_events,
    ids,
    items,
    listed,
    pages,
    record_varied_events,
    visible_events,
    walk,
)
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, World

DEFAULT_LIMIT = 20
TIME_SPAN = {"from": "2026-04-01T00:00:00Z", "to": "2026-04-01T00:02:00Z"}


def fill_list(world: World, count: int) -> None:
    """Record events, many of them at the same time, until the list has that many."""
    total = world.operator.get(EVENTS)["total"]
    if total < count:
        world.record(count - total, **TIME_SPAN)


@pytest.mark.own_org
@pytest.mark.rules("EV-25", "EV-31")
@given(limits=st.lists(st.integers(1, 100), min_size=1, max_size=4))
@example(limits=[1])
@example(limits=[6, 5])
@example(limits=[43])
@example(limits=[44])
def test_every_walk_shows_every_event_once(world: World, expect: Expect, limits: list[int]) -> None:
    fill_list(world, 44)
    listed = ids(walk(world.operator))
    found = ids(walk(world.operator, cycle(limits)))
    expect.equal("EV-25", len(set(found)), 44, f"the number of different events with limits {limits}")
    expect.equal("EV-25", len(found), 44, f"the number of events with limits {limits}")
    expect.equal("EV-25", found, listed, f"the events with limits {limits}")
    *_, last = pages(world.operator, cycle(limits))
    expect("EV-31", last["next_cursor"] is None, "null as the last next_cursor", last["next_cursor"])


@pytest.mark.rules("EV-25")
def test_a_list_without_a_cursor_begins_at_the_first_page(world: World, expect: Expect) -> None:
    recorded = world.record(5, **TIME_SPAN)
    first = world.operator.get(EVENTS, limit=2)
    for _ in range(3):
        again = world.operator.get(EVENTS, limit=2)
        expect.equal("EV-25", ids(items(again)), ids(items(first)), "the first page")
        following = world.operator.get(EVENTS, limit=2, cursor=again["next_cursor"])
        expect("EV-25", not {*ids(items(following))} & {*ids(items(first))}, "another page for the cursor", following)
    expect.equal("EV-25", sorted(ids(walk(world.operator))), sorted(recorded), "the events of all pages")


@pytest.mark.rules("EV-25")
def test_the_list_of_existing_events_begins_at_its_first_page(world: World, expect: Expect) -> None:
    existing_events(world)
    expect_first_page(expect, "EV-25", world.operator, EVENTS)


@pytest.mark.rules("EV-25")
def test_small_pages_of_existing_events_show_what_large_ones_do(world: World, expect: Expect) -> None:
    existing_events(world)
    expect_same_pages(expect, "EV-25", world.operator, EVENTS)


@pytest.mark.rules("EV-25")
def test_the_first_page_of_a_camera_has_its_only_event(world: World, expect: Expect) -> None:
    expect("EV-25", listed(world, world.new_event()), "the event in the list of its camera", "it is missing")


@pytest.mark.rules("EV-26")
@pytest.mark.parametrize("count", [19, 20, 21, 45])
def test_a_page_has_20_events_by_default(world: World, expect: Expect, count: int) -> None:
    world.record(count, **TIME_SPAN)
    page = items(world.operator.get(EVENTS))
    expect("EV-26", len(page) <= 20, "at most 20 items", len(page))
    expect.equal("EV-26", ids(page), ids(items(world.operator.get(EVENTS, limit=20))), "the events of limit=20")


@pytest.mark.rules("EV-26")
def test_a_page_of_existing_events_has_at_most_20_by_default(world: World, expect: Expect) -> None:
    if len(existing_events(world)) <= DEFAULT_LIMIT:
        raise Unavailable(f"this takes more than {DEFAULT_LIMIT} events")
    without, with_limit = (len(items(world.operator.get(EVENTS, limit=limit))) for limit in (None, DEFAULT_LIMIT))
    expect("EV-26", without <= DEFAULT_LIMIT, f"at most {DEFAULT_LIMIT} items", without)
    expect.equal("EV-26", without, with_limit, f"as with limit={DEFAULT_LIMIT}, the number of items")


@pytest.mark.rules("EV-27")
@given(limit=st.integers(-100, 0))
@example(limit=0)
@example(limit=-1)
def test_a_limit_is_at_least_1(world: World, expect: Expect, limit: int) -> None:
    fill_list(world, 3)
    single = world.operator.get(EVENTS, limit=1)
    expect("EV-27", single.is_(200) and len(items(single)) == 1, "one item with limit=1", single)
    answer = world.operator.get(EVENTS, limit=limit)
    corrected = answer.is_(200) and 1 <= len(items(answer)) <= 100
    expect("EV-27", corrected or answer.status in REFUSAL_STATUSES, f"limit={limit} to be refused or corrected", answer)


@pytest.mark.rules("EV-28")
@given(limit=st.integers(101, 10_000))
@example(limit=101)
def test_a_limit_is_at_most_100(world: World, expect: Expect, limit: int) -> None:
    for allowed in (99, 100):
        answer = world.operator.get(EVENTS, limit=allowed)
        expect("EV-28", answer.is_(200), f"200 for limit={allowed}", answer)
    fill_list(world, 103)
    for allowed in (99, 100):
        full = world.operator.get(EVENTS, limit=allowed)
        expect(
            "EV-28", full.is_(200) and len(items(full)) == allowed, f"{allowed} items with limit={allowed}", full.status
        )
    answer = world.operator.get(EVENTS, limit=limit)
    corrected = answer.is_(200) and len(items(answer)) <= 100
    expect(
        "EV-28",
        corrected or answer.status in REFUSAL_STATUSES,
        f"limit={limit} to be refused or corrected",
        answer.status,
    )


@pytest.mark.rules("EV-30")
def test_a_list_of_events_has_its_three_fields(world: World, expect: Expect) -> None:
    if not world.shared:
        world.record(3, **TIME_SPAN)
    for filters in ({}, {"limit": 2}, {"limit": MAX_LIMIT}, {"date_to": "1999-01-01"}):
        answer = world.viewer.get(EVENTS, **filters)
        require_limit(EVENTS, MAX_LIMIT, answer)
        expect("EV-30", answer.is_(200), "200", answer)
        expect.equal("EV-30", {"data", "next_cursor", "total"} - answer.json.keys(), set(), "the missing fields")
        expect("EV-30", isinstance(answer["data"], list), "an array as data", answer["data"])
        cursor = answer["next_cursor"]
        expect("EV-30", cursor is None or isinstance(cursor, str), "a string or null as next_cursor", repr(cursor))


@pytest.mark.own_org
@pytest.mark.rules("EV-31")
def test_a_list_that_fits_its_page_has_no_next_cursor(world: World, expect: Expect) -> None:
    for count in (0, 1, 19):
        if count:
            fill_list(world, count)
        answer = world.operator.get(EVENTS)
        expect("EV-31", answer["next_cursor"] is None, f"null for {count} events", repr(answer["next_cursor"]))
    answer = world.operator.get(EVENTS, limit=18)
    expect("EV-31", isinstance(answer["next_cursor"], str), "a cursor while there is more", repr(answer["next_cursor"]))


@pytest.mark.own_org
@pytest.mark.rules("EV-32")
@given(
    trigger=st.none() | st.sampled_from(TRIGGERS),
    status=st.none() | st.sampled_from(STATUSES),
    starred=st.sampled_from([None, "true", "false"]),
)
@example(trigger=None, status=None, starred=None)
def test_total_is_the_number_of_matching_events(
    world: World, expect: Expect, trigger: str | None, status: str | None, starred: str | None
) -> None:
    if not walk(world.operator):
        record_varied_events(world)
    for actor in (world.operator, world.viewer):
        answer = actor.get(EVENTS, limit=100, trigger_type=trigger, ai_status=status, starred=starred)
        expect("EV-32", type(answer["total"]) is int, "an integer", repr(answer["total"]))
        expect.equal("EV-32", answer["total"], len(items(answer)), "total")


@pytest.mark.rules("EV-32")
def test_total_of_a_list_of_one_page_is_the_number_of_its_items(world: World, expect: Expect) -> None:
    for camera in sorted({item["camera_id"] for item in existing_events(world)}):
        answer = first_page(world.operator, EVENTS, camera_id=camera)
        if answer["next_cursor"] is None:
            expect.equal("EV-32", answer["total"], len(items(answer)), "total")


@pytest.mark.rules("EV-32")
def test_total_changes_with_the_events(world: World, expect: Expect) -> None:
    counts = [world.operator.get(EVENTS)["total"]]
    world.record(3, **TIME_SPAN)
    counts.append(world.operator.get(EVENTS)["total"])
    world.admin.delete(f"{EVENTS}/{visible_events(world, world.operator)[0]['id']}")
    counts.append(world.operator.get(EVENTS)["total"])
    expect.equal("EV-32", counts, [0, 3, 26], "the totals before and after 3, then 24 more, then one less")
