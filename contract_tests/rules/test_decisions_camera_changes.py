"""Decisions about cameras that no page describes: changing, moving and deleting them."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, refuses_fields
from contract_tests.steps.cameras import bound_camera, listed_ids, new_gateway, path_to, status
from contract_tests.steps.gateways import disable
from contract_tests.world import GATEWAYS, RULES, World

INVALID_FIELD = "400 validation_error with field_errors for"


@pytest.mark.rules("AS-114")
def test_a_change_answers_with_the_camera_after_it(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        camera, other_site = bound_camera(world), world.sites[-1]
        other_gateway = new_gateway(world, other_site)
        known, name = {**camera}, world.name("camera")
        for body, changed in (
            ({"name": name}, {"name": name}),
            ({"site_id": other_site}, {"site_id": other_site, "gateway_id": other_gateway}),
            ({"gateway_id": None}, {"gateway_id": None, "connection_mode": "direct"}),
            ({"name": "x", "site_id": camera["site_id"]}, {"name": "x", "site_id": camera["site_id"]}),
        ):
            known |= changed
            answer = world.operator.patch(path_to(camera["id"]), body)
            expect("AS-114", answer.is_(200), "200", answer)
            expect.equal("AS-114", answer.json, known, f"after {body}, the answer")
            expect.equal("AS-114", world.operator.get(path_to(camera["id"])).json, known, f"after {body}, the camera")


@pytest.mark.rules("AS-114")
def test_a_change_to_the_same_values_keeps_the_status(world: World, expect: Expect) -> None:
    camera = bound_camera(world)
    world.set_camera_status(camera["id"], "offline")
    for name in ("name", "site_id", "gateway_id"):
        world.operator.patch(path_to(camera["id"]), {name: camera[name]})
        expect.equal("AS-114", status(world, camera["id"]), "offline", f"the status after a change to the same {name}")


@pytest.mark.rules("AS-115")
def test_a_camera_is_bound_to_a_gateway_of_its_site_only(world: World, expect: Expect) -> None:
    first, second = world.sites[0], world.sites[-1]
    camera, elsewhere = bound_camera(world), new_gateway(world, second)
    before = world.operator.get(path_to(camera["id"])).json
    for body in (
        *({"gateway_id": wrong} for wrong in (elsewhere, UNKNOWN_ID, world.outside.bound_gateway)),
        {"site_id": second, "gateway_id": camera["gateway_id"]},
        {"name": "x", "gateway_id": elsewhere},
    ):
        answer = world.operator.patch(path_to(camera["id"]), body)
        expect("AS-115", refuses_fields(answer, "gateway_id"), f"{INVALID_FIELD} gateway_id", answer)
        expect.equal("AS-115", world.operator.get(path_to(camera["id"])).json, before, "after a refusal, the camera")
    for body in ({"site_id": second, "gateway_id": elsewhere}, {"site_id": first, "gateway_id": camera["gateway_id"]}):
        answer = world.operator.patch(path_to(camera["id"]), body)
        expect("AS-115", answer.is_(200) and answer.json.items() >= body.items(), f"{body} to be accepted", answer)


@pytest.mark.rules("AS-116")
def test_a_moved_camera_is_bound_to_the_oldest_enabled_gateway(world: World, expect: Expect) -> None:
    site, gateways = world.sites[-1], []
    for _ in range(4):
        gateways.append(new_gateway(world, site))
        world.advance(2)
    disable(world, gateways[0])
    for wanted, disabled in ((gateways[1], gateways[1]), (gateways[2], gateways[3])):
        camera = bound_camera(world)
        answer = world.operator.patch(path_to(camera["id"]), {"site_id": site})
        expect.equal("AS-116", answer["gateway_id"], wanted, "the gateway")
        shown = world.operator.get(path_to(camera["id"]))["gateway_id"]
        expect.equal("AS-116", shown, wanted, "the gateway when read")
        disable(world, disabled)


@pytest.mark.rules("AS-117")
def test_a_bound_camera_does_not_move_to_a_site_without_an_enabled_gateway(world: World, expect: Expect) -> None:
    site, camera = world.sites[-1], bound_camera(world)
    before = world.operator.get(path_to(camera["id"])).json
    for body in ({"site_id": site}, {"site_id": site, "name": "x"}):
        answer = world.operator.patch(path_to(camera["id"]), body)
        expect("AS-117", refuses_fields(answer, "site_id"), f"{INVALID_FIELD} site_id", answer)
        expect.equal("AS-117", world.operator.get(path_to(camera["id"])).json, before, "after a refusal, the camera")
        disable(world, new_gateway(world, site))
    answer = world.operator.patch(path_to(camera["id"]), {"site_id": site, "gateway_id": None})
    expect("AS-117", answer.is_(200), "the move to be accepted without a gateway", answer)
    answer = world.operator.patch(path_to(world.camera()["id"]), {"site_id": site})
    expect("AS-117", answer.is_(200), "the move of a direct camera to be accepted", answer)


@pytest.mark.rules("AS-118")
def test_a_camera_can_be_unbound_and_bound_again(world: World, expect: Expect) -> None:
    camera = bound_camera(world)
    for gateway_id, mode in ((None, "direct"), (camera["gateway_id"], "gateway")):
        answer = world.operator.patch(path_to(camera["id"]), {"gateway_id": gateway_id})
        expect("AS-118", answer.is_(200), "200", answer)
        for shown in (answer, world.operator.get(path_to(camera["id"]))):
            connection = (shown["gateway_id"], shown["connection_mode"])
            expect.equal("AS-118", connection, (gateway_id, mode), "gateway_id and connection_mode")
        found = listed_ids(world.operator, connection_mode=mode)
        expect("AS-118", camera["id"] in found, f"to be listed as {mode}", found)


@pytest.mark.rules("AS-119")
def test_a_camera_cannot_be_deleted_twice(world: World, expect: Expect) -> None:
    path = path_to(world.camera()["id"])
    answer = world.operator.delete(path)
    expect("AS-119", answer.is_(204) and answer.body == b"", "204 without a body", answer)
    for actor in (world.operator, world.owner):
        answer = actor.delete(path)
        expect("AS-119", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("AS-120")
def test_a_deleted_camera_is_no_longer_bound_to_its_gateway(world: World, expect: Expect) -> None:
    camera = bound_camera(world)
    path = f"{GATEWAYS}/{camera['gateway_id']}"
    answer = world.operator.delete(path)
    expect("AS-120", answer.is_(400, "validation_error"), "400 while the camera is bound", answer)
    world.operator.delete(path_to(camera["id"]))
    answer = world.operator.delete(path)
    expect("AS-120", answer.is_(204), "204 once it is deleted", answer)


@pytest.mark.rules("AS-126")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"colour": "red"},
        {"status": "online"},
        {"type": "onvif"},
        {"connection_mode": "direct"},
        {"stream_url": "rtsp://x/2"},
        {"password": "new"},
        {"name": "x", "active_tier": "sub"},
        {"name": ""},
        {"name": "n" * 101},
        {"name": None},
        {"site_id": None},
    ],
    ids=str,
)
def test_a_change_of_anything_else_is_refused(world: World, expect: Expect, body: dict[str, Any]) -> None:
    path = path_to(world.camera()["id"])
    world.advance(60)
    before = world.operator.get(path).json
    answer = world.operator.patch(path, body)
    expect("AS-126", answer.is_(400, "validation_error"), "400 validation_error", answer)
    expect.equal("AS-126", world.operator.get(path).json, before, "after a refusal, the camera")


@pytest.mark.rules("AS-127")
def test_other_rules_are_unchanged_by_deleting_a_camera(world: World, expect: Expect) -> None:
    camera, other = world.camera()["id"], world.camera()["id"]
    rules = [
        world.rule(**fields)
        for fields in (
            {},
            {"scope_type": "specific_cameras", "camera_ids": [other]},
            {"scope_type": "specific_cameras", "camera_ids": [camera, other]},
            {"scope_type": "specific_sites", "site_ids": [world.sites[0]]},
            {"scope_type": "specific_sites", "site_ids": [world.sites[-1]]},
            {"enabled": False},
        )
    ]
    before = [world.operator.get(f"{RULES}/{rule['id']}").json for rule in rules]
    world.operator.delete(path_to(camera))
    for known in before:
        expect.equal("AS-127", world.operator.get(f"{RULES}/{known['id']}").json, known, "the rule")


@pytest.mark.rules("AS-129")
def test_a_camera_moves_to_sites_of_its_org_only(world: World, expect: Expect) -> None:
    for camera in (world.camera(), bound_camera(world)):
        before = world.operator.get(path_to(camera["id"])).json
        for site in (UNKNOWN_ID, world.outside.sites[0]):
            for body in ({"site_id": site}, {"site_id": site, "gateway_id": None}, {"site_id": site, "name": "x"}):
                answer = world.operator.patch(path_to(camera["id"]), body)
                expect("AS-129", refuses_fields(answer, "site_id"), f"{INVALID_FIELD} site_id", answer)
                shown = world.operator.get(path_to(camera["id"])).json
                expect.equal("AS-129", shown["site_id"], before["site_id"], "after a refusal, the site")
