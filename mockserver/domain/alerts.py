"""An alert: what a rule raised, its state and the history of that state."""

from datetime import datetime
from enum import StrEnum

import msgspec

from mockserver.domain.dates import Instant, whole_seconds
from mockserver.domain.errors import IllegalTransition
from mockserver.domain.records import Record


class AlertStatus(StrEnum):
    """The state of an alert (AL-05)."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change of state; ``to`` is there on status_changed only (AL-29), ``actor`` is null when fired (AL-27)."""

    at: Instant
    action: str
    actor: str | None
    to: str | msgspec.UnsetType = msgspec.UNSET


class Alert(Record, frozen=True, kw_only=True):
    """A rule's match, kept when the rule is gone (AL-32), with the name the rule had (AL-33)."""

    rule_id: str
    rule_name: str
    event_id: str
    camera_id: str
    status: AlertStatus = AlertStatus.NEW
    fired_at: Instant
    acknowledged_at: Instant | None = None
    timeline: tuple[TimelineEntry, ...]


#: new → acknowledged → resolved and new → resolved; nothing else (C-06).
_TRANSITIONS = {
    AlertStatus.NEW: {AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED},
    AlertStatus.ACKNOWLEDGED: {AlertStatus.RESOLVED},
    AlertStatus.RESOLVED: set[AlertStatus](),
}


def initial_timeline(at: datetime) -> tuple[TimelineEntry, ...]:
    """Return the timeline every alert starts with (AL-27)."""
    return (TimelineEntry(at=at, action="fired", actor=None),)


def change_status(alert: Alert, status: AlertStatus, actor: str | None, now: datetime) -> Alert:
    """Return the alert in its new state, with one more entry in its timeline. Raises IllegalTransition."""
    if status not in _TRANSITIONS[alert.status]:
        raise IllegalTransition(alert.status.value, status.value)
    now = whole_seconds(now)
    if status is AlertStatus.ACKNOWLEDGED:
        entry = TimelineEntry(at=now, action="acknowledged", actor=actor)
        return msgspec.structs.replace(alert, status=status, acknowledged_at=now, timeline=(*alert.timeline, entry))
    entry = TimelineEntry(at=now, action="status_changed", actor=actor, to=status.value)
    return msgspec.structs.replace(alert, status=status, timeline=(*alert.timeline, entry))
