"""What an event looks like, in the list and on its own."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import parse_time
from contract_tests.steps.events import DETAIL_FIELDS, ITEM_FIELDS, STATUSES, TRIGGERS, Item, path_to, visible_events
from contract_tests.world import EVENTS, World

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
#: How many events of a list are read one by one.
_MOST = 12


def details(world: World) -> list[Item]:
    """Return single events as the viewer reads them."""
    return [dict(world.viewer.get(path_to(item)).json) for item in visible_events(world)[:_MOST]]


def fresh_detail(world: World) -> Item:
    """Record one event at a granted site and return it in full."""
    (event,) = world.record(camera_id=world.cameras(world.granted[0])[0])
    return dict(world.viewer.get(path_to(event)).json)


def is_uuid(value: object) -> bool:
    """Whether a value is a UUID in its usual form."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def is_https(value: object) -> bool:
    """Whether a value is an absolute https URL."""
    return isinstance(value, str) and urlsplit(value).scheme == "https" and bool(urlsplit(value).netloc)


@pytest.mark.rules("EV-33")
def test_a_list_item_has_its_12_fields(world: World, expect: Expect) -> None:
    for item in visible_events(world):
        expect.equal("EV-33", sorted(item), sorted(ITEM_FIELDS), "the fields")


@pytest.mark.rules("EV-34")
def test_a_list_item_leaves_out_what_only_the_single_event_shows(world: World, expect: Expect) -> None:
    for item in visible_events(world):
        extra = (DETAIL_FIELDS - ITEM_FIELDS) & item.keys()
        expect("EV-34", not extra, "nothing that only the single event shows", sorted(extra))


@pytest.mark.rules("EV-35")
def test_a_list_item_has_the_types_of_the_example(world: World, expect: Expect) -> None:
    for item in visible_events(world):
        for name in ("id", "camera_id"):
            expect("EV-35", is_uuid(item.get(name)), f"a UUID as {name}", item.get(name))
        at = item.get("triggered_at")
        expect("EV-35", isinstance(at, str) and _TIME.fullmatch(at), "an RFC 3339 time ending in Z", at)
        parse_time(at)
        tags = item.get("tags")
        strings = isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
        expect("EV-35", strings, "an array of strings as tags", tags)
        for name in ("camera_deleted", "acknowledged", "starred"):
            expect("EV-35", isinstance(item.get(name), bool), f"a boolean as {name}", item.get(name))
        for name in ("camera_name", "summary"):
            expect("EV-35", isinstance(item.get(name), str), f"a string as {name}", item.get(name))
        expect("EV-35", item.get("trigger_type") in TRIGGERS, f"one of {TRIGGERS}", item.get("trigger_type"))
        expect("EV-35", item.get("ai_status") in STATUSES, f"one of {STATUSES}", item.get("ai_status"))


@pytest.mark.rules("EV-36")
def test_a_snapshot_url_is_an_absolute_https_url(world: World, expect: Expect) -> None:
    for item in visible_events(world):
        expect("EV-36", is_https(item.get("snapshot_url")), "an https URL", item.get("snapshot_url"))
    for event in details(world):
        expect("EV-36", is_https(event.get("snapshot_url")), "an https URL", event.get("snapshot_url"))


@pytest.mark.rules("EV-37")
def test_an_existing_camera_is_not_marked_deleted(world: World, expect: Expect) -> None:
    (event,) = world.record(camera_id=world.cameras(world.granted[0])[0])
    found = [*visible_events(world), dict(world.viewer.get(path_to(event)).json), *details(world)]
    for item in found:
        if item.get("camera_id") in world.cameras():
            expect("EV-37", item.get("camera_deleted") is False, "false", item.get("camera_deleted"))


@pytest.mark.rules("EV-44")
def test_a_single_event_comes_in_full(world: World, expect: Expect) -> None:
    for event in details(world):
        narrative = event.get("narrative")
        expect("EV-44", isinstance(narrative, str), "a narrative", narrative)
        for name in ("clip_url", "snapshot_url"):
            expect("EV-44", is_https(event.get(name)), f"an https URL as {name}", event.get(name))
        for name in ("prev_event_id", "next_event_id"):
            neighbour = event.get(name, "missing")
            expect("EV-44", neighbour is None or is_uuid(neighbour), f"a UUID or null as {name}", neighbour)


@pytest.mark.rules("EV-44")
def test_what_was_recorded_of_an_event_is_what_is_read(world: World, expect: Expect) -> None:
    chosen: Item = {
        "summary": "Somebody waits",
        "narrative": "Somebody waits, then leaves.",
        "tags": ["person", "tall hat"],
    }
    chosen |= {"trigger_type": "ai_tag", "ai_status": "failed", "starred": True}
    (event,) = world.record(**chosen)
    read = world.operator.get(path_to(event)).json
    for name, value in chosen.items():
        expect.equal("EV-44", read.get(name), value, name)


def feed_of_five(world: World) -> tuple[list[str], list[tuple[object, object]]]:
    """Record five events, an hour apart; return their ids and their neighbours."""
    at = [f"2026-04-20T1{hour}:00:00Z" for hour in range(5)]
    events = [event for moment in at for event in world.record(1, **{"from": moment, "to": moment})]
    read = [world.operator.get(path_to(event)) for event in events]
    return events, [(event["prev_event_id"], event["next_event_id"]) for event in read]


@pytest.mark.rules("EV-44")
def test_the_neighbours_of_an_event_link_the_feed(world: World, expect: Expect) -> None:
    """Which of the two is the older one is not documented, so both ways of reading pass."""
    events, links = feed_of_five(world)
    if links[2][0] == events[3]:
        links = [(after, before) for before, after in links]
    inner = [(events[index - 1], events[index + 1]) for index in (1, 2, 3)]
    expect.equal("EV-44", links[1:-1], inner, "the neighbours of the others")
    expect.equal("EV-44", (links[0][1], links[-1][0]), (events[1], events[-2]), "the neighbours of first and last")


@pytest.mark.rules("EV-50")
def test_the_first_and_the_last_event_lack_a_neighbour(world: World, expect: Expect) -> None:
    _, links = feed_of_five(world)
    missing = [pair.count(None) for pair in links]
    expect.equal("EV-50", missing, [1, 0, 0, 0, 1], "the number of nulls of each event")
    sides = {links[0].index(None), links[-1].index(None)}
    expect.equal("EV-50", sides, {0, 1}, "the sides that first and last have none on")


@pytest.mark.own_org
@pytest.mark.rules("EV-50")
def test_the_only_event_has_no_neighbours(world: World, expect: Expect) -> None:
    (event,) = world.record()
    read = world.operator.get(path_to(event))
    for name in ("prev_event_id", "next_event_id"):
        expect("EV-50", read[name] is None, f"null as {name}", read[name])


@pytest.mark.rules("EV-45")
def test_a_single_event_has_its_24_fields(world: World, expect: Expect) -> None:
    for item in visible_events(world)[:_MOST]:
        read = world.viewer.get(path_to(item)).json
        expect.equal("EV-45", sorted(read), sorted(DETAIL_FIELDS), "the fields")
        for name in ITEM_FIELDS - {"tags", "snapshot_url"}:  # the example has more tags here, and URLs may be signed
            expect.equal("EV-45", read[name], item.get(name), f"as in the list, {name}")


@pytest.mark.rules("EV-46")
def test_the_duration_is_that_of_the_clip(world: World, expect: Expect) -> None:
    for event in details(world):
        start, end = parse_time(event.get("clip_start_at")), parse_time(event.get("clip_end_at"))
        duration = event.get("duration_sec")
        whole = isinstance(duration, int) and abs(timedelta(seconds=duration) - (end - start)) < timedelta(seconds=1)
        expect("EV-46", whole, f"the whole seconds from {start} to {end}", duration)


@pytest.mark.rules("EV-47")
def test_an_event_lies_within_its_clip(world: World, expect: Expect) -> None:
    for event in details(world):
        start, end, at = (parse_time(event.get(name)) for name in ("clip_start_at", "clip_end_at", "triggered_at"))
        expect("EV-47", start <= at <= end, f"a time from {start} to {end}", at)


@pytest.mark.rules("EV-48", "EV-49")
def test_nobody_has_acknowledged_or_annotated_a_fresh_event(world: World, expect: Expect) -> None:
    event = fresh_detail(world)
    expect("EV-48", event.get("acknowledged") is False, "false as acknowledged", event.get("acknowledged"))
    for name in ("acknowledged_by", "acknowledged_at"):
        expect("EV-48", event.get(name, "missing") is None, f"null as {name}", event.get(name, "missing"))
    expect("EV-49", event.get("notes", "missing") is None, "null as notes", event.get("notes", "missing"))


@pytest.mark.rules("EV-49")
def test_what_else_is_changed_leaves_the_notes_null(world: World, expect: Expect) -> None:
    (event,) = world.record()
    for change in ({"starred": True}, {"acknowledged": True}, {"acknowledged": False}):
        answer = world.operator.patch(path_to(event), change)
        expect("EV-49", answer["notes"] is None, f"null after {change}", answer["notes"])


@pytest.mark.rules("EV-51")
def test_a_clip_names_its_codec_and_its_source(world: World, expect: Expect) -> None:
    for event in details(world):
        for name in ("clip_codec", "recording_source"):
            value = event.get(name)
            expect("EV-51", isinstance(value, str) and value.strip(), f"a name as {name}", repr(value))


@pytest.mark.rules("EV-36", "EV-44")
def test_an_updated_event_keeps_its_links(world: World, expect: Expect) -> None:
    (event,) = world.record()
    read = world.operator.get(path_to(event)).json
    changed = world.operator.patch(f"{EVENTS}/{event}", {"starred": True}).json
    expect("EV-36", is_https(changed.get("snapshot_url")), "an https URL", changed.get("snapshot_url"))
    expect.equal("EV-44", changed.get("narrative"), read.get("narrative"), "the narrative")
