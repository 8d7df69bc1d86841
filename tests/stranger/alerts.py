"""Alerts: the list, the timeline of one, and what other pages add to that."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.responses import Response

from tests.stranger import paging, queries
from tests.stranger.answers import json_answer, listing, shown
from tests.stranger.breaks import Break
from tests.stranger.calls import Call
from tests.stranger.problems import forbidden, invalid
from tests.stranger.records import ALERT_STATUSES, Alert, Entry

_FILTERS = ("rule_id", "status", "date_from", "date_to")
_FOLLOWING = {"new": ("acknowledged", "resolved"), "acknowledged": ("resolved",), "resolved": ()}


def list_alerts(call: Call) -> Response:
    """GET /alerts."""
    queries.refuse_unknown(call, (*_FILTERS, *queries.PAGING))
    limit = queries.limit(call, default=50 if call.broken(Break.ALERT_DEFAULT_LIMIT_50) else 20)
    page = paging.page(call, "alerts", _matching(call), _fired_at, limit)
    rows = page.rows
    if call.broken(Break.FOREIGN_ALERT_LISTED):
        rows = [*rows, next(iter(call.other_org.alerts.values()))]
    items = [_shown(call, alert) for alert in rows]
    return listing(call.choices, items, page.total, next_cursor=page.next_cursor)


def get_timeline(call: Call) -> Response:
    """GET /alerts/{id}/timeline."""
    if call.broken(Break.FOREIGN_TIMELINE_403) and call.path_id in call.other_org.alerts:
        forbidden("This alert belongs to another org.")
    alert = _readable(call)
    entries = [_entry(call, entry) for entry in _entries(call, alert)]
    if call.broken(Break.TIMELINE_WITHOUT_SEEN):
        entries = [entry for entry in entries if entry["action"] != "acknowledged"]
    if call.broken(Break.TIMELINE_BACKWARDS):
        entries.reverse()
    return json_answer(call.choices, shown(call.choices, "timeline", {"alert_id": alert.id, "entries": entries}))


def get_alert(call: Call) -> Response:
    """GET /alerts/{id}, which the pages do not have."""
    return json_answer(call.choices, _shown(call, _readable(call)))


def update_alert(call: Call) -> Response:
    """PATCH /alerts/{id}, which the pages do not have."""
    status, alert = call.checked("operator", lambda: _status(call), lambda: _readable(call))
    if status not in _FOLLOWING[alert.status]:
        invalid(f"cannot become {status} from {alert.status}", "status")
    acknowledged = status == "acknowledged"
    action, to = ("acknowledged", None) if acknowledged else ("status_changed", status)
    entry = Entry(at=call.now, action=action, actor=call.member.name, to=to)
    seen_at = call.now if acknowledged else alert.acknowledged_at
    changed = replace(alert, status=status, entries=(*alert.entries, entry), acknowledged_at=seen_at)
    call.org.alerts[alert.id] = changed
    return json_answer(call.choices, _shown(call, changed))


def _fired_at(alert: Alert) -> datetime:
    return alert.fired_at


def _visible(call: Call, alert: Alert) -> bool:
    return call.choices.viewer_alerts == "org" or call.member.sees(alert.camera.site_id)


def _matching(call: Call) -> list[Alert]:
    rule_id, status = queries.uuid_filter(call, "rule_id"), queries.enum_filter(call, "status", ALERT_STATUSES)
    within = queries.date_filter(call)
    statuses = [status]
    if call.broken(Break.STATUS_FILTER_LOOSE) and status == "acknowledged":
        statuses.append("resolved")
    if call.broken(Break.RULE_FILTER_IGNORED):
        rule_id = None
    return [
        alert
        for alert in call.org.alerts.values()
        if _visible(call, alert)
        and rule_id in (None, alert.rule_id)
        and (status is None or alert.status in statuses)
        and within(alert.fired_at)
    ]


def _readable(call: Call) -> Alert:
    """Return the alert of the path. Raises Problem."""
    shown_ones = call.org.alerts
    if call.choices.alert_scope_error == "404":
        shown_ones = {alert.id: alert for alert in shown_ones.values() if _visible(call, alert)}
    alert = call.find(shown_ones, "alert")
    if not _visible(call, alert):
        forbidden("The site of this alert is not granted to you.")
    return alert


def _shown(call: Call, alert: Alert) -> dict[str, Any]:
    rule = call.org.rules.get(alert.rule_id) if call.choices.alert_rule_name == "current" else None
    fields = {
        "id": alert.id,
        "rule_id": alert.rule_id,
        "rule_name": rule.name if rule else alert.rule_name,
        "event_id": alert.event_id,
        "camera_id": alert.camera.id,
        "status": alert.status,
        "fired_at": alert.fired_at,
        "acknowledged_at": alert.acknowledged_at,
    }
    return shown(call.choices, "alert", fields)


def _entries(call: Call, alert: Alert) -> list[Entry]:
    """Return the entries of a timeline; an acknowledgement may count as a change of status as well."""
    found = []
    for entry in alert.entries:
        found.append(entry)
        if entry.action == "acknowledged" and call.choices.acknowledgement_entries == "two":
            found.append(replace(entry, action="status_changed", to="acknowledged"))
    return found


def _entry(call: Call, entry: Entry) -> dict[str, Any]:
    to = {"to": entry.to} if entry.to else {}
    return shown(call.choices, "entry", {"at": entry.at, "action": entry.action, "actor": entry.actor, **to})


def _status(call: Call) -> str:
    """Return the status in the body of an update. Raises Problem."""
    body = call.json_body()
    if body.get("status") not in ALERT_STATUSES:
        invalid(f"is not one of {', '.join(ALERT_STATUSES)}", "status")
    for name in body.keys() - {"status"}:
        if call.choices.unknown_body_field == "refused":
            invalid("is not a field that can be changed", name)
    return str(body["status"])
