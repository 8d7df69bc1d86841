"""Changing and deleting cameras: rules CAM-… of the API."""

import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.http.cameras import (
    CAMERAS,
    EVENTS,
    GATEWAYS,
    advance,
    at,
    at_site,
    behind_gateway,
    bound,
    ids,
    status,
)
from tests.mockserver.http.steps import UNKNOWN, done, new_camera, new_code, new_rule, ok, refused


def test_new_name_changes_nothing_else(frozen: World) -> None:
    camera = behind_gateway(frozen)
    before = ok(frozen.viewer.get(at(camera)))
    after = before | {"name": "New"}
    assert ok(frozen.operator.patch(at(camera), json={"name": "New"})) == after
    assert ok(frozen.operator.patch(at(camera), json={"site_id": before["site_id"]})) == after
    assert ok(frozen.operator.patch(at(camera), json={"gateway_id": before["gateway_id"]})) == after


def test_camera_can_be_renamed_when_its_gateway_was_moved_away(world: World) -> None:
    camera = behind_gateway(world)
    ok(world.operator.patch(f"{GATEWAYS}/{camera['gateway_id']}", json={"site_id": world.sites[1]}))
    assert ok(world.operator.patch(at(camera), json={"name": "New"}))["gateway_id"] == camera["gateway_id"]


def test_moved_camera_keeps_id_and_events_and_comes_up_again(frozen: World) -> None:
    camera = at_site(frozen, frozen.sites[1])[0]
    event = frozen.record(camera_id=camera["id"])["data"][0]
    refused(frozen.viewer.get(f"{EVENTS}/{event}"), 403)
    moved = ok(frozen.operator.patch(at(camera), json={"site_id": frozen.sites[0]}))
    assert (moved["id"], moved["site_id"], moved["status"]) == (camera["id"], frozen.sites[0], "pending")
    assert ok(frozen.viewer.get(f"{EVENTS}/{event}"))["camera_id"] == camera["id"]
    assert ids(frozen.operator.get(EVENTS, params={"site_id": frozen.sites[0]})) == {event}
    assert ids(frozen.operator.get(EVENTS, params={"site_id": frozen.sites[1]})) == set()
    assert ok(frozen.operator.get(f"{EVENTS}/{event}"))["camera_name"] == camera["name"]
    advance(frozen, 11)
    assert status(frozen, camera) == "online"


def test_moved_camera_is_bound_to_the_oldest_usable_gateway_there(frozen: World) -> None:
    camera = behind_gateway(frozen)
    gateways = []
    for _ in range(3):
        gateways.append(new_code(frozen, site_id=frozen.sites[1])["id"])
        advance(frozen, 2)
    ok(frozen.operator.patch(f"{GATEWAYS}/{gateways[0]}", json={"status": "disabled"}))
    moved = ok(frozen.operator.patch(at(camera), json={"site_id": frozen.sites[1]}))
    assert (moved["gateway_id"], moved["connection_mode"], moved["status"]) == (gateways[1], "gateway", "pending")


def test_camera_that_needs_a_gateway_is_not_moved_where_none_is(world: World) -> None:
    camera = behind_gateway(world)
    refused(world.operator.patch(at(camera), json={"site_id": world.sites[1]}), 400, "site_id")
    disabled = new_code(world, site_id=world.sites[1])["id"]
    ok(world.operator.patch(f"{GATEWAYS}/{disabled}", json={"status": "disabled"}))
    refused(world.operator.patch(at(camera), json={"site_id": world.sites[1], "name": "New"}), 400, "site_id")
    assert ok(world.operator.get(at(camera))).items() >= camera.items()
    moved = ok(world.operator.patch(at(camera), json={"site_id": world.sites[1], "gateway_id": None}))
    assert (moved["gateway_id"], moved["connection_mode"]) == (None, "direct")


def test_direct_camera_stays_direct_until_bound(world: World) -> None:
    gateway = new_code(world, site_id=world.sites[1])["id"]
    camera = new_camera(world)
    assert ok(world.operator.patch(at(camera), json={"site_id": world.sites[1]}))["gateway_id"] is None
    tied = ok(world.operator.patch(at(camera), json={"gateway_id": gateway}))
    assert (tied["gateway_id"], tied["connection_mode"], tied["status"]) == (gateway, "gateway", "pending")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"site_id": UNKNOWN}, "site_id"),
        ({"site_id": None}, "site_id"),
        ({"gateway_id": UNKNOWN}, "gateway_id"),
        ({"name": "fine", "gateway_id": UNKNOWN}, "gateway_id"),
        ({"site_id": UNKNOWN, "gateway_id": None}, "site_id"),
        ({"status": "online"}, "status"),
        ({"password": "new"}, "password"),
        ({"name": "fine", "type": "onvif"}, "type"),
    ],
)
def test_bad_change_is_refused_as_a_whole(world: World, body: JSON, field: str) -> None:
    camera = world.cameras[0]
    before = ok(world.operator.get(at(camera)))
    refused(world.operator.patch(at(camera), json=body), 400, field)
    assert ok(world.operator.get(at(camera))) == before


def test_gateway_of_another_site_cannot_take_a_camera(world: World) -> None:
    other_gateway = new_code(world, site_id=world.sites[1])["id"]
    camera = bound(world)
    refused(world.operator.patch(at(camera), json={"gateway_id": other_gateway}), 400, "gateway_id")
    change = {"site_id": world.sites[1], "gateway_id": camera["gateway_id"]}
    refused(world.operator.patch(at(camera), json=change), 400, "gateway_id")
    moved = ok(world.operator.patch(at(camera), json={"site_id": world.sites[1], "gateway_id": other_gateway}))
    assert (moved["site_id"], moved["gateway_id"]) == (world.sites[1], other_gateway)


def test_deleted_camera_is_gone_but_its_events_stay(world: World) -> None:
    camera = at_site(world, world.sites[0])[0]
    event = world.record(camera_id=camera["id"])["data"][0]
    done(world.operator.delete(at(camera)))
    for answer in (
        world.owner.get(at(camera)),
        world.owner.patch(at(camera), json={"name": "x"}),
        world.owner.delete(at(camera)),
        world.owner.post(at(camera, "/trigger")),
        world.owner.get(at(camera, "/snapshot")),
        world.owner.post(at(camera, "/live-view-token")),
    ):
        refused(answer, 404)
    assert camera["id"] not in ids(world.operator.get(CAMERAS))
    for filters in ({}, {"camera_id": camera["id"]}, {"site_id": camera["site_id"]}):
        (item,) = ok(world.viewer.get(EVENTS, params=filters))["data"]
        assert (item["id"], item["camera_name"], item["camera_deleted"]) == (event, camera["name"], True)
    assert ok(world.viewer.get(f"{EVENTS}/{event}"))["camera_deleted"]
    assert camera["name"] in world.operator.get(f"{EVENTS}/export").text
    refused(world.operator.post("/api/v1/alert-rules", json=_watching(camera)), 404)


def _watching(camera: JSON) -> JSON:
    recipients = [{"type": "email", "target": "guard@example.com"}]
    scope = {"scope_type": "specific_cameras", "camera_ids": [camera["id"]]}
    return {"name": "R", "trigger_type": "motion", "recipients": recipients, **scope}


def test_camera_deleted_while_it_comes_up_stays_deleted(frozen: World) -> None:
    camera = new_camera(frozen)
    done(frozen.operator.delete(at(camera)))
    advance(frozen, 30)
    refused(frozen.operator.get(at(camera)), 404)


def test_gateway_of_deleted_cameras_can_be_deleted_and_the_snapshot_restored(isolated: Running) -> None:
    world = isolated.org()
    camera = behind_gateway(world)
    event = world.record(camera_id=camera["id"])["data"][0]
    refused(world.operator.delete(f"{GATEWAYS}/{camera['gateway_id']}"), 400, "id")
    done(world.operator.delete(at(camera)))
    done(world.operator.delete(f"{GATEWAYS}/{camera['gateway_id']}"))
    taken = isolated.control("GET", "/snapshot")
    isolated.control("POST", "/reset")
    isolated.control("PUT", "/snapshot", json=taken)
    assert ok(world.operator.get(f"{EVENTS}/{event}"))["camera_deleted"]
    left = next(row for row in taken["data"]["cameras"] if row["id"] == camera["id"])
    assert left["gateway_id"] is None


def test_rule_without_a_camera_left_is_disabled(world: World) -> None:
    first, second = at_site(world, world.sites[1])
    rules = {
        "all": new_rule(world),
        "site": new_rule(world, scope_type="specific_sites", site_ids=[world.sites[1]]),
        "sites": new_rule(world, scope_type="specific_sites", site_ids=world.sites),
        "first": new_rule(world, scope_type="specific_cameras", camera_ids=[first["id"]]),
        "both": new_rule(world, scope_type="specific_cameras", camera_ids=[first["id"], second["id"]]),
        "other": new_rule(world, scope_type="specific_cameras", camera_ids=[behind_gateway(world)["id"]]),
    }

    def enabled() -> set[str]:
        return {name for name, rule in rules.items() if ok(world.viewer.get(_rule(rule)))["enabled"]}

    done(world.operator.delete(at(first)))
    assert enabled() == rules.keys() - {"first"}
    done(world.operator.delete(at(second)))
    assert enabled() == rules.keys() - {"first", "site", "both"}
    for camera in at_site(world, world.sites[0]):
        done(world.operator.delete(at(camera)))
    assert enabled() == set()


def _rule(rule: JSON) -> str:
    return f"/api/v1/alert-rules/{rule['id']}"


def test_rule_that_did_not_watch_the_camera_is_left_alone(world: World) -> None:
    first, second = at_site(world, world.sites[1])
    rule = new_rule(world, scope_type="specific_cameras", camera_ids=[first["id"]])
    done(world.operator.delete(at(first)))
    ok(world.operator.patch(_rule(rule), json={"enabled": True}))
    done(world.operator.delete(at(second)))
    assert ok(world.viewer.get(_rule(rule)))["enabled"]
