"""An alert: what a rule raised, its status and the timeline of that status."""

from datetime import datetime
from enum import StrEnum

import msgspec

from mockserver.domain.dates import Instant, whole_seconds
from mockserver.domain.errors import IllegalTransition
from mockserver.domain.records import Record


class AlertStatus(StrEnum):
    """The status of an alert (AL-05)."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change of status; only status_changed has ``to`` (AL-29), only fired has no ``actor`` (AL-27)."""

    at: Instant
    action: str
    actor: str | None
    to: str | msgspec.UnsetType = msgspec.UNSET


class Alert(Record, frozen=True, kw_only=True):
    """A rule's match; it stays when the rule is deleted (AL-32), with the name that the rule had (AL-33)."""

    rule_id: str
    rule_name: str
    event_id: str
    camera_id: str
    status: AlertStatus = AlertStatus.NEW
    fired_at: Instant
    acknowledged_at: Instant | None = None
    timeline: tuple[TimelineEntry, ...]


#: new → acknowledged → resolved and new → resolved; nothing else (AS-06 to AS-09).
_TRANSITIONS = {
    AlertStatus.NEW: {AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED},
    AlertStatus.ACKNOWLEDGED: {AlertStatus.RESOLVED},
    AlertStatus.RESOLVED: set[AlertStatus](),
}


def initial_timeline(at: datetime) -> tuple[TimelineEntry, ...]:
    """Return the timeline every alert starts with (AL-27)."""
    return (TimelineEntry(at=at, action="fired", actor=None),)


def change_status(alert: Alert, status: AlertStatus, actor: str | None, now: datetime) -> Alert:
    """Return the alert with the status and one more entry in its timeline (AS-10). Raises IllegalTransition (AS-09)."""
    if status not in _TRANSITIONS[alert.status]:
        raise IllegalTransition(alert.status.value, status.value)
    now = whole_seconds(now)
    if status is AlertStatus.ACKNOWLEDGED:
        entry = TimelineEntry(at=now, action="acknowledged", actor=actor)
        return msgspec.structs.replace(alert, status=status, acknowledged_at=now, timeline=(*alert.timeline, entry))
    entry = TimelineEntry(at=now, action="status_changed", actor=actor, to=status.value)
    return msgspec.structs.replace(alert, status=status, timeline=(*alert.timeline, entry))
