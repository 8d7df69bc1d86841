from datetime import timedelta
from itertools import product

import msgspec
import pytest

from mockserver.domain.alerts import AlertStatus, TimelineEntry, change_status, initial_timeline
from mockserver.domain.errors import IllegalTransition
from tests.factories import NOON, alert

NEW, ACKNOWLEDGED, RESOLVED = AlertStatus
ALLOWED = {(NEW, ACKNOWLEDGED), (NEW, RESOLVED), (ACKNOWLEDGED, RESOLVED)}
LATER = NOON + timedelta(minutes=4, microseconds=250_000)


def test_timeline_starts_with_fired_and_no_actor() -> None:
    assert initial_timeline(NOON) == (TimelineEntry(at=NOON, action="fired", actor=None),)


def test_new_alert_is_new_and_unacknowledged() -> None:
    assert (alert().status, alert().acknowledged_at) == (NEW, None)


@pytest.mark.parametrize(("before", "after"), sorted(ALLOWED, key=str))
def test_allowed_change_changes_status_and_timeline(before: AlertStatus, after: AlertStatus) -> None:
    moved = change_status(alert(status=before), after, "Jordan", LATER)
    assert moved.status is after
    assert moved.timeline[:-1] == alert().timeline
    assert moved.timeline[-1].actor == "Jordan"


@pytest.mark.parametrize(("before", "after"), sorted(set(product(AlertStatus, repeat=2)) - ALLOWED, key=str))
def test_any_other_change_is_refused(before: AlertStatus, after: AlertStatus) -> None:
    with pytest.raises(IllegalTransition, match=f"from {before.value} to {after.value}"):
        change_status(alert(status=before), after, "Jordan", LATER)


def test_acknowledging_records_the_whole_second() -> None:
    acknowledged = change_status(alert(), ACKNOWLEDGED, "Jordan", LATER)
    second = NOON + timedelta(minutes=4)
    assert acknowledged.acknowledged_at == second
    assert acknowledged.timeline[-1] == TimelineEntry(at=second, action="acknowledged", actor="Jordan")


def test_entry_of_a_resolution_names_the_status() -> None:
    resolved = change_status(alert(), RESOLVED, "Jordan", LATER)
    entry = TimelineEntry(at=NOON + timedelta(minutes=4), action="status_changed", actor="Jordan", to="resolved")
    assert resolved.timeline[-1] == entry
    assert resolved.acknowledged_at is None


def test_resolving_keeps_the_acknowledgement() -> None:
    acknowledged = change_status(alert(), ACKNOWLEDGED, "Jordan", NOON)
    assert change_status(acknowledged, RESOLVED, "Jordan", LATER).acknowledged_at == NOON


def test_entry_shows_target_on_status_changes_only() -> None:
    resolved = change_status(change_status(alert(), ACKNOWLEDGED, "Jordan", NOON), RESOLVED, "Jordan", LATER)
    shown = msgspec.to_builtins(resolved.timeline)
    assert ["to" in entry for entry in shown] == [False, False, True]
