"""The filters of the list of events, compared with the fields of the events."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import repeat
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import MAX_LIMIT, Expect
from contract_tests.steps.answers import first_page, format_time, parse_time, require_values, wrongly_selected
from contract_tests.steps.events import (
    EVENT_INTERVAL,
    FIRST_EVENT_AT,
    REFUSAL_STATUSES,
    STATUSES,
    TRIGGERS,
    Item,
    all_events,
    ensure_events,
    existing_events,
    ids,
    items,
    path_to,
    read,
    walk,
)
from contract_tests.steps.sampling import sample
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, World

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(
    FIRST_EVENT_AT.replace(year=2000, tzinfo=None), FIRST_EVENT_AT.replace(year=2040, tzinfo=None), timezones=OFFSETS
).map(lambda time: time.isoformat().replace("+00:00", "Z"))
DAYS = st.dates(FIRST_EVENT_AT.date().replace(year=2000), FIRST_EVENT_AT.date().replace(year=2040)).map(str)
SECOND = timedelta(seconds=1)
#: Times at, between and around those of the recorded events.
EDGES = st.tuples(st.integers(-1, 24), st.sampled_from([-1, 0, 1])).map(
    lambda edge: FIRST_EVENT_AT + edge[0] * EVENT_INTERVAL + timedelta(seconds=edge[1])
)


def having(**fields: str) -> Callable[[Item], bool]:
    """Return a predicate: whether an event has these values."""
    return lambda item: all(item[name] == value for name, value in fields.items())


def of_cameras(cameras: list[str]) -> Callable[[Item], bool]:
    """Return a predicate: whether an event is of one of these cameras."""
    return lambda item: item["camera_id"] in cameras


def lies_within(item: Item, since: datetime | None, until: datetime | None) -> bool | None:
    """Whether an event lies between two times; None within a second of them, as no page says whether they belong."""
    at = parse_time(item["triggered_at"])
    margins = [later - earlier for later, earlier in ((at, since), (until, at)) if later and earlier]
    least = min(margins, default=SECOND)
    return None if abs(least) < SECOND else least > timedelta()


def expect_filtered(
    world: World, expect: Expect, rule: str, events: list[Item], matches: Callable[[Item], bool | None], **filters: Any
) -> None:
    """State that the filters select, of all events, exactly those that match, on every page."""
    page_size = max(1, min(MAX_LIMIT, sum(matches(item) is True for item in events) // 2))
    selected = walk(world.operator, repeat(page_size), **filters)
    wrong = wrongly_selected(events, selected, matches, lambda: all_events(world))
    expect.equal(rule, wrong, [], f"with {filters}, the events listed or left out wrongly are")


@pytest.mark.rules("EV-11")
@given(
    left_out=st.sets(
        st.sampled_from(["camera_id", "site_id", "date_from", "date_to", "trigger_type", "ai_status", "starred"])
    )
)
@example(left_out=set())
def test_any_filter_may_be_left_out(world: World, expect: Expect, left_out: set[str]) -> None:
    camera = next(iter(world.cameras(world.granted[0] if world.granted else None)), None)
    site = world.granted[0] if world.granted else None
    filters = {"camera_id": camera, "site_id": site, "date_from": "2026-04-20", "date_to": "2026-04-21T10:00:00Z"}
    filters |= {"trigger_type": "motion", "ai_status": "completed", "starred": "true"}
    for chosen in ({}, {name: value for name, value in filters.items() if name not in left_out}):
        answer = world.viewer.get(EVENTS, **chosen)
        expect("EV-11", answer.is_(200), f"200 with the filters {chosen}", answer)
    for name, value in filters.items():
        answer = world.viewer.get(EVENTS, **{name: value})
        expect("EV-11", answer.is_(200), f"200 with {name} alone", answer)


@pytest.mark.rules("EV-12")
def test_camera_id_selects_the_events_of_that_camera(world: World, expect: Expect) -> None:
    events = existing_events(world)
    for camera in sorted({item["camera_id"] for item in events} | {*world.cameras()}):
        expect_filtered(world, expect, "EV-12", events, having(camera_id=camera), camera_id=camera)


@pytest.mark.rules("EV-13")
@pytest.mark.own_org
def test_site_id_selects_the_events_of_that_site(world: World, expect: Expect) -> None:
    if not world.cameras():
        raise Unavailable("the sites of the cameras are not known")
    for site in world.sites:
        expect_filtered(world, expect, "EV-13", all_events(world), of_cameras(world.cameras(site)), site_id=site)


@pytest.mark.rules("EV-12", "EV-13")
def test_no_event_is_selected_for_an_unknown_camera_or_for_two_sites(world: World, expect: Expect) -> None:
    existing_events(world)
    for rule, name in (("EV-12", "camera_id"), ("EV-13", "site_id")):
        answer = world.operator.get(EVENTS, **{name: str(uuid4())})
        expect(rule, not answer.is_(200) or not items(answer), f"no event for an unknown {name}", answer)
    found = [event for site in world.sites for event in ids(walk(world.operator, site_id=site))]
    doubled = [event for event, times in Counter(found).items() if times > 1]
    expect.equal("EV-13", doubled, [], "the events of more than one site are")


@pytest.mark.rules("EV-14", "EV-16")
@given(time=TIMES)
@example(time="2026-04-20T00:00:00Z")
@example(time="2026-04-20T08:30:00.123456789Z")
@example(time="2024-02-29T23:59:59-08:00")
def test_date_filters_accept_rfc_3339_times(world: World, expect: Expect, time: str) -> None:
    for rule, name in (("EV-14", "date_from"), ("EV-16", "date_to")):
        answer = world.viewer.get(EVENTS, **{name: time})
        expect(rule, answer.is_(200), f"200 for {name}={time}", answer)


@pytest.mark.rules("EV-15", "EV-17")
@given(day=DAYS)
@example(day="2026-04-20")
@example(day="2024-02-29")
def test_date_filters_accept_dates(world: World, expect: Expect, day: str) -> None:
    for rule, name in (("EV-15", "date_from"), ("EV-17", "date_to")):
        answer = world.viewer.get(EVENTS, **{name: day})
        expect(rule, answer.is_(200), f"200 for {name}={day}", answer)


@pytest.mark.rules("EV-18")
@given(since=st.none() | EDGES, until=st.none() | EDGES, zone=OFFSETS)
@example(
    since=FIRST_EVENT_AT + EVENT_INTERVAL, until=FIRST_EVENT_AT + EVENT_INTERVAL, zone=timezone(timedelta(hours=2))
)
@example(since=FIRST_EVENT_AT + EVENT_INTERVAL, until=None, zone=timezone.utc)  # noqa: UP017 - as the strategy has it
@example(since=None, until=FIRST_EVENT_AT + EVENT_INTERVAL, zone=timezone(timedelta(hours=-9)))
def test_times_bound_the_list_on_both_sides(
    world: World, expect: Expect, since: Any, until: Any, zone: timezone
) -> None:
    bounds = {"date_from": since, "date_to": until}
    written = {name: time.astimezone(zone).isoformat() for name, time in bounds.items() if time is not None}
    events = all_events(world)
    expect_filtered(world, expect, "EV-18", events, lambda item: lies_within(item, since, until), **written)


@pytest.mark.rules("EV-18")
def test_an_event_a_second_beyond_a_bound_is_excluded(world: World, expect: Expect) -> None:
    before, after = (
        world.record(1, **{"from": at, "to": at})[0] for at in ("2026-04-20T12:00:09Z", "2026-04-20T12:00:11Z")
    )
    late = ids(walk(world.operator, date_from="2026-04-20T12:00:10Z"))
    early = ids(walk(world.operator, date_to="2026-04-20T12:00:10Z"))
    expect.equal("EV-18", late, [after], "the events after 12:00:10")
    expect.equal("EV-18", early, [before], "the events before 12:00:10")


@pytest.mark.rules("EV-18")
def test_dates_bound_the_list_in_any_time_zone(world: World, expect: Expect) -> None:
    """The time zone of a date is not documented, so events within a day of its bounds may be in the list or not."""
    world.record(5, **{"from": "2026-04-18T00:00:00Z", "to": "2026-04-18T23:59:59Z"})
    middle = world.record(1, **{"from": "2026-04-20T12:00:00Z", "to": "2026-04-20T12:00:00Z"})
    world.record(5, **{"from": "2026-04-22T00:00:01Z", "to": "2026-04-22T23:00:00Z"})
    late = ids(walk(world.operator, date_from="2026-04-20"))
    early = ids(walk(world.operator, date_to="2026-04-20"))
    expect.equal("EV-18", len(late), 6, "the number of events from 2026-04-20 on")
    expect.equal("EV-18", len(early), 6, "the number of events until 2026-04-20")
    both = ids(walk(world.operator, date_from="2026-04-20", date_to="2026-04-20"))
    expect("EV-18", both == middle, "the event at noon of 2026-04-20", both)


@pytest.mark.rules("EV-19")
def test_trigger_type_selects_the_events_of_that_type(world: World, expect: Expect) -> None:
    events = existing_events(world)
    for trigger in TRIGGERS:
        expect_filtered(world, expect, "EV-19", events, having(trigger_type=trigger), trigger_type=trigger)
    require_values(events, "trigger_type", *TRIGGERS)


@pytest.mark.rules("EV-21")
def test_ai_status_selects_the_events_in_that_status(world: World, expect: Expect) -> None:
    events = existing_events(world)
    for status in STATUSES:
        expect_filtered(world, expect, "EV-21", events, having(ai_status=status), ai_status=status)
    require_values(events, "ai_status", *STATUSES)


@pytest.mark.rules("EV-20")
@pytest.mark.parametrize("value", ["Motion", "ai-tag", "ai_tags", "manual,motion", "schedule", "0", "*"])
def test_any_other_trigger_type_is_refused(world: World, expect: Expect, value: str) -> None:
    answer = world.viewer.get(EVENTS, trigger_type=value)
    expect("EV-20", answer.status in REFUSAL_STATUSES, f"a refusal of {value}", answer)


@pytest.mark.rules("EV-22")
@pytest.mark.parametrize("value", ["Pending", "complete", "skipped_cost", "pending,failed", "done", "0", "*"])
def test_any_other_ai_status_is_refused(world: World, expect: Expect, value: str) -> None:
    answer = world.viewer.get(EVENTS, ai_status=value)
    expect("EV-22", answer.status in REFUSAL_STATUSES, f"a refusal of {value}", answer)


@pytest.mark.rules("EV-23")
def test_starred_true_selects_starred_events(world: World, expect: Expect) -> None:
    events = existing_events(world)
    expect_filtered(world, expect, "EV-23", events, lambda item: item["starred"] is True, starred="true")
    require_values(events, "starred", True, False)


@pytest.mark.rules("EV-23")
def test_a_star_that_is_set_or_taken_back_changes_the_list(world: World, expect: Expect) -> None:
    event = world.own_event()
    for starred in (True, False, True, False, True):
        world.operator.patch(path_to(event), {"starred": starred})
        shown = read(world, event)
        if shown.get("starred") is not starred:
            raise Unavailable("needs an event whose star can be set")
        found = ids(walk(world.operator, camera_id=shown["camera_id"], starred="true"))
        expect.equal("EV-23", event in found, starred, "of a starred event, whether it is listed,")


@pytest.mark.rules("EV-24")
def test_starred_false_selects_all_events(world: World, expect: Expect) -> None:
    events = existing_events(world)
    choices: tuple[Item, ...] = ({}, {"starred": "false"})
    for chosen in choices:
        expect_filtered(world, expect, "EV-24", events, lambda _: True, **chosen)
    if not world.shared:
        stars = {item["starred"] for item in walk(world.operator, starred="false")}
        expect.equal("EV-24", stars, {True, False}, "the values of starred")


@pytest.mark.rules("EV-29")
@given(
    trigger=st.none() | st.sampled_from(TRIGGERS),
    status=st.none() | st.sampled_from(STATUSES),
    starred=st.sampled_from([None, "true"]),
    camera=st.none() | st.integers(0, 3),
    since=st.none() | EDGES,
    until=st.none() | EDGES,
)
@example(
    trigger="ai_tag", status=None, starred=None, camera=None, since=FIRST_EVENT_AT + 12 * EVENT_INTERVAL, until=None
)
@example(
    trigger=None, status="failed", starred="true", camera=None, since=None, until=FIRST_EVENT_AT + 8 * EVENT_INTERVAL
)
def test_filters_of_events_combine(
    world: World, expect: Expect, trigger: Any, status: Any, starred: Any, camera: Any, since: Any, until: Any
) -> None:
    events = existing_events(world)
    cameras = sorted({item["camera_id"] for item in events})
    chosen = None if camera is None else cameras[camera % len(cameras)]
    fields = {"trigger_type": trigger, "ai_status": status, "camera_id": chosen, "starred": starred and True}
    bounds = {"date_from": since and format_time(since), "date_to": until and format_time(until)}

    def matches(item: Item) -> bool | None:
        fits = all(value is None or item[name] == value for name, value in fields.items())
        return fits and lies_within(item, since, until)

    expect_filtered(world, expect, "EV-29", events, matches, **{**fields, "starred": starred}, **bounds)


@pytest.mark.rules("EV-29")
def test_site_and_camera_combine(world: World, expect: Expect) -> None:
    ensure_events(world)
    for camera in world.cameras():
        has_events = bool(items(world.operator.get(EVENTS, camera_id=camera)))
        for site in sample(world, camera, world.sites):
            found = items(first_page(world.operator, EVENTS, site_id=site, camera_id=camera))
            at_site = world.site_of(camera) == site
            arrived = world.shared and at_site and not has_events
            wanted = bool(found) == (has_events and at_site) or arrived
            expect("EV-29", wanted, "events only where the camera is at the site", f"{len(found)}")
