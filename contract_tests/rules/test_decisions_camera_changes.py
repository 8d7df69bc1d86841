"""What this project decided where no page tells of cameras: changing, moving and deleting them."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, refuses_fields
from contract_tests.steps.cameras import bound_camera, listed_ids, new_gateway, path_to, status
from contract_tests.steps.gateways import disable
from contract_tests.world import GATEWAYS, RULES, World

INVALID = "400 validation_error that names"


@pytest.mark.rules("AS-114")
def test_a_change_answers_with_the_camera_as_it_reads_then(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        camera, there = bound_camera(world), world.sites[-1]
        waiting = new_gateway(world, there)
        known, name = {**camera}, world.name("camera")
        for body, told in (
            ({"name": name}, {"name": name}),
            ({"site_id": there}, {"site_id": there, "gateway_id": waiting}),
            ({"gateway_id": None}, {"gateway_id": None, "connection_mode": "direct"}),
            ({"name": "x", "site_id": camera["site_id"]}, {"name": "x", "site_id": camera["site_id"]}),
        ):
            known |= told
            answer = world.operator.patch(path_to(camera["id"]), body)
            expect("AS-114", answer.is_(200), "200", answer)
            expect.equal("AS-114", answer.json, known, f"after {body} the answer is")
            expect.equal("AS-114", world.operator.get(path_to(camera["id"])).json, known, f"after {body} the camera is")


@pytest.mark.rules("AS-114")
def test_a_change_that_moves_nothing_leaves_the_stream_alone(world: World, expect: Expect) -> None:
    camera = bound_camera(world)
    world.set_camera_status(camera["id"], "offline")
    for name in ("name", "site_id", "gateway_id"):
        world.operator.patch(path_to(camera["id"]), {name: camera[name]})
        expect.equal("AS-114", status(world, camera["id"]), "offline", f"with the same {name} the status")


@pytest.mark.rules("AS-115")
def test_a_camera_is_bound_to_a_gateway_of_its_site_only(world: World, expect: Expect) -> None:
    here, there = world.sites[0], world.sites[-1]
    camera, elsewhere = bound_camera(world), new_gateway(world, there)
    before = world.operator.get(path_to(camera["id"])).json
    for body in (
        *({"gateway_id": wrong} for wrong in (elsewhere, UNKNOWN_ID, world.outside.bound_gateway)),
        {"site_id": there, "gateway_id": camera["gateway_id"]},
        {"name": "x", "gateway_id": elsewhere},
    ):
        answer = world.operator.patch(path_to(camera["id"]), body)
        expect("AS-115", refuses_fields(answer, "gateway_id"), f"{INVALID} gateway_id", answer)
        expect.equal("AS-115", world.operator.get(path_to(camera["id"])).json, before, "after a refusal the camera is")
    for body in ({"site_id": there, "gateway_id": elsewhere}, {"site_id": here, "gateway_id": camera["gateway_id"]}):
        answer = world.operator.patch(path_to(camera["id"]), body)
        expect("AS-115", answer.is_(200) and answer.json.items() >= body.items(), f"{body} to be taken", answer)


@pytest.mark.rules("AS-116")
def test_the_oldest_usable_gateway_takes_a_camera_over(world: World, expect: Expect) -> None:
    there, found = world.sites[-1], []
    for _ in range(4):
        found.append(new_gateway(world, there))
        world.advance(2)
    disable(world, found[0])
    for wanted, gone in ((found[1], found[1]), (found[2], found[3])):
        camera = bound_camera(world)
        answer = world.operator.patch(path_to(camera["id"]), {"site_id": there})
        expect.equal("AS-116", answer["gateway_id"], wanted, "the gateway is")
        shown = world.operator.get(path_to(camera["id"]))["gateway_id"]
        expect.equal("AS-116", shown, wanted, "read, the gateway is")
        disable(world, gone)


@pytest.mark.rules("AS-117")
def test_a_camera_that_needs_a_gateway_stays_where_one_is(world: World, expect: Expect) -> None:
    there, camera = world.sites[-1], bound_camera(world)
    before = world.operator.get(path_to(camera["id"])).json
    for body in ({"site_id": there}, {"site_id": there, "name": "x"}):
        answer = world.operator.patch(path_to(camera["id"]), body)
        expect("AS-117", refuses_fields(answer, "site_id"), f"{INVALID} site_id", answer)
        expect.equal("AS-117", world.operator.get(path_to(camera["id"])).json, before, "after a refusal the camera is")
        disable(world, new_gateway(world, there))
    answer = world.operator.patch(path_to(camera["id"]), {"site_id": there, "gateway_id": None})
    expect("AS-117", answer.is_(200), "the move to be taken without a gateway", answer)
    answer = world.operator.patch(path_to(world.camera()["id"]), {"site_id": there})
    expect("AS-117", answer.is_(200), "the move of a direct camera to be taken", answer)


@pytest.mark.rules("AS-118")
def test_a_camera_is_connected_directly_and_back(world: World, expect: Expect) -> None:
    camera = bound_camera(world)
    for gateway_id, mode in ((None, "direct"), (camera["gateway_id"], "gateway")):
        answer = world.operator.patch(path_to(camera["id"]), {"gateway_id": gateway_id})
        expect("AS-118", answer.is_(200), "200", answer)
        for shown in (answer, world.operator.get(path_to(camera["id"]))):
            told = (shown["gateway_id"], shown["connection_mode"])
            expect.equal("AS-118", told, (gateway_id, mode), "gateway and mode are")
        found = listed_ids(world.operator, connection_mode=mode)
        expect("AS-118", camera["id"] in found, f"to be listed as {mode}", found)


@pytest.mark.rules("AS-119")
def test_a_camera_is_deleted_once(world: World, expect: Expect) -> None:
    path = path_to(world.camera()["id"])
    answer = world.operator.delete(path)
    expect("AS-119", answer.is_(204) and answer.body == b"", "204 without a body", answer)
    for actor in (world.operator, world.owner):
        answer = actor.delete(path)
        expect("AS-119", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("AS-120")
def test_a_deleted_camera_leaves_its_gateway(world: World, expect: Expect) -> None:
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
    expect.equal("AS-126", world.operator.get(path).json, before, "after a refusal the camera is")


@pytest.mark.rules("AS-127")
def test_other_rules_stay_as_they_are(world: World, expect: Expect) -> None:
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
        expect.equal("AS-127", world.operator.get(f"{RULES}/{known['id']}").json, known, "the rule is")


@pytest.mark.rules("AS-129")
def test_a_camera_moves_to_sites_of_the_org_only(world: World, expect: Expect) -> None:
    for camera in (world.camera(), bound_camera(world)):
        before = world.operator.get(path_to(camera["id"])).json
        for site in (UNKNOWN_ID, world.outside.sites[0]):
            for body in ({"site_id": site}, {"site_id": site, "gateway_id": None}, {"site_id": site, "name": "x"}):
                answer = world.operator.patch(path_to(camera["id"]), body)
                expect("AS-129", refuses_fields(answer, "site_id"), f"{INVALID} site_id", answer)
                shown = world.operator.get(path_to(camera["id"])).json
                expect.equal("AS-129", shown["site_id"], before["site_id"], "after a refusal the site is")
