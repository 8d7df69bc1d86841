"""The fields of an event, in the list and when read by itself."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import is_uuid, parse_time
from contract_tests.steps.events import (
    DETAIL_FIELDS,
    ITEM_FIELDS,
    STATUSES,
    TRIGGERS,
    Item,
    existing_events,
    path_to,
    visible_events,
)
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

#: How many events of a list are read by themselves.
_MAX_EVENTS = 12
#: Of how many cameras the neighbours of an event are read.
_MAX_CAMERAS = 4
#: Fields that may differ from the list: the example has more tags, URLs may be signed, others may change the rest.
_VARYING_FIELDS = {"tags", "snapshot_url", "acknowledged", "starred"}


def single_events(world: World, wanted: Callable[[Item], bool] = bool) -> list[Item]:
    """Return some of the wanted events of the list, as a viewer reads them by themselves."""
    found = [item for item in visible_events(world) if wanted(item)]
    return [dict(world.viewer.get(path_to(item)).json) for item in found[:_MAX_EVENTS]]


def is_ready(event: Item) -> bool:
    """Whether everything about an event must be there: only its analysis may have to write or make some of it."""
    return event.get("ai_status") == "completed"


def analysed_events(world: World) -> list[Item]:
    """Return events whose analysis is completed, as a viewer reads them by themselves. Raises Unavailable."""
    found = [event for event in single_events(world, is_ready) if is_ready(event)]
    if not found:
        raise Unavailable("there is no event whose analysis is completed")
    return found


def is_https(value: object) -> bool:
    """Whether a value is an absolute https URL."""
    return isinstance(value, str) and urlsplit(value).scheme == "https" and bool(urlsplit(value).netloc)


@pytest.mark.rules("EV-33")
def test_a_list_item_has_its_12_fields(world: World, expect: Expect) -> None:
    for item in visible_events(world):
        expect.equal("EV-33", sorted(ITEM_FIELDS - item.keys()), [], "the missing fields")


@pytest.mark.rules("EV-34")
def test_a_list_item_has_no_field_of_the_single_event_only(world: World, expect: Expect) -> None:
    for item in visible_events(world):
        extra = (DETAIL_FIELDS - ITEM_FIELDS) & item.keys()
        expect("EV-34", not extra, "no field that only the single event has", sorted(extra))


@pytest.mark.rules("EV-35")
def test_a_list_item_has_the_types_of_the_example(world: World, expect: Expect) -> None:
    for item in visible_events(world):
        for name in ("id", "camera_id"):
            expect("EV-35", is_uuid(item.get(name)), f"a UUID as {name}", item.get(name))
        parse_time(item.get("triggered_at"))
        tags = item.get("tags")
        strings = isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
        expect("EV-35", strings, "an array of strings as tags", tags)
        for name in ("camera_deleted", "acknowledged", "starred"):
            expect("EV-35", isinstance(item.get(name), bool), f"a boolean as {name}", item.get(name))
        texts = [item.get("camera_name"), *([item.get("summary")] if is_ready(item) else [])]
        expect("EV-35", all(isinstance(text, str) for text in texts), "strings as camera_name and summary", texts)
        expect("EV-35", item.get("trigger_type") in TRIGGERS, f"one of {TRIGGERS}", item.get("trigger_type"))
        expect("EV-35", item.get("ai_status") in STATUSES, f"one of {STATUSES}", item.get("ai_status"))


@pytest.mark.rules("EV-36")
def test_a_snapshot_url_is_an_absolute_https_url(world: World, expect: Expect) -> None:
    for event in (*visible_events(world), *single_events(world)):
        url = event.get("snapshot_url")
        expect("EV-36", is_https(url) or (url is None and not is_ready(event)), "an https URL", url)


@pytest.mark.rules("EV-37")
def test_an_existing_camera_is_not_marked_deleted(world: World, expect: Expect) -> None:
    (event,) = world.record(camera_id=world.cameras(world.granted[0])[0])
    found = [*visible_events(world), dict(world.viewer.get(path_to(event)).json), *single_events(world)]
    for item in found:
        if item.get("camera_id") in world.cameras():
            expect("EV-37", item.get("camera_deleted") is False, "false", item.get("camera_deleted"))


@pytest.mark.rules("EV-44")
def test_a_single_event_has_narrative_urls_and_neighbours(world: World, expect: Expect) -> None:
    for event in single_events(world):
        if is_ready(event):
            narrative = event.get("narrative")
            expect("EV-44", isinstance(narrative, str), "a narrative", narrative)
            for name in ("clip_url", "snapshot_url"):
                expect("EV-44", is_https(event.get(name)), f"an https URL as {name}", event.get(name))
        for name in ("prev_event_id", "next_event_id"):
            neighbour = event.get(name, "missing")
            expect("EV-44", neighbour is None or is_uuid(neighbour), f"a UUID or null as {name}", neighbour)


@pytest.mark.rules("EV-44")
def test_an_event_is_read_with_the_recorded_values(world: World, expect: Expect) -> None:
    chosen: Item = {
        "summary": "A person waits",
        "narrative": "A person waits, then leaves.",
        "tags": ["person", "tall hat"],
    }
    chosen |= {"trigger_type": "ai_tag", "ai_status": "failed", "starred": True}
    (event,) = world.record(**chosen)
    read = world.operator.get(path_to(event)).json
    for name, value in chosen.items():
        expect.equal("EV-44", read.get(name), value, name)


def record_five(world: World) -> tuple[list[str], list[tuple[object, object]]]:
    """Record five events, an hour apart; return their ids and their neighbours."""
    times = [f"2026-04-20T1{hour}:00:00Z" for hour in range(5)]
    events = [event for time in times for event in world.record(1, **{"from": time, "to": time})]
    read = [world.operator.get(path_to(event)) for event in events]
    return events, [(event["prev_event_id"], event["next_event_id"]) for event in read]


@pytest.mark.rules("EV-44")
def test_previous_and_next_events_link_all_events(world: World, expect: Expect) -> None:
    """Which of the two is the older one is not documented, so both orders pass."""
    events, links = record_five(world)
    if links[2][0] == events[3]:
        links = [(after, before) for before, after in links]
    inner = [(events[index - 1], events[index + 1]) for index in (1, 2, 3)]
    expect.equal("EV-44", links[1:-1], inner, "the neighbours of the other events")
    expect.equal(
        "EV-44", (links[0][1], links[-1][0]), (events[1], events[-2]), "the neighbours of the first and the last event"
    )


def between_others(events: list[Item]) -> list[Item]:
    """Return an event of each camera that has earlier and later ones, the camera with most events first."""
    by_camera = defaultdict(list)
    for item in sorted(events, key=lambda item: parse_time(item.get("triggered_at"))):
        by_camera[item.get("camera_id")].append(item)
    middles = []
    for found in sorted(by_camera.values(), key=len, reverse=True):
        middle = found[len(found) // 2]
        first, at, last = (parse_time(item["triggered_at"]) for item in (found[0], middle, found[-1]))
        middles += [middle] if first < at < last else []
    return middles


@pytest.mark.rules("EV-44")
def test_an_event_between_others_of_its_camera_has_a_neighbour_on_both_sides(world: World, expect: Expect) -> None:
    """Whether the neighbours are of the same camera, and which of them is the older one, is not documented."""
    events = existing_events(world)
    times = {item["id"]: parse_time(item.get("triggered_at")) for item in events}
    for item in between_others(events)[:_MAX_CAMERAS]:
        read = dict(world.operator.get(path_to(item)).json)
        neighbours = {read.get("prev_event_id"), read.get("next_event_id")} - {None, item["id"]}
        expect.equal("EV-44", len(neighbours), 2, "the number of neighbours")
        known = [times[neighbour] for neighbour in neighbours if neighbour in times]
        around = len(known) < 2 or min(known) <= times[item["id"]] <= max(known)
        expect("EV-44", around, f"one event before and one after {item['triggered_at']}", known)


@pytest.mark.rules("EV-50")
def test_the_first_and_the_last_event_lack_a_neighbour(world: World, expect: Expect) -> None:
    _, links = record_five(world)
    missing = [pair.count(None) for pair in links]
    expect.equal("EV-50", missing, [1, 0, 0, 0, 1], "the number of nulls of each event")
    sides = {links[0].index(None), links[-1].index(None)}
    expect.equal("EV-50", sides, {0, 1}, "the missing sides of the first and the last event")


@pytest.mark.own_org
@pytest.mark.rules("EV-50")
def test_the_only_event_has_no_neighbours(world: World, expect: Expect) -> None:
    (event,) = world.record()
    read = world.operator.get(path_to(event))
    for name in ("prev_event_id", "next_event_id"):
        expect("EV-50", read[name] is None, f"null as {name}", read[name])


@pytest.mark.rules("EV-45")
def test_a_single_event_has_its_24_fields(world: World, expect: Expect) -> None:
    for item in visible_events(world)[:_MAX_EVENTS]:
        read = world.viewer.get(path_to(item)).json
        expect.equal("EV-45", sorted(DETAIL_FIELDS - read.keys()), [], "the missing fields")
        if read["ai_status"] == item.get("ai_status"):
            for name in ITEM_FIELDS - _VARYING_FIELDS:
                expect.equal("EV-45", read[name], item.get(name), f"{name} as in the list")


@pytest.mark.rules("EV-46")
def test_duration_sec_is_the_length_of_the_clip(world: World, expect: Expect) -> None:
    for event in analysed_events(world):
        start, end = parse_time(event.get("clip_start_at")), parse_time(event.get("clip_end_at"))
        duration = event.get("duration_sec")
        matches = isinstance(duration, int) and abs(timedelta(seconds=duration) - (end - start)) < timedelta(seconds=1)
        expect("EV-46", matches, f"the whole seconds from {start} to {end}", duration)


@pytest.mark.rules("EV-47")
def test_triggered_at_lies_within_the_clip(world: World, expect: Expect) -> None:
    for event in analysed_events(world):
        start, end, at = (parse_time(event.get(name)) for name in ("clip_start_at", "clip_end_at", "triggered_at"))
        expect("EV-47", start <= at <= end, f"a time from {start} to {end}", at)


@pytest.mark.rules("EV-48")
def test_an_event_that_is_not_acknowledged_has_no_user_and_time_of_it(world: World, expect: Expect) -> None:
    for event in single_events(world):
        found = event.get("acknowledged_by", "missing"), event.get("acknowledged_at", "missing")
        if event.get("acknowledged") is False:
            expect.equal("EV-48", found, (None, None), "acknowledged_by and acknowledged_at")


@pytest.mark.rules("EV-48", "EV-49")
def test_a_new_event_is_neither_acknowledged_nor_annotated(world: World, expect: Expect) -> None:
    event: Item = world.viewer.get(path_to(world.new_event())).json
    expect("EV-48", event.get("acknowledged") is False, "false as acknowledged", event.get("acknowledged"))
    for name in ("acknowledged_by", "acknowledged_at"):
        expect("EV-48", event.get(name, "missing") is None, f"null as {name}", event.get(name, "missing"))
    expect("EV-49", event.get("notes", "missing") is None, "null as notes", event.get("notes", "missing"))


@pytest.mark.rules("EV-49")
def test_changing_other_fields_leaves_notes_null(world: World, expect: Expect) -> None:
    event = world.new_event()
    for change in ({"starred": True}, {"acknowledged": True}, {"acknowledged": False}):
        answer = world.operator.patch(path_to(event), change)
        expect("EV-49", answer["notes"] is None, f"null after {change}", answer["notes"])


@pytest.mark.rules("EV-51")
def test_a_clip_has_a_codec_and_a_source(world: World, expect: Expect) -> None:
    for event in analysed_events(world):
        for name in ("clip_codec", "recording_source"):
            value = event.get(name)
            expect("EV-51", isinstance(value, str) and value.strip(), f"a name as {name}", repr(value))


@pytest.mark.rules("EV-36", "EV-44")
def test_an_update_keeps_urls_and_narrative(world: World, expect: Expect) -> None:
    event = path_to(world.own_event())
    read = world.operator.get(event).json
    if world.shared and not is_ready(read):
        raise Unavailable("needs an event whose analysis is completed")
    changed = world.operator.patch(event, {"starred": True}).json
    expect("EV-36", is_https(changed.get("snapshot_url")), "an https URL", changed.get("snapshot_url"))
    expect.equal("EV-44", changed.get("narrative"), read.get("narrative"), "the narrative")
