"""Events: rules EV-… of the API."""

import csv
import io

import pytest

from tests.harness import JSON, World
from tests.mockserver.http.steps import UNKNOWN, at, done, instant, later, ok, refused

EVENTS = "/api/v1/events"
ITEM = {
    "id", "camera_id", "camera_name", "camera_deleted", "trigger_type", "triggered_at", "summary", "tags",
    "ai_status", "acknowledged", "starred", "snapshot_url",
}  # fmt: skip
DETAIL = ITEM | {
    "clip_start_at", "clip_end_at", "duration_sec", "narrative", "acknowledged_by", "acknowledged_at", "notes",
    "clip_codec", "clip_url", "recording_source", "prev_event_id", "next_event_id",
}  # fmt: skip
NOON = "2026-03-10T12:00:00Z"


def rows(world: World, **params: str) -> list[list[str]]:
    response = world.operator.get(f"{EVENTS}/export", params=params)
    assert response.status_code == 200, response.text
    return list(csv.reader(io.StringIO(response.text, newline="")))


def test_list_item_and_detail_have_exactly_the_documented_fields(world: World) -> None:
    event_id = at(world, NOON)
    item = ok(world.operator.get(EVENTS))["data"][0]
    detail = ok(world.operator.get(f"{EVENTS}/{event_id}"))
    assert item.keys() == ITEM
    assert detail.keys() == DETAIL
    assert {name: detail[name] for name in ITEM} == item


def test_new_event_is_unchanged_and_inside_its_clip(world: World) -> None:
    event = ok(world.operator.get(f"{EVENTS}/{at(world, NOON)}"))
    untouched = ("acknowledged_by", "acknowledged_at", "notes", "prev_event_id", "next_event_id")
    assert [event[name] for name in untouched] == [None] * 5
    assert event["acknowledged"] is False
    start, end = instant(event["clip_start_at"]), instant(event["clip_end_at"])
    assert start <= instant(event["triggered_at"]) <= end
    assert event["duration_sec"] == (end - start).total_seconds()
    assert event["snapshot_url"].startswith("https://")


def test_each_filter_alone_keeps_what_it_names(world: World) -> None:
    north, south = world.cameras[0], next(c for c in world.cameras if c["site_id"] != world.cameras[0]["site_id"])
    plain: JSON = {"camera_id": north["id"], "trigger_type": "motion", "ai_status": "completed", "starred": False}
    first = at(world, NOON, **plain)
    elsewhere = at(world, NOON, **plain | {"camera_id": south["id"]})
    manual = at(world, NOON, **plain | {"trigger_type": "manual"})
    failed = at(world, NOON, **plain | {"ai_status": "failed"})
    starred = at(world, NOON, **plain | {"starred": True})
    client = world.operator

    def found(**params: str) -> set[str]:
        return {event["id"] for event in ok(client.get(EVENTS, params=params))["data"]}

    everything = {first, elsewhere, manual, failed, starred}
    assert found() == everything
    assert found(camera_id=south["id"]) == {elsewhere}
    assert found(site_id=south["site_id"]) == {elsewhere}
    assert found(site_id=north["site_id"]) == everything - {elsewhere}
    assert found(trigger_type="manual") == {manual}
    assert found(trigger_type="ai_tag") == set()
    assert found(ai_status="failed") == {failed}
    assert found(starred="true") == {starred}
    assert found(starred="false") == everything
    assert found(camera_id=north["id"], trigger_type="motion", ai_status="completed", starred="true") == {starred}
    assert found(camera_id=north["id"], site_id=south["site_id"]) == set()
    assert found(camera_id=UNKNOWN) == set()
    assert found(site_id=UNKNOWN) == set()
    assert found(colour="red") == everything


@pytest.mark.parametrize(
    ("params", "matches"),
    [
        ({"date_from": NOON}, True),
        ({"date_from": "2026-03-10T12:00:01Z"}, False),
        ({"date_to": NOON}, True),
        ({"date_to": "2026-03-10T11:59:59Z"}, False),
        ({"date_from": NOON, "date_to": NOON}, True),
        ({"date_from": "2026-03-10T14:00:00+02:00", "date_to": "2026-03-10T07:00:00-05:00"}, True),
        ({"date_from": "2026-03-10"}, True),
        ({"date_from": "2026-03-11"}, False),
        ({"date_to": "2026-03-10"}, True),
        ({"date_to": "2026-03-09"}, False),
        ({"date_from": "2026-03-11", "date_to": "2026-03-09"}, False),
        ({"date_from": "0001-01-01", "date_to": "9999-12-31"}, True),
        ({"date_to": "9999-12-31T23:59:59-12:00"}, True),
    ],
)
def test_date_bounds_are_inclusive_and_plain_dates_are_whole_days(
    world: World, params: dict[str, str], matches: bool
) -> None:
    at(world, NOON)
    assert ok(world.operator.get(EVENTS, params=params))["total"] == matches


def test_plain_dates_include_their_first_and_last_second_in_utc(world: World) -> None:
    inside = {at(world, "2026-03-10T00:00:00Z"), at(world, "2026-03-10T23:59:59Z")}
    at(world, "2026-03-09T23:59:59Z")
    at(world, "2026-03-11T00:00:00Z")
    found = ok(world.operator.get(EVENTS, params={"date_from": "2026-03-10", "date_to": "2026-03-10"}))
    assert {event["id"] for event in found["data"]} == inside


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("camera_id", ["x", "", "550e8400e29b41d4a716446655440000"]),
        ("site_id", ["x", ""]),
        ("trigger_type", ["person", "", "MOTION"]),
        ("ai_status", ["skipped_cost", ""]),
        ("starred", ["yes", "1", "", "TRUE"]),
        ("date_from", ["yesterday", "2026-02-30", "2026-03-10T12:00:00", "2026-3-1", ""]),
        ("date_to", ["2026-13-01", "20260310", "2026-03-10T25:00:00Z"]),
        ("limit", ["0", "101", "-1", "ten", "", "1.5", "1e1", "9" * 30]),
        ("cursor", ["", "garbage"]),
    ],
)
@pytest.mark.parametrize("path", [EVENTS, f"{EVENTS}/export"])
def test_malformed_filter_is_refused_by_name(world: World, path: str, name: str, values: list[str]) -> None:
    for value in values:
        if path.endswith("export") and (name, value) == ("cursor", "garbage"):
            continue  # an export ignores cursors
        refused(world.operator.get(path, params={name: value}), 400, name)


def test_list_detail_and_export_agree(world: World) -> None:
    world.record(count=60, **{"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"})
    listed = ok(world.operator.get(EVENTS, params={"limit": 100}))["data"]
    header, *exported = rows(world)
    assert [row[0] for row in exported] == [event["id"] for event in listed]
    for event, row in zip(listed, exported, strict=True):
        detail = ok(world.operator.get(f"{EVENTS}/{event['id']}"))
        assert {name: detail[name] for name in ITEM} == event
        shown = {**detail, "tags": ",".join(detail["tags"]), "duration_sec": str(detail["duration_sec"])}
        shown |= {name: str(detail[name]).lower() for name in ("acknowledged", "starred")}
        assert dict(zip(header, row, strict=True)) == {name: shown[name] for name in header}


def test_page_read_before_shows_the_new_name_of_its_camera(world: World) -> None:
    camera = world.cameras[0]
    at(world, NOON, camera_id=camera["id"])
    path = f"/api/v1/cameras/{camera['id']}"
    for name in ("North gate", "South gate"):
        ok(world.admin.patch(path, json={"name": name}))
        assert [ok(world.operator.get(EVENTS))["data"][0]["camera_name"] for _ in range(2)] == [name] * 2
    ok(world.operator.patch(f"{EVENTS}/{ok(world.operator.get(EVENTS))['data'][0]['id']}", json={"starred": True}))
    assert ok(world.operator.get(EVENTS))["data"][0]["starred"] is True
    done(world.admin.delete(path))
    assert ok(world.operator.get(EVENTS))["data"][0]["camera_deleted"] is True


def test_prev_is_older_and_next_is_newer(world: World) -> None:
    event_ids = [at(world, later(NOON, minutes=minute)) for minute in range(4)]
    chain = [ok(world.operator.get(f"{EVENTS}/{event_id}")) for event_id in event_ids]
    assert [event["prev_event_id"] for event in chain] == [None, *event_ids[:-1]]
    assert [event["next_event_id"] for event in chain] == [*event_ids[1:], None]


def test_neighbours_of_a_viewer_are_at_the_granted_sites(world: World) -> None:
    granted = world.described["actors"]["viewer"]["site_ids"][0]
    seen = next(camera["id"] for camera in world.cameras if camera["site_id"] == granted)
    hidden = next(camera["id"] for camera in world.cameras if camera["site_id"] != granted)
    older, between, newer = (
        at(world, later(NOON, hours=hour), camera_id=camera) for hour, camera in enumerate((seen, hidden, seen))
    )
    assert ok(world.viewer.get(f"{EVENTS}/{newer}"))["prev_event_id"] == older
    assert ok(world.operator.get(f"{EVENTS}/{newer}"))["prev_event_id"] == between


def test_acknowledgement_records_user_and_time_and_its_removal_clears_them(world: World) -> None:
    path = f"{EVENTS}/{at(world, NOON)}"
    before = ok(world.operator.get(path))
    set_ = ok(world.operator.patch(path, json={"acknowledged": True, "notes": "seen"}))
    assert set_ == ok(world.owner.get(path))
    assert set_["acknowledged_by"] == world.described["actors"]["operator"]["user_id"]
    assert instant(set_["acknowledged_at"]) > instant(NOON)
    changed = {"acknowledged", "acknowledged_by", "acknowledged_at", "notes"}
    assert {name for name in DETAIL if set_[name] != before[name]} == changed
    cleared = ok(world.admin.patch(path, json={"acknowledged": False}))
    assert cleared == before | {"notes": "seen"}
    assert ok(world.operator.get(path)) == cleared


def test_each_field_can_be_changed_by_itself(world: World) -> None:
    path = f"{EVENTS}/{at(world, NOON, starred=False)}"
    for change in ({"starred": True}, {"notes": ""}, {"notes": "n" * 2000}, {"starred": False}, {"acknowledged": True}):
        before = ok(world.operator.get(path))
        after = ok(world.operator.patch(path, json=change))
        touched = {"acknowledged", "acknowledged_by", "acknowledged_at"} if "acknowledged" in change else set(change)
        assert {name for name in DETAIL if before[name] != after[name]} == touched


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ([], "body"),
        ({"notes": "n" * 2001}, "notes"),
        ({"notes": None}, "notes"),
        ({"starred": "true"}, "starred"),
        ({"acknowledged": 1}, "acknowledged"),
        ({"colour": "red"}, "colour"),
        ({"starred": True, "acknowledged_by": UNKNOWN}, "acknowledged_by"),
        ({"acknowledged_at": NOON}, "acknowledged_at"),
    ],
)
def test_bad_change_is_refused_and_changes_nothing(world: World, body: object, field: str) -> None:
    path = f"{EVENTS}/{at(world, NOON)}"
    before = ok(world.operator.get(path))
    refused(world.operator.patch(path, json=body), 400, field)
    assert ok(world.operator.get(path)) == before


def test_deleted_event_is_gone_from_the_api_but_its_record_is_kept(world: World) -> None:
    older, event_id, newer = (at(world, later(NOON, hours=hour)) for hour in range(3))
    done(world.admin.delete(f"{EVENTS}/{event_id}"))
    refused(world.operator.get(f"{EVENTS}/{event_id}"), 404)
    refused(world.operator.patch(f"{EVENTS}/{event_id}", json={"starred": True}), 404)
    refused(world.admin.delete(f"{EVENTS}/{event_id}"), 404)
    listed = ok(world.operator.get(EVENTS))
    assert [event["id"] for event in listed["data"]] == [newer, older]
    assert listed["total"] == 2
    assert [row[0] for row in rows(world)[1:]] == [newer, older]
    assert ok(world.operator.get(f"{EVENTS}/{newer}"))["prev_event_id"] == older
    kept = world.running.control("GET", "/snapshot")["data"]["events"]
    assert next(event for event in kept if event["id"] == event_id)["deleted_at"]


def test_export_quotes_special_characters(world: World) -> None:
    summary = 'a "quoted", comma\nnew line\r\nand ; é 漢'
    tags = ["one", 'tw"o', "th,ree", "fo\nur"]
    at(world, NOON, summary=summary, tags=tags)
    at(world, later(NOON, hours=-1), summary="carriage\rreturn", tags=[])
    _, first, second = rows(world)
    assert (first[6], first[7]) == (summary, ",".join(tags))
    assert (second[6], second[7]) == ("carriage\rreturn", "")


def test_export_is_an_attachment_and_only_a_header_when_nothing_matches(world: World) -> None:
    response = world.operator.get(f"{EVENTS}/export")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith("attachment")
    columns = (
        "id,camera_id,camera_name,trigger_type,triggered_at,duration_sec,summary,tags,ai_status,acknowledged,starred"
    )
    assert response.text == f"{columns}\r\n"


def test_export_of_exactly_the_cap_succeeds_and_one_more_is_too_large(world: World) -> None:
    world.settings(event_export_max_rows=5)
    world.record(count=5, starred=True)
    assert len(rows(world)) == 6
    at(world, NOON, starred=False)
    assert "5" in refused(world.operator.get(f"{EVENTS}/export"), 413)["message"]
    assert len(rows(world, starred="true")) == 6


def test_export_covers_every_match_whatever_cursor_and_limit_say(world: World) -> None:
    world.record(count=30)
    cursor = ok(world.operator.get(EVENTS, params={"limit": 3}))["next_cursor"]
    assert len(rows(world, limit="1", cursor=cursor)) == 31
    assert len(rows(world, cursor="anything")) == 31


def test_large_export_is_complete(world: World) -> None:
    world.record(count=3000)
    exported = rows(world)[1:]
    assert len({row[0] for row in exported}) == 3000
    times = [row[4] for row in exported]
    assert times == sorted(times, reverse=True)


def test_export_is_never_an_id(world: World) -> None:
    assert world.operator.get(f"{EVENTS}/export").headers["content-type"].startswith("text/csv")
    for method in ("PATCH", "DELETE"):
        response = world.admin.request(method, f"{EVENTS}/export", json={"starred": True})
        assert response.headers["allow"] == "GET, HEAD"
        refused(response, 405)


@pytest.mark.parametrize("path", ["acknowledge", "dismiss"])
def test_there_is_no_route_to_acknowledge_or_dismiss(world: World, path: str) -> None:
    refused(world.owner.post(f"{EVENTS}/{at(world, NOON)}/{path}"), 404)
