"""The pages of the list of events."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import MAX_LIMIT, Expect, require_limit
from contract_tests.steps.answers import first_page
from contract_tests.steps.events import (
    REFUSAL_STATUSES,
    existing_events,
    items,
    listed,
    visible_events,
)
from contract_tests.world import EVENTS, World

DEFAULT_LIMIT = 20
TIME_SPAN = {"from": "2026-04-01T00:00:00Z", "to": "2026-04-01T00:02:00Z"}


def fill_list(world: World, count: int) -> None:
    """Record events, many of them at the same time, until the list has that many."""
    total = world.operator.get(EVENTS)["total"]
    if total < count:
        world.record(count - total, **TIME_SPAN)


@pytest.mark.rules("EV-25")
def test_the_first_page_of_a_camera_has_its_only_event(world: World, expect: Expect) -> None:
    expect("EV-25", listed(world, world.new_event()), "the event in the list of its camera", "it is missing")


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
