"""Triggering a camera manually: which roles may, the path, and how often."""

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import refused
from contract_tests.steps.cameras import path_to, trigger
from contract_tests.world import CAMERAS, EVENTS, World


@pytest.mark.rules("CAM-20")
def test_a_camera_is_triggered_once_in_five_seconds(world: World, expect: Expect) -> None:
    camera_id = world.camera()["id"]
    with world.frozen_clock():
        trigger(world, camera_id)
        for _ in range(3):
            answer = world.operator.call("POST", path_to(camera_id, "/trigger"))
            expect("CAM-20", answer.is_(429), "429 at once", answer)
        world.advance(5.1)
        answer = world.operator.call("POST", path_to(camera_id, "/trigger"))
        expect("CAM-20", answer.is_(201), "201 after five seconds", answer)
    found = world.operator.get(EVENTS, camera_id=camera_id)
    expect.equal("CAM-20", found["total"], 2, "the number of the camera's events")


@pytest.mark.own_org
@pytest.mark.rules("CAM-20", "RL-04")
@pytest.mark.parametrize("seconds", [0, 0.5, 4, 4.8])
def test_a_trigger_within_five_seconds_is_refused(world: World, expect: Expect, seconds: float) -> None:
    camera_id = world.camera()["id"]
    with world.frozen_clock():
        trigger(world, camera_id)
        world.advance(seconds)
        answer = world.operator.call("POST", path_to(camera_id, "/trigger"))
        expect("CAM-20", answer.is_(429), f"429 after {seconds} s", answer)
        expect("RL-04", answer.is_(429), f"429 after {seconds} s", answer)
        world.advance(5.001 - seconds)
        answer = world.operator.call("POST", path_to(camera_id, "/trigger"))
        expect("RL-04", answer.is_(201), "201 after five seconds, whatever was refused meanwhile", answer)
        answer = world.operator.call("POST", path_to(camera_id, "/trigger"))
        expect("RL-04", answer.is_(429), "429 for one more", answer)


@pytest.mark.rules("RL-04")
@pytest.mark.own_org
def test_each_camera_has_a_limit_of_its_own(world: World, expect: Expect) -> None:
    one, other = world.camera()["id"], world.camera()["id"]
    with world.frozen_clock():
        trigger(world, one)
        answer = world.admin.call("POST", path_to(one, "/trigger"))
        expect("RL-04", answer.is_(429), "429 for another user too", answer)
        answer = world.operator.call("POST", path_to(other, "/trigger"))
        expect("RL-04", answer.is_(201), "201 from another camera", answer)
        world.advance(3600)
        trigger(world, one)
        answer = world.operator.call("POST", path_to(one, "/trigger"))
        expect("RL-04", answer.is_(429), "429 for the second after an hour without a call", answer)


@pytest.mark.rules("CAM-21")
def test_a_camera_is_triggered_under_its_own_path(world: World, expect: Expect) -> None:
    camera_id = world.camera()["id"]
    answer = world.operator.call("POST", path_to(camera_id, "/trigger"))
    expect("CAM-21", answer.status in (200, 201, 202), "success", answer)
    found = world.operator.get(EVENTS, camera_id=camera_id, trigger_type="manual")
    expect.equal("CAM-21", len(found["data"]), 1, "the number of manual events of the camera")
    for method, path in (("GET", path_to(camera_id, "/trigger")), ("POST", f"{CAMERAS}/trigger")):
        answer = world.operator.call(method, path)
        expect("CAM-21", refused(answer), f"{method} {path} to be refused", answer)


@pytest.mark.rules("CAM-22")
@pytest.mark.parametrize("role", ["operator", "admin", "owner"])
def test_operators_and_higher_roles_trigger_a_camera(world: World, expect: Expect, role: str) -> None:
    answer = world.actor(role).call("POST", path_to(world.camera()["id"], "/trigger"))
    expect("CAM-22", answer.status in (200, 201, 202), f"the {role} to trigger it", answer)


@pytest.mark.rules("CAM-22")
def test_no_other_caller_triggers_a_camera(world: World, expect: Expect) -> None:
    camera_id = world.camera()["id"]
    for actor in (
        world.viewer,
        world.anonymous,
        world.intruder,
        world.actor_with_token("gateway", world.pair()["api_key"]),
    ):
        answer = actor.call("POST", path_to(camera_id, "/trigger"))
        expect("CAM-22", answer.status in (401, 403), f"the {actor.name} to be refused", answer)
    answer = world.viewer.call("POST", path_to(camera_id, "/trigger"))
    expect("CAM-22", answer.is_(403, "forbidden"), "403 forbidden for the viewer", answer)
    found = world.operator.get(EVENTS, camera_id=camera_id)
    expect.equal("CAM-22", found["total"], 0, "the number of the camera's events")
