import csv
import io
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.stranger import support
from tests.stranger.choices import Choices
from tests.stranger.records import AI_STATUSES, TRIGGERS
from tests.stranger.running import Running, running
from tests.stranger.support import UNKNOWN_ID, body, events, get, hidden_event, ids, refused, rows

ITEM_FIELDS = {
    "id", "camera_id", "camera_name", "camera_deleted", "trigger_type", "triggered_at", "summary", "tags", "ai_status",
    "acknowledged", "starred", "snapshot_url",
}  # fmt: skip
DETAIL_FIELDS = ITEM_FIELDS | {
    "clip_start_at", "clip_end_at", "duration_sec", "narrative", "acknowledged_by", "acknowledged_at", "notes",
    "clip_codec", "clip_url", "recording_source", "prev_event_id", "next_event_id",
}  # fmt: skip
FOREIGN_AND_UNKNOWN = (True, False)


def missing(server: Running, foreign: bool) -> str:
    return next(iter(server.other_org.events)) if foreign else UNKNOWN_ID


def listed(server: Running, actor: str = "operator", **filters: Any) -> set[str]:
    return set(ids(rows(server, "/events", actor, limit=100, **filters)))


def test_a_list_has_the_fields_of_the_page(server: Running) -> None:
    found = body(get(server, "/events"))
    assert found.keys() >= {"data", "next_cursor", "total"}
    assert len(found["data"]) == 20
    assert all(row.keys() >= ITEM_FIELDS and "narrative" not in row for row in found["data"])


def test_an_item_has_the_types_of_the_page(server: Running) -> None:
    for row in rows(server, "/events", limit=100):
        event = server.org.events[row["id"]]
        assert datetime.fromisoformat(row["triggered_at"]) == event.at
        assert row["tags"] == list(event.tags)
        assert (row["camera_name"], row["camera_deleted"]) == (event.camera.name, event.camera.deleted)
        assert row["snapshot_url"] is None or urlsplit(row["snapshot_url"]).scheme == "https"
        assert {type(row[name]) for name in ("camera_deleted", "acknowledged", "starred")} == {bool}


@pytest.mark.parametrize("limit", [1, 7, 20, 100])
def test_the_pages_of_a_list_have_every_event_once(server: Running, limit: int) -> None:
    found = ids(rows(server, "/events", limit=limit))
    assert sorted(found) == sorted(event.id for event in events(server))
    assert len(found) > 100


@pytest.mark.parametrize("actor", ["owner", "admin", "operator"])
def test_higher_roles_see_every_event(server: Running, actor: str) -> None:
    assert listed(server, actor) == {event.id for event in events(server)}


def test_a_viewer_sees_the_events_of_granted_sites(server: Running) -> None:
    found = listed(server, "viewer")
    assert found == {event.id for event in events(server) if event.camera.site_id in server.site_ids}
    assert 20 < len(found) < len(events(server))


def test_filters_leave_what_matches(server: Running) -> None:
    for camera in server.org.cameras.values():
        assert listed(server, camera_id=camera.id) == {event.id for event in events(server, camera=camera)}
    for trigger in TRIGGERS:
        assert listed(server, trigger_type=trigger) == {event.id for event in events(server, trigger_type=trigger)}
    for status in AI_STATUSES:
        assert listed(server, ai_status=status) == {event.id for event in events(server, ai_status=status)}
    for site in server.org.sites:
        assert listed(server, site_id=site) == {event.id for event in events(server) if event.camera.site_id == site}
    assert listed(server, starred="true") == {event.id for event in events(server, starred=True)}
    assert listed(server, starred="false") == {event.id for event in events(server)}


def test_filters_combine(server: Running) -> None:
    since = events(server)[50].at - timedelta(seconds=1)
    found = listed(server, trigger_type="ai_tag", date_from=since.isoformat(), starred="true")
    wanted = {event.id for event in events(server, trigger_type="ai_tag", starred=True) if event.at > since}
    assert found == wanted
    assert wanted


@pytest.mark.parametrize("name", ["date_from", "date_to"])
@pytest.mark.parametrize(
    "text", ["2026-04-21", "2026-04-21T13:45:22Z", "2026-04-21T13:45:22.5+02:00", "2016-12-31T23:59:60Z"]
)
def test_dates_are_rfc_3339_or_days(server: Running, name: str, text: str) -> None:
    assert get(server, "/events", **{name: text}).status_code == 200


def test_a_day_bounds_the_list(server: Running) -> None:
    middle = events(server)[70].at
    late, early = (listed(server, **{name: str(middle.date())}) for name in ("date_from", "date_to"))
    two_days = timedelta(days=2)
    assert late >= {event.id for event in events(server) if event.at > middle + two_days}
    assert not late & {event.id for event in events(server) if event.at < middle - two_days}
    assert early >= {event.id for event in events(server) if event.at < middle - two_days}
    assert not early & {event.id for event in events(server) if event.at > middle + two_days}


def test_a_viewer_who_asks_for_another_site_is_403_forbidden(server: Running) -> None:
    hidden = hidden_event(server)
    assert refused(get(server, "/events", "viewer", site_id=hidden.camera.site_id), 403, "forbidden")
    assert refused(get(server, f"/events/{hidden.id}", "viewer"), 403, "forbidden")


@pytest.mark.parametrize("token", [None, "sk_live_never", "expired"])
@pytest.mark.parametrize("path", ["/events", "/events/export", f"/events/{UNKNOWN_ID}"])
def test_a_call_without_a_valid_token_is_401_auth_required(server: Running, path: str, token: str | None) -> None:
    token = server.tokens["expired"] if token == "expired" else token
    answer = server.call(None, "GET", path, token=token)
    assert refused(answer, 401, "auth_required")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_single_event_has_the_fields_of_the_page(server: Running) -> None:
    for event in events(server)[::7]:
        found = body(get(server, f"/events/{event.id}"))
        assert found.keys() >= DETAIL_FIELDS
        assert (found["acknowledged_by"] is None) == (found["acknowledged_at"] is None) == (not found["acknowledged"])
        if found["clip_url"] is not None:
            start, end = (datetime.fromisoformat(found[f"clip_{name}_at"]) for name in ("start", "end"))
            assert start <= event.at <= end
            assert found["duration_sec"] == (end - start).total_seconds()
        if event.ai_status == "completed":
            assert found["narrative"]


def test_neighbours_lead_from_one_end_to_the_other(server: Running) -> None:
    camera = events(server)[0].camera
    of_one_camera = server.choices.neighbours == "camera"
    count = len(events(server, camera=camera)) if of_one_camera else len(events(server))
    last, first, seen = events(server, camera=camera)[0].id, None, 0
    older = "prev_event_id" if server.choices.previous_event == "older" else "next_event_id"
    while last:
        last, first, seen = body(get(server, f"/events/{last}"))[older], last, seen + 1
    assert seen == count
    assert first


def test_an_operator_acknowledges_stars_and_annotates(server: Running) -> None:
    event = events(server, acknowledged_by=None)[0]
    path = f"/events/{event.id}"
    change = {"acknowledged": True, "starred": not event.starred, "notes": "é" * 2000}
    found = body(server.call("operator", "PATCH", path, json=change))
    assert {name: found[name] for name in change} == change
    assert found["acknowledged_by"] == server.org.members["operator"].id
    assert datetime.fromisoformat(found["acknowledged_at"]) > event.at
    assert body(get(server, path)) == found
    cleared = body(server.call("operator", "PATCH", path, json={"acknowledged": False}))
    assert (cleared["acknowledged"], cleared["acknowledged_by"], cleared["acknowledged_at"]) == (False, None, None)
    assert cleared["notes"] == change["notes"]


@pytest.mark.parametrize(
    "change",
    [
        {},
        [],
        {"colour": "red"},
        {"acknowledged_by": UNKNOWN_ID},
        {"starred": "yes"},
        {"starred": 1},
        {"notes": "x" * 2001},
    ],
)
def test_a_wrong_update_is_400_validation_error(server: Running, change: object) -> None:
    path = f"/events/{events(server)[1].id}"
    before = server.dump()
    assert refused(server.call("operator", "PATCH", path, json=change), 400, "validation_error")
    assert refused(server.call("operator", "PATCH", path, content=b""), 400, "validation_error")
    assert server.dump() == before


def test_low_roles_are_403_forbidden(server: Running) -> None:
    path = f"/events/{events(server)[1].id}"
    before = server.dump()
    assert refused(server.call("viewer", "PATCH", path, json={"starred": True}), 403, "forbidden")
    assert refused(server.call("viewer", "DELETE", path), 403, "forbidden")
    assert refused(server.call("operator", "DELETE", path), 403, "forbidden")
    assert refused(get(server, "/events/export", "viewer"), 403, "forbidden")
    assert server.dump() == before


@pytest.mark.parametrize("foreign", FOREIGN_AND_UNKNOWN)
def test_an_event_that_the_org_does_not_have_is_404_not_found(server: Running, foreign: bool) -> None:
    path = f"/events/{missing(server, foreign)}"
    before = server.dump()
    assert refused(get(server, path), 404, "not_found")
    assert refused(server.call("operator", "PATCH", path, json={"starred": True}), 404, "not_found")
    assert refused(server.call("admin", "DELETE", path), 404, "not_found")
    assert server.dump() == before


def test_a_deleted_event_is_gone_and_kept(server: Running) -> None:
    event = events(server)[3]
    answer = server.call("admin", "DELETE", f"/events/{event.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert event.id not in listed(server)
    assert refused(get(server, f"/events/{event.id}"), 404, "not_found")
    assert server.org.events[event.id].deleted_at is not None


def test_the_export_has_the_columns_of_the_page(server: Running) -> None:
    answer = get(server, "/events/export", trigger_type="ai_tag")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    found = list(csv.DictReader(io.StringIO(answer.text)))
    details = [body(get(server, f"/events/{row['id']}")) for row in found[:9]]
    assert sorted(row["id"] for row in found) == sorted(event.id for event in events(server, trigger_type="ai_tag"))
    for row, detail in zip(found, details, strict=False):
        assert row["tags"] == ",".join(detail["tags"])
        assert row["summary"] == (detail["summary"] or "")
        assert row["triggered_at"] == detail["triggered_at"]
        assert row["duration_sec"] == str(detail["duration_sec"] or "")
        assert (row["acknowledged"], row["starred"]) == tuple(
            str(detail[x]).lower() for x in ("acknowledged", "starred")
        )


def test_an_export_without_events_is_its_header(server: Running) -> None:
    answer = get(server, "/events/export", date_from="2099-01-01")
    assert [len(line) for line in csv.reader(io.StringIO(answer.text))] == [11]


@pytest.mark.parametrize(("rows_allowed", "status"), [(138, 413), (139, 200)])
def test_an_export_above_the_cap_is_413_payload_too_large(rows_allowed: int, status: int) -> None:
    with running(Choices.ours(), export_max_rows=rows_allowed) as server:
        answer = get(server, "/events/export")
        assert answer.status_code == status
        assert status == 200 or answer.json()["error"] == "payload_too_large"


@pytest.mark.parametrize("path", ["acknowledge", "dismiss"])
def test_there_is_no_other_verb(server: Running, path: str) -> None:
    event = f"/events/{events(server)[0].id}"
    assert server.call("owner", "POST", f"{event}/{path}", json={}).status_code == 404
    assert server.call("owner", "POST", event, json={}).status_code in (404, 405)


def test_events_can_arrive_while_a_client_reads() -> None:
    with running(Choices.ours(), seconds_between_events=0.01) as server:
        first = latest = body(get(server, "/events", limit=1))
        until = time.monotonic() + 20
        while support.ids(latest["data"]) == support.ids(first["data"]) and time.monotonic() < until:
            latest = body(get(server, "/events", limit=1))
    assert support.ids(latest["data"]) != support.ids(first["data"])
    assert latest["total"] > first["total"]
