"""The status of a camera, set through the control plane."""

import pytest

from tests.harness import Running, World
from tests.mockserver.control.calls import UNKNOWN, call, refused
from tests.mockserver.http.steps import done, new_camera, ok


@pytest.fixture
def other(shared: Running) -> World:
    return shared.org()


@pytest.mark.parametrize("status", ["online", "offline", "pending", "error", "disabled"])
def test_camera_can_be_set_to_any_status(world: World, status: str) -> None:
    camera = world.cameras[0]
    assert call(world.running, "PATCH", _at(world, camera["id"]), 200, json={"status": status}) == {
        **camera, "status": status,
    }  # fmt: skip
    assert ok(world.operator.get(f"/api/v1/cameras/{camera['id']}"))["status"] == status
    described = call(world.running, "GET", f"/orgs/{world.id}", 200)["cameras"]
    assert {**camera, "status": status} in described


def test_status_does_not_change_with_time(isolated: Running) -> None:
    world = isolated.org()
    camera = new_camera(world)["id"]
    call(isolated, "PATCH", _at(world, camera), 200, json={"status": "pending"})
    isolated.control("POST", "/clock", json={"advance": 3600})
    assert ok(world.operator.get(f"/api/v1/cameras/{camera}"))["status"] == "pending"


def test_unknown_foreign_or_deleted_camera_is_not_found(world: World, other: World) -> None:
    gone = world.cameras[0]["id"]
    done(world.operator.delete(f"/api/v1/cameras/{gone}"))
    for camera_id in (UNKNOWN, other.cameras[0]["id"], gone):
        call(world.running, "PATCH", _at(world, camera_id), 404, json={"status": "offline"})


@pytest.mark.parametrize("body", [{}, {"status": "gone"}, {"status": "offline", "name": "x"}])
def test_other_changes_are_refused(world: World, body: dict[str, str]) -> None:
    field = "name" if "name" in body else "status"
    refused(world.running, "PATCH", _at(world, world.cameras[0]["id"]), field, json=body)


def _at(world: World, camera_id: str) -> str:
    return f"/orgs/{world.id}/cameras/{camera_id}"
