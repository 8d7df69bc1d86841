"""The filters of the list of events, compared with the fields of the events."""

from collections import Counter
from datetime import timedelta, timezone
from itertools import repeat
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import MAX_LIMIT, Expect
from contract_tests.steps.answers import first_page, wrongly_selected
from contract_tests.steps.events import (
    EVENT_INTERVAL,
    FIRST_EVENT_AT,
    REFUSAL_STATUSES,
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
def test_an_event_a_second_beyond_a_bound_is_excluded(world: World, expect: Expect) -> None:
    before, after = (
        world.record(1, **{"from": at, "to": at})[0] for at in ("2026-04-20T12:00:09Z", "2026-04-20T12:00:11Z")
    )
    late = ids(walk(world.operator, date_from="2026-04-20T12:00:10Z"))
    early = ids(walk(world.operator, date_to="2026-04-20T12:00:10Z"))
    expect.equal("EV-18", late, [after], "the events after 12:00:10")
    expect.equal("EV-18", early, [before], "the events before 12:00:10")


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
        selected = walk(world.operator, repeat(max(1, min(MAX_LIMIT, len(events) // 2))), **chosen)
        missing = wrongly_selected(events, selected, lambda _: True, lambda: all_events(world))
        expect.equal("EV-24", missing, [], f"with {chosen}, the events left out wrongly are")
    if not world.shared:
        stars = {item["starred"] for item in walk(world.operator, starred="false")}
        expect.equal("EV-24", stars, {True, False}, "the values of starred")


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
