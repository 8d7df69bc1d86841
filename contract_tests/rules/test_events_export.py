"""The export of events as CSV."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.events import (
    COLUMNS,
    EXPORT,
    TRIGGERS,
    ensure_events,
    existing_events,
    export,
    export_answer,
    exported_rows,
    exported_table,
    ids,
    path_to,
    read,
    record_varied_events,
    walk,
)
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

#: What begins a text that an export may change, lest a spreadsheet takes it for a formula.
_FORMULA = ("=", "+", "-", "@")
#: Of how many cameras the existing events are exported.
_MAX_CAMERAS = 3
TIME_SPAN = {"from": "2026-04-01T00:00:00Z", "to": "2026-04-01T06:00:00Z"}
EMPTY_TIME_SPAN = {"date_from": "1999-01-01", "date_to": "1999-01-02"}


@pytest.mark.rules("EV-79")
def test_an_operator_may_export_events(world: World, expect: Expect) -> None:
    answer = world.operator.get(EXPORT, **EMPTY_TIME_SPAN)
    expect("EV-79", answer.is_(200), "200", answer)


@pytest.mark.rules("EV-88")
def test_a_viewer_may_not_export_events(world: World, expect: Expect) -> None:
    for filters in ({}, EMPTY_TIME_SPAN, {"site_id": world.granted[0]} if world.granted else {}):
        answer = world.viewer.get(EXPORT, **filters)
        expect("EV-88", answer.is_(403, "forbidden"), "403 forbidden", answer)


@pytest.mark.rules("EV-80")
def test_an_export_has_one_row_for_each_event(world: World, expect: Expect) -> None:
    events = [
        *record_varied_events(world),
        *world.record(40, **TIME_SPAN),
        *world.record(summary='Sees "A, B"\nand C; = 1'),
    ]
    table = export(world)
    expect.equal("EV-80", sorted(ids(table)), sorted(events), "the ids of the rows")
    for row in table[::3]:
        read = world.operator.get(path_to(row["id"])).json
        for name in ("camera_id", "camera_name", "trigger_type", "ai_status", "summary", "triggered_at"):
            expect.equal("EV-80", row.get(name), read.get(name), f"the cell {name}")
        expect.equal("EV-80", row.get("duration_sec"), str(read.get("duration_sec")), "the cell duration_sec")
    quoted = [row["summary"] for row in table if row["id"] == events[-1]]
    expect.equal("EV-80", quoted, ['Sees "A, B"\nand C; = 1'], "a summary that needs quotes")


@pytest.mark.rules("EV-80")
def test_an_export_of_existing_events_has_one_row_for_each(world: World, expect: Expect) -> None:
    cameras = Counter(item["camera_id"] for item in existing_events(world))
    for camera, _ in cameras.most_common()[-_MAX_CAMERAS:]:
        before = {item["id"]: item for item in walk(world.operator, camera_id=camera)}
        table = export(world, camera_id=camera)
        after = {item["id"]: item for item in walk(world.operator, camera_id=camera)}
        found = Counter(ids(table))
        expect.equal("EV-80", [event for event, rows in found.items() if rows > 1], [], "the events of two rows are")
        expect.equal("EV-80", (before.keys() & after.keys()) - found.keys(), set(), "the events without a row are")
        expect.equal("EV-80", found.keys() - before.keys() - after.keys(), set(), "the rows without an event are")
        for row in (row for row in table if row["id"] in before and row["id"] in after):
            for name in ("camera_id", "camera_name", "trigger_type", "summary"):
                text, shown = row.get(name), [listing[row["id"]].get(name) for listing in (before, after)]
                plain = all(isinstance(each, str) and not each.startswith(_FORMULA) for each in shown)
                expect("EV-80", text is None or not plain or text in shown, f"{shown[0]!r} in the cell {name}", text)


@pytest.mark.rules("EV-81", "EV-82")
def test_an_export_is_sent_as_a_csv_attachment(world: World, expect: Expect) -> None:
    for filters in (EMPTY_TIME_SPAN, {}):
        headers = export_answer(world, **filters).headers
        media = headers.get("content-type", "")
        expect.equal("EV-81", media.lower().replace(" ", ""), "text/csv;charset=utf-8", "the content type")
        disposition = headers.get("content-disposition", "")
        kind = disposition.partition(";")[0].strip().lower()
        expect("EV-82", kind == "attachment", "Content-Disposition: attachment", disposition)


@pytest.mark.rules("EV-81")
def test_an_export_is_in_utf_8(world: World, expect: Expect) -> None:
    world.record(summary="Zażółć 🚚 监控")
    body = world.operator.get(EXPORT).body
    expect("EV-81", "Zażółć 🚚 监控".encode() in body, "the summary in UTF-8", body)


@pytest.mark.rules("EV-81")
def test_the_name_of_a_camera_is_exported_in_utf_8(world: World, expect: Expect) -> None:
    name = f"{world.name('camera')}, Zażółć 監控"
    shown = read(world, world.new_event(name=name))
    names = [row.get("camera_name") for row in export(world, camera_id=shown.get("camera_id"))]
    if shown.get("camera_name") != name or None in names:
        raise Unavailable("needs an export with the names of cameras")
    expect("EV-81", name in names, f"the name of the camera, {name}", names)


@pytest.mark.rules("EV-84")
@given(count=st.integers(2, 20), change=st.integers(-1, 5))
@example(count=2, change=0)
@example(count=2, change=-1)
@example(count=12, change=-1)
def test_the_setting_limits_the_rows_of_an_export(world: World, expect: Expect, count: int, change: int) -> None:
    org = world.fresh()
    org.record(count, **TIME_SPAN)
    for cap in (count - 1, count + change, count + 1):
        org.settings(event_export_max_rows=cap)
        answer = org.operator.get(EXPORT)
        expect("EV-84", answer.is_(200) == (count <= cap), f"200 if {count} rows are at most {cap}", answer)


@pytest.mark.rules("EV-86", "EV-87")
@given(cap=st.integers(1, 25), excess=st.integers(-1, 3))
@example(cap=24, excess=0)
@example(cap=23, excess=1)
@example(cap=1, excess=0)
@example(cap=1, excess=1)
def test_an_export_of_more_rows_than_allowed_is_refused(world: World, expect: Expect, cap: int, excess: int) -> None:
    org = world.fresh()
    org.settings(event_export_max_rows=cap)
    count = cap + excess
    if count:
        org.record(count, trigger_type="motion", **TIME_SPAN)
    answer = org.operator.get(EXPORT)
    too_large = answer.is_(413, "payload_too_large")
    if excess > 0:
        expect("EV-86", too_large, f"413 payload_too_large for {count} of {cap} rows", answer)
    else:
        expect("EV-87", answer.is_(200) and len(exported_rows(answer)) == count, f"{count} of {cap} rows", answer)


@pytest.mark.rules("EV-86", "EV-87")
def test_only_matching_events_count_against_the_cap(world: World, expect: Expect) -> None:
    world.settings(event_export_max_rows=8)
    record_varied_events(world)
    full = world.operator.get(EXPORT)
    expect("EV-86", full.is_(413, "payload_too_large"), "413 payload_too_large for 24 of 8 rows", full)
    for trigger in TRIGGERS:
        part = world.operator.get(EXPORT, trigger_type=trigger)
        expect("EV-87", part.is_(200) and len(exported_rows(part)) == 8, "8 of 8 rows", part)


@pytest.mark.rules("EV-85")
def test_an_export_may_have_10000_rows_by_default(world: World, expect: Expect) -> None:
    world.record(10_000, **TIME_SPAN)
    full = world.operator.get(EXPORT)
    expect("EV-85", full.is_(200), "200 for 10000 rows", full.status)
    expect.equal("EV-85", len(exported_rows(full)), 10_000, "the number of rows")
    world.record()
    answer = world.operator.get(EXPORT)
    expect("EV-85", answer.is_(413), "413 for 10001 rows", answer.status)


@pytest.mark.rules("EV-89")
def test_an_export_begins_with_its_11_columns(world: World, expect: Expect) -> None:
    ensure_events(world)
    for filters in (EMPTY_TIME_SPAN, {}, {"trigger_type": "motion"}, {"starred": "true"}):
        columns = exported_table(export_answer(world, **filters))[0]
        expect.equal("EV-89", [name for name in columns if name in COLUMNS], COLUMNS, "the columns")


@pytest.mark.rules("EV-92")
def test_an_export_without_events_has_the_header_line_only(world: World, expect: Expect) -> None:
    answer = world.operator.get(EXPORT, **EMPTY_TIME_SPAN)
    expect("EV-92", answer.is_(200), "200", answer)
    table = exported_table(answer)
    expect("EV-92", len(table) == 1 and table[0][0] == "id", "one line, the header", table)


@pytest.mark.rules("EV-90")
@pytest.mark.parametrize("tags", [["person", "package"], ["a", "b", "c"], ["van"], []])
def test_tags_are_in_one_cell(world: World, expect: Expect, tags: list[str]) -> None:
    (event,) = world.record(tags=tags)
    answer = world.operator.get(EXPORT)
    (row,) = exported_rows(answer)
    expect.equal("EV-90", (row.get("id"), row.get("tags")), (event, ",".join(tags)), "the row and its tags")
    if len(tags) > 1:
        expect("EV-90", f',"{",".join(tags)}",' in answer.text, "the tags between quotes", answer)


@pytest.mark.rules("EV-91")
def test_booleans_and_times_are_written_as_in_json(world: World, expect: Expect) -> None:
    events = record_varied_events(world)
    for event in events[::3]:
        world.operator.patch(path_to(event), {"acknowledged": True})
    wanted = {item["id"]: item for item in walk(world.operator)}
    for row in export(world):
        item = wanted.get(row["id"], {})
        for name in ("acknowledged", "starred"):
            expect.equal("EV-91", row.get(name), str(item.get(name)).lower(), f"the cell {name}")
        expect.equal("EV-91", row.get("triggered_at"), item.get("triggered_at"), "the cell triggered_at")
        expect("EV-91", row["triggered_at"].endswith("Z"), "a time ending in Z", row["triggered_at"])


@pytest.mark.rules("EV-93")
def test_export_in_the_path_is_not_read_as_an_id(world: World, expect: Expect) -> None:
    answer = world.operator.get(EXPORT, **EMPTY_TIME_SPAN)
    expect("EV-93", answer.is_(200), "200", answer)
    expect("EV-93", exported_table(answer)[0][0] == "id", "a CSV", answer)
