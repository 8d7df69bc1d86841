"""How each sentence that can be broken shows: whether a server keeps it, seen by a client."""

import csv
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.stranger import gateway_sentences, support
from tests.stranger.breaks import Break
from tests.stranger.running import Running
from tests.stranger.support import body, events, get, ids, new_rule, post_rule, refused, rows

Sentence = Callable[[Running], bool]


def same(server: Running, path: str, kept: Callable[[Any], bool], actor: str = "operator", **filters: Any) -> bool:
    """Whether a list with filters has exactly the events that are kept."""
    wanted = sorted(event.id for event in events(server) if kept(event))
    return sorted(ids(rows(server, path, actor, limit=50, **filters))) == wanted


def _no_foreign_event(server: Running) -> bool:
    return not set(ids(rows(server, "/events", limit=50))) & server.other_org.events.keys()


def _granted_events(server: Running) -> bool:
    return same(server, "/events", lambda event: event.camera.site_id in server.site_ids, "viewer")


def _hidden_site(server: Running) -> bool:
    hidden = support.hidden_event(server).camera.site_id
    return refused(get(server, "/events", "viewer", site_id=hidden), 403, "forbidden")


def _camera_filter(server: Running) -> bool:
    camera = next(iter(server.org.cameras.values()))
    page = body(get(server, "/events", camera_id=camera.id, limit=20))
    following = body(get(server, "/events", camera_id=camera.id, limit=20, cursor=page["next_cursor"]))
    return {row["camera_id"] for row in page["data"] + following["data"]} == {camera.id}


def _site_filter(server: Running) -> bool:
    site = list(server.org.sites)[1]
    return same(server, "/events", lambda event: event.camera.site_id == site, site_id=site)


def _offset(server: Running) -> bool:
    at = (events(server)[9].at + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-3)))
    accepted = get(server, "/events", date_from=at.isoformat()).status_code == 200
    return accepted and same(server, "/events", lambda event: event.at >= at, date_from=at.isoformat())


def _date_to(server: Running) -> bool:
    last = events(server)[9].at - timedelta(seconds=1)
    return same(server, "/events", lambda event: event.at <= last, date_to=last.isoformat())


def _total(server: Running) -> bool:
    expected = len(events(server)) if server.choices.total == "matches" else 2
    return bool(body(get(server, "/events", limit=2))["total"] == expected)


def _last_page(server: Running) -> bool:
    return body(get(server, "/events", starred="true", limit=100)).get("next_cursor", "") is None


def _foreign_event(server: Running) -> bool:
    foreign = next(iter(server.other_org.events))
    return refused(get(server, f"/events/{foreign}"), 404, "not_found")


def _hidden_event(server: Running) -> bool:
    return refused(get(server, f"/events/{support.hidden_event(server).id}", "viewer"), 403, "forbidden")


def _neighbours(server: Running) -> bool:
    return {"prev_event_id", "next_event_id"} <= body(get(server, f"/events/{events(server)[0].id}")).keys()


def _star(server: Running) -> bool:
    event = events(server)[-1]
    path, star = f"/events/{event.id}", not event.starred
    answer = body(server.call("operator", "PATCH", path, json={"starred": star}))
    return answer["starred"] is star and body(get(server, path))["starred"] is star


def _acknowledger(server: Running) -> bool:
    path = f"/events/{events(server, acknowledged_by=None)[-1].id}"
    answer = body(server.call("operator", "PATCH", path, json={"acknowledged": True}))
    return bool(answer["acknowledged_by"] == server.org.members["operator"].id)


def _deleted_event(server: Running) -> bool:
    event = events(server)[-2]
    assert support.remove(server, f"/events/{event.id}").status_code == 204
    gone = get(server, f"/events/{event.id}").status_code == 404
    return gone and event.id not in ids(rows(server, "/events", limit=50))


def _operator_deletes(server: Running) -> bool:
    path = f"/events/{events(server)[-3].id}"
    return refused(server.call("operator", "DELETE", path), 403, "forbidden") and get(server, path).status_code == 200


def _export(server: Running) -> bool:
    found = [row[0] for row in csv.reader(get(server, "/events/export").text.splitlines()[1:]) if len(row) > 5]
    exported = get(server, "/events/export").text
    return len(found) > 50 and all(event.id in exported for event in events(server))


def _export_columns(server: Running) -> bool:
    header = next(csv.reader([get(server, "/events/export", starred="true").text.splitlines()[0]]))
    return header == [
        "id", "camera_id", "camera_name", "trigger_type", "triggered_at", "duration_sec", "summary", "tags",
        "ai_status", "acknowledged", "starred",
    ]  # fmt: skip


def _no_foreign_alert(server: Running) -> bool:
    return not set(ids(rows(server, "/alerts", limit=50))) & server.other_org.alerts.keys()


def _alerts_with(field: str, name: str) -> Sentence:
    """Return a check: whether a filter of alerts leaves those with its value."""

    def keeps(server: Running) -> bool:
        value = getattr(support.alert(server, "acknowledged", 2), field)
        wanted = sorted(found.id for found in server.org.alerts.values() if getattr(found, field) == value)
        return sorted(ids(rows(server, "/alerts", limit=50, **{name: value}))) == wanted

    return keeps


def _timeline(server: Running) -> list[Any]:
    entries = body(get(server, f"/alerts/{support.alert(server, 'resolved', 3).id}/timeline"))["entries"]
    assert isinstance(entries, list)
    return entries


def _in_order(server: Running) -> bool:
    times = [datetime.fromisoformat(entry["at"]) for entry in _timeline(server)]
    return times == sorted(times) and len(set(times)) > 1


def _foreign_timeline(server: Running) -> bool:
    foreign = next(iter(server.other_org.alerts))
    return refused(get(server, f"/alerts/{foreign}/timeline"), 404, "not_found")


def _no_foreign_rule(server: Running) -> bool:
    return not set(ids(rows(server, "/alert-rules"))) & server.other_org.rules.keys()


def _rule_refused(**fields: Any) -> Sentence:
    return lambda server: refused(post_rule(server, **fields), 400, "validation_error")


def _foreign_camera(server: Running) -> bool:
    foreign = next(iter(server.other_org.cameras))
    answer = post_rule(server, scope_type="specific_cameras", camera_ids=[foreign])
    return refused(answer, 404, "not_found")


def _patched_rule(server: Running) -> bool:
    path = f"/alert-rules/{new_rule(server, cooldown_sec=60)['id']}"
    answer = body(server.call("operator", "PATCH", path, json={"name": "Renamed"}))
    listed = next(row for row in rows(server, "/alert-rules") if row["id"] == answer["id"])
    return (listed["name"], listed["cooldown_sec"], answer["cooldown_sec"]) == ("Renamed", 60, 60)


def _foreign_rule(server: Running) -> bool:
    path = f"/alert-rules/{next(iter(server.other_org.rules))}"
    return refused(server.call("operator", "PATCH", path, json={"cooldown_sec": 1}), 404, "not_found")


def _deleted_rule(server: Running) -> bool:
    answer = support.remove(server, f"/alert-rules/{new_rule(server)['id']}")
    return answer.status_code == 204 and not answer.content


def _header(name: str, text: str) -> Sentence:
    return lambda server: get(server, "/events/export").headers.get(name, "").startswith(text)


SENTENCES: dict[Break, Sentence] = {
    **gateway_sentences.SENTENCES,
    Break.FOREIGN_EVENT_LISTED: _no_foreign_event,
    Break.HIDDEN_EVENT_LISTED: _granted_events,
    Break.HIDDEN_SITE_EMPTY: _hidden_site,
    Break.CAMERA_FILTER_FORGOTTEN: _camera_filter,
    Break.SITE_FILTER_IGNORED: _site_filter,
    Break.TRIGGER_FILTER_LOOSE: lambda server: same(
        server, "/events", lambda event: event.trigger_type == "manual", trigger_type="manual"
    ),
    Break.AI_STATUS_FILTER_LOOSE: lambda server: same(
        server, "/events", lambda event: event.ai_status == "failed", ai_status="failed"
    ),
    Break.STARRED_FILTER_IGNORED: lambda server: same(server, "/events", lambda event: event.starred, starred="true"),
    Break.OFFSET_REFUSED: _offset,
    Break.PLAIN_DATE_REFUSED: lambda server: get(server, "/events", date_to="2026-04-21").status_code == 200,
    Break.DATE_TO_IGNORED: _date_to,
    Break.DEFAULT_LIMIT_25: lambda server: len(body(get(server, "/events"))["data"]) == 20,
    Break.LIMIT_99: lambda server: len(get(server, "/events", limit=100).json().get("data", [])) == 100,
    Break.NEXT_CURSOR_MISSING: _last_page,
    Break.TOTAL_OF_ALL_ORGS: _total,
    Break.OTHER_401_CODE: lambda server: refused(
        server.call(None, "GET", "/events", token="sk_live_never"), 401, "auth_required"
    ),
    Break.FOREIGN_EVENT_READABLE: _foreign_event,
    Break.HIDDEN_EVENT_READABLE: _hidden_event,
    Break.DETAIL_WITHOUT_NEIGHBOURS: _neighbours,
    Break.STAR_NOT_KEPT: _star,
    Break.OWNER_ACKNOWLEDGES: _acknowledger,
    Break.DELETED_EVENT_LISTED: _deleted_event,
    Break.OPERATOR_DELETES_EVENT: _operator_deletes,
    Break.EXPORT_TYPE: _header("content-type", "text/csv; charset=utf-8"),
    Break.EXPORT_INLINE: _header("content-disposition", "attachment"),
    Break.EXPORT_SKIPS_ROW: _export,
    Break.VIEWER_EXPORTS: lambda server: refused(get(server, "/events/export", "viewer"), 403, "forbidden"),
    Break.EXPORT_COLUMN_MISSING: _export_columns,
    Break.FOREIGN_ALERT_LISTED: _no_foreign_alert,
    Break.RULE_FILTER_IGNORED: _alerts_with("rule_id", "rule_id"),
    Break.STATUS_FILTER_LOOSE: _alerts_with("status", "status"),
    Break.ALERT_DEFAULT_LIMIT_50: lambda server: len(body(get(server, "/alerts"))["data"]) == 20,
    Break.TIMELINE_BACKWARDS: _in_order,
    Break.TIMELINE_WITHOUT_SEEN: lambda server: "acknowledged" in [entry["action"] for entry in _timeline(server)],
    Break.FOREIGN_TIMELINE_403: _foreign_timeline,
    Break.FOREIGN_RULE_LISTED: _no_foreign_rule,
    Break.RULES_WITHOUT_TOTAL: lambda server: body(get(server, "/alert-rules")).get("total") is not None,
    Break.RULE_WITHOUT_NAME: _rule_refused(name=None),
    Break.RULE_NAME_OF_99: lambda server: post_rule(server, name="x" * 100).status_code == 201,
    Break.ANY_TRIGGER: _rule_refused(trigger_type="sound"),
    Break.COOLDOWN_ZERO_LOST: lambda server: new_rule(server, cooldown_sec=0)["cooldown_sec"] == 0,
    Break.NO_RECIPIENTS: _rule_refused(recipients=[]),
    Break.FOREIGN_CAMERA_ACCEPTED: _foreign_camera,
    Break.VIEWER_CREATES_RULE: lambda server: refused(post_rule(server, "viewer"), 403, "forbidden"),
    Break.RULE_PATCH_RESETS: _patched_rule,
    Break.RULE_PATCH_NOT_KEPT: _patched_rule,
    Break.FOREIGN_RULE_403: _foreign_rule,
    Break.RULE_DELETE_200: _deleted_rule,
}
