from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import sample_data
from mockserver.domain.events import AiStatus, Event, Trigger
from tests.factories import CAMERA, NOON, ORG, uuid


def generated(seed: int = 1, **chosen: Any) -> Event:
    return Event(**sample_data.event_fields(Random(seed), uuid(1), NOON, chosen), org_id=ORG, camera_id=CAMERA)


def test_same_seed_generates_the_same_event() -> None:
    assert generated(7) == generated(7)
    assert len({generated(seed).summary for seed in range(20)}) > 5


@given(st.integers(0, 10_000))
def test_generated_event_is_plausible(seed: int) -> None:
    event = generated(seed)
    assert event.triggered_at == NOON
    assert event.clip_start_at < event.triggered_at < event.clip_end_at
    assert 12 <= event.duration_sec <= 60
    assert event.summary
    assert event.narrative
    assert (event.snapshot_url[-4:], event.clip_url[-4:]) == (".jpg", ".mp4")


@given(st.integers(0, 10_000))
def test_recognised_events_have_tags_and_confidence(seed: int) -> None:
    event = generated(seed)
    recognised = event.trigger_type is Trigger.AI_TAG
    assert bool(event.tags) is recognised
    assert (event.confidence is not None) is recognised
    assert not recognised or event.ai_status is AiStatus.COMPLETED


@pytest.mark.parametrize("trigger", Trigger)
def test_chosen_fields_are_used_as_given(trigger: Trigger) -> None:
    event = generated(trigger_type=trigger, summary="Mine", starred=True, tags=("x",), zones=("y",))
    assert (event.trigger_type, event.summary, event.starred) == (trigger, "Mine", True)
    assert (event.tags, event.zones) == (("x",), ("y",))


def test_all_triggers_and_outcomes_occur() -> None:
    events = [generated(seed) for seed in range(300)]
    assert Counter(event.trigger_type for event in events).keys() == set(Trigger)
    assert Counter(event.ai_status for event in events).keys() == set(AiStatus)


@given(st.integers(0, 30), st.integers(0, 100_000))
def test_instants_are_sorted_within_the_span(count: int, seconds: int) -> None:
    until = NOON + timedelta(seconds=seconds)
    found = sample_data.instants(Random(1), count, NOON, until)
    assert len(found) == count
    assert found == sorted(found)
    assert all(NOON <= instant <= until and instant.microsecond == 0 for instant in found)


def test_instants_reach_both_ends() -> None:
    found = sample_data.instants(Random(1), 200, NOON, NOON + timedelta(seconds=3))
    assert {(instant - NOON).seconds for instant in found} == {0, 1, 2, 3}


@pytest.mark.parametrize("count", [0, 1, sample_data.PART_SIZE, 2 * sample_data.PART_SIZE + 1])
def test_times_in_parts_are_as_many_in_order_and_within_the_span(count: int) -> None:
    until = NOON + timedelta(days=1)
    parts = list(sample_data.instants_in_parts(Random(1), count, NOON, until))
    times = [time for part in parts for time in part]
    assert len(times) == count
    assert max(map(len, parts), default=0) <= sample_data.PART_SIZE
    assert times == sorted(times)
    assert all(NOON <= time <= until for time in times)
