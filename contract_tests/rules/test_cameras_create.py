"""Adding, changing and deleting a camera: which roles may, and the input for a new one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.actors import Actor
from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, refused
from contract_tests.steps.cameras import add, bound_camera, listed_ids, new_camera_body, new_gateway, path_to
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, World


def _refused_actors(world: World) -> list[Actor]:
    """Return the actors that may change nothing in the org."""
    return [world.viewer, world.anonymous, world.intruder]


@pytest.mark.rules("CAM-03", "CAM-13")
@pytest.mark.parametrize("role", ["operator", "admin", "owner"])
def test_operators_and_higher_roles_add_change_and_delete_cameras(world: World, expect: Expect, role: str) -> None:
    actor = world.actor(role)
    added = actor.post(CAMERAS, new_camera_body(world))
    if added.is_(400):
        raise Unavailable(f"adding a camera was answered {added}")
    expect("CAM-13", added.is_(201), f"the {role} to add a camera", added)
    expect("CAM-03", added.is_(201), f"the {role} to add a camera", added)
    path, name = path_to(added["id"]), world.name("camera")
    changed = actor.patch(path, {"name": name})
    expect("CAM-03", changed.is_(200) and world.operator.get(path)["name"] == name, f"the {role} to rename it", changed)
    deleted = actor.delete(path)
    expect("CAM-03", deleted.is_(204), f"the {role} to delete it", deleted)
    expect("CAM-13", added["id"] not in listed_ids(world.operator), "the camera not to be listed", added)


@pytest.mark.rules("CAM-03")
def test_no_other_caller_adds_changes_or_deletes_a_camera(world: World, expect: Expect) -> None:
    camera = world.camera()
    before, known = world.operator.get(path_to(camera["id"])), set(listed_ids(world.operator))
    for actor in _refused_actors(world):
        answer = actor.post(CAMERAS, new_camera_body(world, name=(name := world.name("camera"))))
        expect("CAM-03", refused(answer), f"the {actor.name} to be refused", answer)
        found = [world.operator.get(path_to(new))["name"] for new in set(listed_ids(world.operator)) - known]
        expect("CAM-03", name not in found, f"no camera of the {actor.name}", found)
        for answer in (actor.patch(path_to(camera["id"]), {"name": name}), actor.delete(path_to(camera["id"]))):
            expect("CAM-03", refused(answer), f"the {actor.name} to be refused", answer)
    after = world.operator.get(path_to(camera["id"]))
    expect("CAM-03", after.is_(200) and after["name"] == before["name"], "the camera unchanged", after)


@pytest.mark.rules("CAM-13")
def test_a_role_below_operator_may_not_add_a_camera(world: World, expect: Expect) -> None:
    world.camera()
    for actor in _refused_actors(world):
        answer = actor.post(CAMERAS, new_camera_body(world))
        expect("CAM-13", refused(answer), f"the {actor.name} to be refused", answer)
    answer = world.viewer.post(CAMERAS, new_camera_body(world))
    expect("CAM-13", answer.is_(403, "forbidden"), "403 forbidden for the viewer", answer)


@pytest.mark.rules("CAM-14")
def test_a_camera_needs_a_site(world: World, expect: Expect) -> None:
    gateway_id = new_gateway(world)
    world.camera()
    for fields in ({}, {"connection_mode": "gateway", "gateway_id": gateway_id}):
        answer = add(world, site_id=None, **fields)
        expect("CAM-14", answer.is_(400, "validation_error"), "400 validation_error without a site_id", answer)
    for wrong in ("", "north", UNKNOWN_ID):
        answer = add(world, site_id=wrong)
        expect("CAM-14", refused(answer), f"site_id {wrong!r} to be refused", answer)


@pytest.mark.rules("CAM-15")
def test_a_camera_in_gateway_mode_needs_a_gateway_id(world: World, expect: Expect) -> None:
    known = bound_camera(world)
    expect.equal("CAM-15", known["connection_mode"], "gateway", "connection_mode")
    for mode in ("gateway", None):
        answer = add(world, connection_mode=mode)
        expect("CAM-15", answer.is_(400, "validation_error"), f"400 validation_error for mode {mode}", answer)
    world.camera(connection_mode="direct")


@pytest.mark.rules("CAM-16")
def test_connection_mode_is_gateway_by_default(world: World, expect: Expect) -> None:
    gateway_id = bound_camera(world)["gateway_id"]
    answer = add(world, connection_mode=None, gateway_id=gateway_id)
    expect("CAM-16", answer.is_(201), "201 without a connection_mode", answer)
    for shown in (answer, world.operator.get(path_to(answer["id"]))):
        expect.equal(
            "CAM-16",
            (shown["connection_mode"], shown["gateway_id"]),
            ("gateway", gateway_id),
            "connection_mode and gateway_id",
        )
    answer = add(world, connection_mode=None)
    expect("CAM-16", refused(answer), "a refusal without connection_mode and gateway_id", answer)


@pytest.mark.rules("CAM-17")
@given(size=st.integers(0, 130))
@example(size=0)
@example(size=1)
@example(size=100)
@example(size=101)
def test_a_camera_name_has_1_to_100_characters(world: World, expect: Expect, size: int) -> None:
    world.camera()
    name = (world.name("camera") * 10)[: max(size - 1, 0)] + "ü" * bool(size)
    answer = add(world, name=name)
    if 1 <= size <= 100:
        expect("CAM-17", answer.is_(201), f"a name of {size} characters to be accepted", answer)
        expect.equal("CAM-17", world.operator.get(path_to(answer["id"]))["name"], name, "the name")
    else:
        expect("CAM-17", refused(answer), f"a name of {size} characters to be refused", answer)


@pytest.mark.rules("CAM-17")
def test_a_camera_needs_a_name(world: World, expect: Expect) -> None:
    world.camera()
    answer = add(world, name=None)
    expect("CAM-17", answer.is_(400, "validation_error"), "400 validation_error without a name", answer)


@pytest.mark.own_org
@pytest.mark.rules("CAM-18")
def test_a_camera_that_refuses_its_gateway_is_not_added(world: World, expect: Expect) -> None:
    gateway_id = bound_camera(world, password="right")["gateway_id"]
    before = listed_ids(world.operator)
    for fields in ({}, {"username": "user"}, {"type": "onvif"}):
        asked = {"connection_mode": "gateway", "gateway_id": gateway_id, "password": "wrong-one", **fields}
        answer = add(world, **asked)
        expect("CAM-18", refused(answer), "wrong credentials to be refused at once", answer)
        expect.equal("CAM-18", listed_ids(world.operator), before, "the cameras afterwards")
    world.advance(60)
    expect.equal("CAM-18", listed_ids(world.operator), before, "the cameras a minute later")


@pytest.mark.own_org
@pytest.mark.rules("CAM-19")
@pytest.mark.parametrize(("password", "end"), [("right", "online"), ("wrong-one", "error"), (None, "online")])
def test_a_direct_camera_is_added_before_its_stream_is_tried(
    world: World, expect: Expect, password: str | None, end: str
) -> None:
    with world.frozen_clock():
        answer = add(world, password=password)
        expect("CAM-19", answer.is_(201), "201 before the stream was tried", answer)
        expect.equal("CAM-19", answer["status"], "pending", "the first status")
        expect("CAM-19", answer["id"] in listed_ids(world.operator), "the camera to be listed", answer)
        world.advance(60)
        expect.equal("CAM-19", world.operator.get(path_to(answer["id"]))["status"], end, "the last status")
