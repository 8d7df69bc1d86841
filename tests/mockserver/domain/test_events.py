from datetime import timedelta

import msgspec
import pytest

from mockserver.domain.events import Event, annotate, dismiss
from tests.factories import NOON, event, uuid

LATER = NOON + timedelta(hours=1, microseconds=5)
ME = uuid(7)


def test_new_event_has_no_annotations() -> None:
    new = event()
    assert (new.acknowledged, new.deleted, new.starred, new.notes) == (False, False, False, None)
    assert (new.clip_codec, new.recording_source) == ("h264", "gateway_ring_buffer")


@pytest.mark.parametrize(("milliseconds", "seconds"), [(30_000, 30), (30_999, 30), (0, 0)])
def test_duration_is_the_clip_in_whole_seconds(milliseconds: int, seconds: int) -> None:
    clip = event(clip_start_at=NOON, clip_end_at=NOON + timedelta(milliseconds=milliseconds))
    assert clip.duration_sec == seconds


def test_acknowledging_records_who_and_when() -> None:
    seen = annotate(event(), {"acknowledged": True}, ME, LATER)
    assert seen.acknowledged
    assert (seen.acknowledged_by, seen.acknowledged_at) == (ME, NOON + timedelta(hours=1))


def test_acknowledging_again_records_the_new_caller() -> None:
    first = annotate(event(), {"acknowledged": True}, ME, NOON)
    second = annotate(first, {"acknowledged": True}, uuid(8), LATER)
    assert (second.acknowledged_by, second.acknowledged_at) == (uuid(8), NOON + timedelta(hours=1))


def test_withdrawn_acknowledgement_clears_both() -> None:
    seen = annotate(event(), {"acknowledged": True}, ME, NOON)
    assert annotate(seen, {"acknowledged": False}, ME, LATER) == event()


def test_change_leaves_other_fields_alone() -> None:
    seen = annotate(event(), {"acknowledged": True, "notes": "Delivery"}, ME, NOON)
    starred = annotate(seen, {"starred": True}, uuid(8), LATER)
    assert starred == msgspec.structs.replace(seen, starred=True)


def test_notes_and_star_can_be_reset() -> None:
    marked = event(starred=True, notes="Delivery")
    changed = annotate(marked, {"starred": False, "notes": ""}, ME, LATER)
    assert (changed.starred, changed.notes) == (False, "")


def test_dismissed_event_is_kept_as_deleted() -> None:
    gone = dismiss(event(), LATER)
    assert gone.deleted
    assert gone.deleted_at == NOON + timedelta(hours=1)
    assert gone.id == event().id


@pytest.mark.parametrize("confidence", [-0.01, 1.01])
def test_confidence_is_between_zero_and_one(confidence: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**msgspec.to_builtins(event()), "confidence": confidence}, Event)
