"""Decisions about events: the export, a viewer's list, previous and next event, repeated acknowledgements."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.actors import Actor, Answer
from contract_tests.expectations import Expect
from contract_tests.steps.answers import all_rows, format_time, rows, walk
from contract_tests.steps.events import EXPORT
from contract_tests.steps.sites import ungranted_site
from contract_tests.world import EVENTS, World

_SPAN = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-20T00:00:00Z"}


def _exported(answer: Answer) -> list[str]:
    """Return the ids of an export."""
    return [row["id"] for row in csv.DictReader(io.StringIO(answer.text))] if answer.status == 200 else []


@pytest.mark.rules("AS-15")
def test_the_export_ignores_a_cursor(world: World, expect: Expect) -> None:
    made = world.record(7, **_SPAN)
    cursor = world.operator.get(EVENTS, limit=3)["next_cursor"]
    foreign = world.outside
    foreign.record(3)
    for value in (cursor, "x", "no cursor at all", foreign.operator.get(EVENTS, limit=1)["next_cursor"]):
        answer = world.operator.get(EXPORT, cursor=value)
        expect("AS-15", answer.status == 200, "200", answer)
        expect("AS-15", sorted(_exported(answer)) == sorted(made), "every event", answer)


@pytest.mark.rules("AS-16")
@given(limit=st.integers(1, 100))
@example(limit=1)
@example(limit=100)
def test_a_limit_does_not_shorten_the_export(world: World, expect: Expect, limit: int) -> None:
    if not rows(world.operator.get(EVENTS, limit=1)):
        world.record(105, **_SPAN)
    answer = world.operator.get(EXPORT, limit=limit)
    expect("AS-16", len(_exported(answer)) == 105, "all 105 events", f"{answer.status}, {len(_exported(answer))}")


@pytest.mark.rules("AS-17")
def test_an_export_has_every_matching_event(world: World, expect: Expect) -> None:
    made = world.record(230, **_SPAN)
    answer = world.operator.get(EXPORT)
    expect("AS-17", sorted(_exported(answer)) == sorted(made), "all 230 events once", len(_exported(answer)))
    for filters in ({"trigger_type": "motion"}, {"site_id": world.sites[0]}, {"date_from": "2026-03-10"}):
        listed = [row["id"] for row in all_rows(world.operator, EVENTS, limit=100, **filters)]
        found = _exported(world.operator.get(EXPORT, **filters))
        expect(
            "AS-17", sorted(found) == sorted(listed), f"the {len(listed)} events of the list with {filters}", len(found)
        )


@pytest.mark.rules("AS-18")
@pytest.mark.parametrize("cap", [0, 1, 3])
def test_an_export_above_the_cap_is_refused(world: World, expect: Expect, cap: int) -> None:
    world.settings(event_export_max_rows=cap)
    for count in range(1, 6):
        world.record()
        answer = world.operator.get(EXPORT)
        if count > cap:
            expect("AS-18", answer.is_(413, "payload_too_large"), f"413 for {count} of at most {cap}", answer)
        else:
            expect("AS-18", answer.status == 200 and len(_exported(answer)) == count, f"{count} events", answer)


@pytest.mark.rules("AS-19")
def test_a_viewers_list_omits_events_of_other_sites(world: World, expect: Expect) -> None:
    made = {camera: world.record(2, camera_id=camera) for camera in world.cameras()}
    granted = [event for site in world.granted for camera in world.cameras(site) for event in made[camera]]
    answer = world.viewer.get(EVENTS)
    listed = [row["id"] for row in rows(answer)]
    expect("AS-19", sorted(listed) == sorted(granted), "the events of granted sites", answer)
    expect("AS-19", answer["total"] == len(granted), f"total {len(granted)}", answer["total"])
    walked = [row["id"] for row in all_rows(world.viewer, EVENTS, limit=1)]
    expect("AS-19", walked == listed, "the same events page by page", walked)
    everything = len(rows(world.operator.get(EVENTS)))
    expect("AS-19", everything == 2 * len(made), "all events for an operator", everything)


@pytest.mark.rules("AS-20")
def test_a_viewer_may_not_filter_by_a_site_that_is_not_granted(world: World, expect: Expect) -> None:
    site = ungranted_site(world)
    world.record(camera_id=world.cameras(site)[0])
    for more in ({}, {"starred": "true"}, {"limit": 1}, {"camera_id": world.cameras(world.granted[0])[0]}):
        answer = world.viewer.get(EVENTS, site_id=site, **more)
        expect("AS-20", answer.is_(403, "forbidden"), "403 forbidden", answer)
        expect("AS-20", world.operator.get(EVENTS, site_id=site, **more).status == 200, "200 for an operator", "")
    for granted in world.granted:
        answer = world.viewer.get(EVENTS, site_id=granted)
        expect("AS-20", answer.status == 200, "200 for a granted site", answer)


@pytest.mark.rules("AS-21")
def test_a_viewer_may_not_filter_by_a_camera_of_another_site(world: World, expect: Expect) -> None:
    for camera in world.cameras(ungranted_site(world)):
        for more in ({}, {"limit": 1}, {"site_id": world.granted[0]}):
            answer = world.viewer.get(EVENTS, camera_id=camera, **more)
            expect("AS-21", answer.is_(403, "forbidden"), "403 forbidden", answer)
    for camera in world.cameras(world.granted[0]):
        answer = world.viewer.get(EVENTS, camera_id=camera)
        expect("AS-21", answer.status == 200, "200 for a camera at a granted site", answer)


def _at(instant: str) -> dict[str, Any]:
    return {"from": instant, "to": instant}


def _neighbours(actor: Actor) -> list[tuple[Any, Any, Any]]:
    """Return id, prev_event_id and next_event_id of every event the actor lists, newest first."""
    found = []
    for page in walk(actor, EVENTS, limit=100):
        for row in page:
            one = actor.get(f"{EVENTS}/{row['id']}")
            found.append((row["id"], one["prev_event_id"], one["next_event_id"]))
    return found


@pytest.mark.rules("AS-71")
@pytest.mark.parametrize("count", [1, 2, 9])
def test_the_previous_event_is_the_next_older_one(world: World, expect: Expect, count: int) -> None:
    world.record(count, **_SPAN)
    world.record(3, **{"from": _SPAN["to"], "to": _SPAN["to"]})
    listed = _neighbours(world.operator)
    for (event, previous, _), older in zip(listed, [*(row[0] for row in listed[1:]), None], strict=True):
        expect("AS-71", previous == older, f"{older} before {event}", previous)


@pytest.mark.rules("AS-72")
@pytest.mark.parametrize("count", [1, 2, 9])
def test_the_next_event_is_the_next_newer_one(world: World, expect: Expect, count: int) -> None:
    world.record(count, **_SPAN)
    world.record(3, **{"from": _SPAN["to"], "to": _SPAN["to"]})
    listed = _neighbours(world.operator)
    for (event, _, following), newer in zip(listed, [None, *(row[0] for row in listed)][:-1], strict=True):
        expect("AS-72", following == newer, f"{newer} after {event}", following)


@pytest.mark.rules("AS-73")
def test_previous_and_next_event_are_among_those_the_caller_may_see(world: World, expect: Expect) -> None:
    granted, other = world.cameras(world.granted[0])[0], world.cameras(ungranted_site(world))[0]
    times = [f"2026-03-01T00:00:0{second}Z" for second in range(6)]
    made = [
        world.record(camera_id=camera, **_at(at))[0]
        for at, camera in zip(times, (other, granted, other, other, granted, other), strict=True)
    ]
    world.record(2)
    dismissed = world.record(camera_id=granted, **_at(times[2]))[0]
    world.admin.delete(f"{EVENTS}/{dismissed}")
    older, newer = made[1], made[4]
    visible = [row[0] for row in _neighbours(world.viewer)]
    first = world.viewer.get(f"{EVENTS}/{older}")
    expect("AS-73", first["prev_event_id"] is None, "no previous event", first["prev_event_id"])
    expect("AS-73", first["next_event_id"] == newer, f"{newer} after it", first["next_event_id"])
    second = world.viewer.get(f"{EVENTS}/{newer}")
    expect("AS-73", second["prev_event_id"] == older, f"{older} before it", second["prev_event_id"])
    expect(
        "AS-73",
        second["next_event_id"] in {None, *visible},
        "an event that the viewer may see",
        second["next_event_id"],
    )
    full = world.operator.get(f"{EVENTS}/{older}")
    neighbours = (full["prev_event_id"], full["next_event_id"])
    expect("AS-73", neighbours == (made[0], made[2]), f"{made[0]} and {made[2]} for an operator", neighbours)


@pytest.mark.rules("AS-96")
def test_a_repeated_acknowledgement_records_its_own_caller_and_time(world: World, expect: Expect) -> None:
    path = f"{EVENTS}/{world.record()[0]}"
    with world.frozen_clock():
        for role in ("operator", "admin", "admin", "operator", "owner"):
            world.advance(90)
            world.actor(role).patch(path, {"acknowledged": True})
            read, now = world.operator.get(path), format_time(datetime.fromisoformat(world.now()))
            recorded = read["acknowledged_by"], read["acknowledged_at"]
            expect.equal(
                "AS-96", recorded, (world.user_ids[role], now), f"acknowledged_by and acknowledged_at after the {role}"
            )
