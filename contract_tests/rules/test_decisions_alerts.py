"""Decisions about alerts: changes of status, reading one, which alerts a viewer sees."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, rows
from contract_tests.world import ALERTS, World

_ALLOWED = {("new", "acknowledged"), ("new", "resolved"), ("acknowledged", "resolved")}
_STATUSES = ("new", "acknowledged", "resolved")
_REFUSED = sorted(
    {(before, after) for before in _STATUSES for after in (*_STATUSES, "closed", "", "ACKNOWLEDGED")} - _ALLOWED
)


def _alert_with(world: World, status: str) -> str:
    return world.raise_alerts(status=status)[0]


def _status(world: World, alert: str) -> object:
    return world.operator.get(f"{ALERTS}/{alert}")["status"]


@pytest.mark.rules("AS-04")
@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
def test_the_status_of_an_alert_is_changed_by_patch(world: World, expect: Expect, status: str) -> None:
    alert = world.raise_alerts(2)[0]
    before = world.operator.get(f"{ALERTS}/{alert}").json
    answer = world.operator.patch(f"{ALERTS}/{alert}", {"status": status})
    expect("AS-04", answer.status == 200 and answer["status"] == status, f"200 and {status}", answer)
    kept = {name: value for name, value in answer.json.items() if name not in ("status", "acknowledged_at")}
    same = all(before.get(name) == value for name, value in kept.items()) and kept.keys() < before.keys()
    expect("AS-04", same, "all other fields unchanged", answer)
    listed = {row["id"]: row for row in rows(world.operator.get(ALERTS))}
    expect("AS-04", listed.get(alert) == answer.json, "the alert of the list", answer)
    others = [row["status"] for key, row in listed.items() if key != alert]
    expect("AS-04", others == ["new"], "the other alert unchanged", others)


@pytest.mark.rules("AS-05")
def test_every_role_but_viewer_may_change_an_alert(world: World, expect: Expect) -> None:
    for status in ("acknowledged", "resolved"):
        alert = world.raise_alerts()[0]
        answer = world.viewer.patch(f"{ALERTS}/{alert}", {"status": status})
        expect("AS-05", answer.is_(403, "forbidden"), "403 forbidden for a viewer", answer)
        expect("AS-05", _status(world, alert) == "new", "still new", answer)
        for actor in (world.operator, world.admin, world.owner):
            answer = actor.patch(f"{ALERTS}/{world.raise_alerts()[0]}", {"status": status})
            expect("AS-05", answer.status == 200, f"200 for {actor.name}", answer)


@pytest.mark.rules("AS-06")
def test_a_new_alert_can_be_acknowledged(world: World, expect: Expect) -> None:
    alert = world.raise_alerts()[0]
    answer = world.operator.patch(f"{ALERTS}/{alert}", {"status": "acknowledged"})
    expect("AS-06", answer.status == 200, "200", answer)
    expect("AS-06", _status(world, alert) == "acknowledged", "acknowledged when read", answer)


@pytest.mark.rules("AS-07")
def test_an_acknowledged_alert_can_be_resolved(world: World, expect: Expect) -> None:
    alert = _alert_with(world, "acknowledged")
    answer = world.operator.patch(f"{ALERTS}/{alert}", {"status": "resolved"})
    expect("AS-07", answer.status == 200, "200", answer)
    expect("AS-07", _status(world, alert) == "resolved", "resolved when read", answer)


@pytest.mark.rules("AS-08")
def test_a_new_alert_can_be_resolved_without_acknowledging_it(world: World, expect: Expect) -> None:
    alert = world.raise_alerts()[0]
    answer = world.operator.patch(f"{ALERTS}/{alert}", {"status": "resolved"})
    expect("AS-08", answer.status == 200, "200", answer)
    expect("AS-08", _status(world, alert) == "resolved", "resolved when read", answer)


@pytest.mark.rules("AS-09")
@pytest.mark.parametrize(("before", "after"), _REFUSED)
def test_any_other_change_of_status_is_refused(world: World, expect: Expect, before: str, after: str) -> None:
    alert = _alert_with(world, before)
    answer = world.operator.patch(f"{ALERTS}/{alert}", {"status": after})
    expect("AS-09", answer.is_(400, "validation_error"), "400 validation_error", answer)
    expect("AS-09", _status(world, alert) == before, f"still {before}", answer)


@pytest.mark.rules("AS-10", "AS-09")
@given(steps=st.lists(st.sampled_from(_STATUSES), max_size=6))
@example(steps=["acknowledged", "acknowledged", "resolved", "acknowledged"])
@example(steps=["resolved", "resolved"])
def test_each_change_adds_one_timeline_entry_and_a_refused_one_none(
    world: World, expect: Expect, steps: list[str]
) -> None:
    alert, status, entries = world.raise_alerts()[0], "new", 1
    for step in steps:
        answer = world.operator.patch(f"{ALERTS}/{alert}", {"status": step})
        allowed = (status, step) in _ALLOWED
        expect("AS-09", answer.status == (200 if allowed else 400), f"{allowed=} from {status} to {step}", answer)
        status, entries = (step, entries + 1) if allowed else (status, entries)
        found = world.operator.get(f"{ALERTS}/{alert}/timeline")["entries"]
        expect("AS-10", len(found) == entries, f"{entries} entries after {steps}", found)


@pytest.mark.rules("AS-11")
def test_one_alert_has_the_fields_of_its_list_item(world: World, expect: Expect) -> None:
    for status in _STATUSES:
        world.raise_alerts(2, status=status)
    listed = rows(world.viewer.get(ALERTS))
    for row in listed:
        answer = world.viewer.get(f"{ALERTS}/{row['id']}")
        expect("AS-11", answer.status == 200 and answer.json == row, f"{row}", answer)
    answer = world.viewer.get(f"{ALERTS}/{UNKNOWN_ID}")
    expect("AS-11", answer.is_(404, "not_found"), "404 not_found for an unknown id", answer)


@pytest.mark.rules("AS-24")
def test_a_viewer_sees_the_alerts_of_all_sites(world: World, expect: Expect) -> None:
    rule = world.rule()["id"]
    made = {alert for camera in world.cameras() for alert in world.raise_alerts(camera_id=camera, rule_id=rule)}
    answer = world.viewer.get(ALERTS)
    listed = {row["id"] for row in rows(answer)}
    expect("AS-24", listed == made and answer["total"] == len(made), f"all {len(made)} alerts", answer)
    for alert in made:
        for path in (f"{ALERTS}/{alert}", f"{ALERTS}/{alert}/timeline"):
            one = world.viewer.get(path)
            expect("AS-24", one.status == 200, f"200 at {path}", one)
