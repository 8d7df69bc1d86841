"""Which recorded events fire which alert rules."""

import pytest

from tests.harness import JSON, World
from tests.mockserver.http.steps import done, later, new_rule, ok

NOON = "2026-03-10T12:00:00Z"


def fires(world: World, when: str = NOON, **event: object) -> int:
    """Record one event, of motion unless asked otherwise, and return how many alerts it raised."""
    asked: JSON = {"from": when, "to": when, "trigger_type": "motion", **event}
    return len(world.record(**asked)["alerts"])


def cameras_by_site(world: World) -> tuple[list[str], list[str]]:
    first, second = (
        [camera["id"] for camera in world.cameras if camera["site_id"] == site_id] for site_id in world.sites
    )
    return first, second


def test_alert_names_its_rule_and_its_event(world: World) -> None:
    rule = new_rule(world, name="Yard")
    recorded = world.record(trigger_type="motion", **{"from": NOON, "to": NOON})
    alert = ok(world.viewer.get(f"/api/v1/alerts/{recorded['alerts'][0]}"))
    event = ok(world.owner.get(f"/api/v1/events/{recorded['data'][0]}"))
    assert (alert["rule_id"], alert["rule_name"], alert["status"]) == (rule["id"], "Yard", "new")
    assert (alert["event_id"], alert["camera_id"]) == (event["id"], event["camera_id"])
    assert alert["fired_at"] == event["triggered_at"] == NOON


@pytest.mark.parametrize("watched", ["motion", "ai_tag", "manual"])
def test_rule_fires_for_its_own_trigger_only(world: World, watched: str) -> None:
    new_rule(world, trigger_type=watched, custom_tags=["person"])
    for trigger in ("motion", "ai_tag", "manual"):
        raised = fires(world, trigger_type=trigger, tags=["person"], ai_status="completed")
        assert raised == (trigger == watched)


def test_all_matching_rules_of_the_org_fire_and_no_others(world: World) -> None:
    new_rule(world)
    new_rule(world)
    other = world.running.org()
    new_rule(other)
    assert fires(world) == 2
    assert ok(other.viewer.get("/api/v1/alerts"))["total"] == 0


@pytest.mark.parametrize(
    ("tags", "raised"),
    [(["person"], 1), (["cat", "person"], 1), (["van"], 1), (["cat"], 0), ([], 0), (["Person"], 0), (["persona"], 0)],
)
def test_ai_rule_needs_one_of_its_tags(world: World, tags: list[str], raised: int) -> None:
    new_rule(world, trigger_type="ai_tag", custom_tags=["person", "van"])
    assert fires(world, trigger_type="ai_tag", tags=tags) == raised


@pytest.mark.parametrize("status", ["pending", "skipped", "failed", "completed"])
def test_ai_rule_waits_for_a_finished_analysis(world: World, status: str) -> None:
    new_rule(world, trigger_type="ai_tag", custom_tags=["person"])
    raised = fires(world, trigger_type="ai_tag", tags=["person"], ai_status=status)
    assert raised == (status == "completed")


@pytest.mark.parametrize(("confidence", "raised"), [(0.69, 0), (0.7, 1), (0.71, 1), (1, 1), (0, 0)])
def test_minimum_confidence_is_inclusive(world: World, confidence: float, raised: int) -> None:
    new_rule(world, trigger_type="ai_tag", custom_tags=["person"], min_confidence=0.7)
    assert fires(world, trigger_type="ai_tag", tags=["person"], confidence=confidence) == raised


def test_without_a_minimum_any_confidence_matches(world: World) -> None:
    new_rule(world, trigger_type="ai_tag", custom_tags=["person"])
    assert fires(world, trigger_type="ai_tag", tags=["person"], confidence=0) == 1


def test_scope_by_site_watches_the_cameras_there(world: World) -> None:
    first, second = cameras_by_site(world)
    new_rule(world, scope_type="specific_sites", site_ids=world.sites[:1])
    assert [fires(world, camera_id=camera) for camera in first] == [1] * len(first)
    assert [fires(world, camera_id=camera) for camera in second] == [0] * len(second)


def test_scope_by_camera_watches_those_cameras(world: World) -> None:
    first, second = cameras_by_site(world)
    new_rule(world, scope_type="specific_cameras", camera_ids=[first[0], second[0]])
    assert [fires(world, camera_id=camera) for camera in (*first, *second)] == [1, 0, 1, 0]


def test_lists_of_another_scope_are_ignored(world: World) -> None:
    first, second = cameras_by_site(world)
    new_rule(world, scope_type="all_cameras", camera_ids=[first[0]], site_ids=world.sites[:1])
    assert fires(world, camera_id=second[0]) == 1


@pytest.mark.parametrize(("zones", "raised"), [(["yard"], 1), (["gate", "yard"], 1), (["gate"], 0), ([], 0)])
def test_zones_narrow_a_rule(world: World, zones: list[str], raised: int) -> None:
    new_rule(world, zones_filter=["yard", "fence"])
    assert fires(world, zones=zones) == raised


def test_rule_without_zones_matches_any_zone(world: World) -> None:
    new_rule(world)
    assert fires(world, zones=[]) == 1


def test_cooldown_ends_with_its_last_second(world: World) -> None:
    new_rule(world, cooldown_sec=60)
    camera = world.cameras[0]["id"]
    raised = [fires(world, later(NOON, seconds=second), camera_id=camera) for second in (0, 0, 1, 59, 60, 119, 120)]
    assert raised == [1, 0, 0, 0, 1, 0, 1]


def test_without_cooldown_every_event_fires(world: World) -> None:
    new_rule(world, cooldown_sec=0)
    camera = world.cameras[0]["id"]
    assert [fires(world, camera_id=camera) for _ in range(3)] == [1, 1, 1]


def test_cooldown_is_counted_by_rule_and_camera(world: World) -> None:
    new_rule(world, cooldown_sec=3600)
    first, second = world.cameras[0]["id"], world.cameras[1]["id"]
    assert [fires(world, camera_id=camera) for camera in (first, second, first)] == [1, 1, 0]
    new_rule(world, cooldown_sec=3600)
    assert fires(world, camera_id=first) == 1


def test_cooldown_ignores_alerts_later_than_the_event(world: World) -> None:
    new_rule(world, cooldown_sec=60)
    camera = world.cameras[0]["id"]
    assert fires(world, NOON, camera_id=camera) == 1
    assert fires(world, later(NOON, seconds=-30), camera_id=camera) == 1


def test_changed_cooldown_counts_from_the_last_alert(world: World) -> None:
    rule = new_rule(world, cooldown_sec=600)
    camera = world.cameras[0]["id"]
    assert fires(world, camera_id=camera) == 1
    ok(world.operator.patch(f"/api/v1/alert-rules/{rule['id']}", json={"cooldown_sec": 10}))
    assert fires(world, later(NOON, seconds=9), camera_id=camera) == 0
    assert fires(world, later(NOON, seconds=10), camera_id=camera) == 1


def test_disabled_rule_does_not_fire_until_enabled(world: World) -> None:
    rule = new_rule(world, enabled=False)
    path = f"/api/v1/alert-rules/{rule['id']}"
    assert fires(world) == 0
    ok(world.operator.patch(path, json={"enabled": True}))
    assert fires(world) == 1
    ok(world.operator.patch(path, json={"enabled": False}))
    assert fires(world) == 0


def test_deleted_rule_fires_no_more(world: World) -> None:
    rule = new_rule(world)
    done(world.operator.delete(f"/api/v1/alert-rules/{rule['id']}"))
    assert fires(world) == 0


def test_new_rule_does_not_fire_for_past_events(world: World) -> None:
    assert fires(world) == 0
    new_rule(world)
    assert ok(world.viewer.get("/api/v1/alerts"))["total"] == 0
