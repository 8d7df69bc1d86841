"""How each choice shows: what a client sees of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from tests.stranger import gateway_observations, support
from tests.stranger.running import Running
from tests.stranger.support import UNKNOWN_ID, Observation, body, events, get, new_rule, post_rule

_DAY = timedelta(days=1)


def status(path: str, actor: str | None = "operator", **params: Any) -> Callable[[Running], int]:
    """Return an observation: the status of a GET."""
    return lambda server: get(server, path, actor, **params).status_code


def total(path: str, actor: str = "operator", **params: Any) -> Callable[[Running], object]:
    """Return an observation: the status and the total of a list."""
    return lambda server: (
        (answer := get(server, path, actor, **params)).status_code,
        answer.json().get("total"),
    )


def _second_page(server: Running) -> bool:
    """Whether the second page begins where the first one ended, one of its events being deleted meanwhile."""
    listed = support.ids(support.rows(server, "/events"))
    page = body(get(server, "/events", limit=2))
    support.remove(server, f"/events/{listed[0]}")
    following = body(get(server, "/events", limit=1, cursor=page["next_cursor"]))
    return support.ids(following["data"]) == listed[2:3]


def _cursor_after_all(server: Running) -> bool:
    camera = next(iter(server.org.cameras))
    count = len(events(server, camera=server.org.cameras[camera]))
    return body(get(server, "/events", camera_id=camera, limit=count))["next_cursor"] is None


def _cursor_elsewhere(server: Running) -> int:
    cursor = body(get(server, "/events", limit=2))["next_cursor"]
    return get(server, "/events", starred="true", cursor=cursor).status_code


def _events_until(server: Running, day: timedelta = -_DAY) -> int:
    newest = events(server)[0].at
    return len(support.rows(server, "/events", date_to=str((newest + day).date()), limit=100))


def _events_since(server: Running) -> int:
    return len(support.rows(server, "/events", date_from=str((events(server)[0].at - _DAY).date()), limit=100))


def _bound_is_included(server: Running) -> bool:
    last = events(server)[5]
    return last.id in support.ids(support.rows(server, "/events", date_to=last.at.isoformat(), limit=100))


def _event_field(name: str, **fields: Any) -> Callable[[Running], object]:
    return lambda server: body(get(server, f"/events/{events(server, **fields)[3].id}"))[name]


def _twice_acknowledged(server: Running) -> object:
    path = f"/events/{events(server, acknowledged_by=None)[0].id}"
    for actor in ("operator", "admin"):
        found = body(server.call(actor, "PATCH", path, json={"acknowledged": True}))
    return found["acknowledged_by"]


def _patched_event(server: Running) -> int:
    return server.call("operator", "PATCH", f"/events/{events(server)[0].id}", json={"notes": None}).status_code


def _deleted_again(server: Running, days: int = 0) -> int:
    path = f"/events/{events(server)[0].id}"
    support.remove(server, path)
    server.advance(days * 86400)
    return support.remove(server, path).status_code


def _export(server: Running, **params: Any) -> str:
    return get(server, "/events/export", **params).text


def _renamed_rule(server: Running) -> object:
    found = support.alert(server, "new", 1)
    server.call("operator", "PATCH", f"/alert-rules/{found.rule_id}", json={"name": "Renamed"})
    return body(get(server, "/alerts", rule_id=found.rule_id, limit=1))["data"][0]["rule_name"]


def _hidden_timeline(server: Running) -> int:
    hidden = next(found for found in server.org.alerts.values() if found.camera.site_id not in server.site_ids)
    return get(server, f"/alerts/{hidden.id}/timeline", "viewer").status_code


def _timeline(server: Running) -> int:
    return len(body(get(server, f"/alerts/{support.alert(server, 'acknowledged', 2).id}/timeline"))["entries"])


def _rule(*shown: str, **fields: Any) -> Callable[[Running], object]:
    """Return an observation: the status of creating a rule, and some of its fields."""

    def look(server: Running) -> object:
        answer = post_rule(server, **fields)
        return answer.status_code, [answer.json().get(name) for name in shown]

    return look


def _recipients(server: Running) -> object:
    tried = ({"type": "sms", "target": "+49"}, {"type": "sms", "target": ""})
    return [post_rule(server, recipients=[recipient]).status_code for recipient in tried]


def _empty_rule_patch(server: Running) -> int:
    return server.call("operator", "PATCH", f"/alert-rules/{new_rule(server)['id']}", json={}).status_code


def _hidden_camera(server: Running) -> int:
    return get(server, "/events", "viewer", camera_id=support.hidden_event(server).camera.id).status_code


def _refusals_in_order(server: Running) -> object:
    path, wrong = f"/events/{UNKNOWN_ID}", {"colour": "red"}
    return [server.call(actor, "PATCH", path, json=wrong).status_code for actor in ("viewer", "operator")]


def _headers(name: str) -> Callable[[Running], object]:
    return lambda server: name in get(server, "/events").headers


def _limited(server: Running) -> object:
    get(server, "/events")
    return get(server, "/events").headers["retry-after"].isdigit()


def _time(server: Running) -> object:
    text = body(get(server, "/events", limit=1))["data"][0]["triggered_at"]
    return text.endswith("Z"), "." in text


def _surrogate(server: Running) -> int:
    content, headers = json.dumps(support.rule_body(name="\ud800")), {"Content-Type": "application/json"}
    return server.call("operator", "POST", "/alert-rules", content=content, headers=headers).status_code


def _text(server: Running) -> int:
    return server.call("operator", "POST", "/alert-rules", content=json.dumps(support.rule_body())).status_code


def _health(server: Running) -> int:
    return httpx.get(f"{server.base_url}/healthz", trust_env=False).status_code


def _changed_alert(server: Running) -> int:
    path = f"/alerts/{support.alert(server, 'new', 1).id}"
    return server.call("operator", "PATCH", path, json={"status": "resolved"}).status_code


OBSERVATIONS: dict[str, Observation] = {
    **gateway_observations.OBSERVATIONS,
    "total": Observation(total("/events", limit=2)),
    "order": Observation(lambda server: support.ids(body(get(server, "/events", limit=3))["data"])),
    "cursor": Observation(_second_page),
    "last_page": Observation(_cursor_after_all),
    "bad_cursor": Observation(status("/events", cursor="nonsense")),
    "cursor_of_other_filters": Observation(_cursor_elsewhere),
    "limit_out_of_range": Observation(status("/events", limit=101)),
    "unknown_enum_value": Observation(total("/events", trigger_type="banana")),
    "malformed_filter": Observation(status("/events", date_from="yesterday")),
    "unknown_query_parameter": Observation(status("/events", colour="red")),
    "query_refusal": Observation(status("/events", limit=0)),
    "plain_date_to": Observation(_events_until),
    "plain_date_zone": Observation(_events_since),
    "date_bounds": Observation(_bound_is_included),
    "unanalysed_texts": Observation(_event_field("narrative", ai_status="skipped")),
    "pending_clip": Observation(_event_field("clip_url", ai_status="pending")),
    "neighbours": Observation(_event_field("prev_event_id")),
    "previous_event": Observation(_event_field("prev_event_id")),
    "second_acknowledgement": Observation(_twice_acknowledged),
    "null_notes": Observation(_patched_event),
    "deleted_events": Observation(lambda server: _deleted_again(server, days=31), {"second_delete": "204"}),
    "export_paging": Observation(lambda server: _export(server, limit=1).count("\n") > 20),
    "export_over_cap": Observation(status("/events/export"), options={"export_max_rows": 5}),
    "csv_cells": Observation(lambda server: _export(server)[:4]),
    "attachment": Observation(lambda server: get(server, "/events/export").headers["content-disposition"]),
    "viewer_alerts": Observation(total("/alerts", "viewer")),
    "viewer_rules": Observation(total("/alert-rules", "viewer")),
    "alert_scope_error": Observation(_hidden_timeline, {"viewer_alerts": "granted"}),
    "alert_rule_name": Observation(_renamed_rule),
    "acknowledgement_entries": Observation(_timeline),
    "rule_answer": Observation(lambda server: sorted(new_rule(server))),
    "rule_enabled": Observation(_rule(enabled=False)),
    "empty_rule_patch": Observation(_empty_rule_patch),
    "unknown_body_field": Observation(_rule(colour="red")),
    "min_confidence_elsewhere": Observation(_rule("min_confidence", min_confidence=0.5)),
    "custom_tags_elsewhere": Observation(_rule("custom_tags", custom_tags=["person"])),
    "recipients": Observation(_recipients),
    "camera_filter_out_of_scope": Observation(_hidden_camera),
    "second_delete": Observation(_deleted_again),
    "malformed_id": Observation(status("/events/nonsense")),
    "other_methods": Observation(lambda server: server.call("operator", "PUT", "/events").status_code),
    "check_order": Observation(_refusals_in_order),
    "error_body": Observation(lambda server: sorted(get(server, "/events", None).json())),
    "request_id_header": Observation(_headers("x-request-id")),
    "rate_limit_headers": Observation(_headers("x-ratelimit-limit")),
    "retry_after": Observation(_limited, options={"calls_per_minute": 1}),
    "json_type": Observation(lambda server: get(server, "/events").headers["content-type"]),
    "times": Observation(_time),
    "body_media_type": Observation(_text),
    "unusual_characters": Observation(_surrogate),
    "openapi_access": Observation(status("/openapi.yaml", None)),
    "openapi_type": Observation(lambda server: get(server, "/openapi.yaml").headers["content-type"]),
    "further_fields": Observation(lambda server: sorted(body(get(server, "/events")))),
    "single_reads": Observation(lambda server: get(server, f"/alert-rules/{new_rule(server)['id']}").status_code),
    "alert_changes": Observation(_changed_alert),
    "camera_routes": Observation(status("/cameras")),
    "site_routes": Observation(status("/sites")),
    "user_routes": Observation(status("/users", "admin")),
    "webhook_routes": Observation(status("/webhooks")),
    "login_route": Observation(lambda server: server.call(None, "POST", "/auth/login", json={}).status_code),
    "health_route": Observation(_health),
}
