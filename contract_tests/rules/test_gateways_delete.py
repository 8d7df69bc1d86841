"""Deleting a gateway: which roles may, in which state, and what is deleted with it."""

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.gateway_socket import is_admitted
from contract_tests.steps.gateways import generate_code, listed_ids, path_to, redeem_code
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, GATEWAYS, World


@pytest.mark.rules("GW-86", "GW-90")
def test_only_operators_and_higher_roles_delete_a_gateway(world: World, expect: Expect) -> None:
    kept = world.pair()
    path = path_to(kept["gateway_id"])
    before = world.operator.get(path).json
    for actor in (world.operator, world.admin, world.owner):
        answer = actor.delete(path_to(world.register()["id"]))
        expect("GW-86", 200 <= answer.status < 300, f"the {actor.name} to delete it", answer)
        expect("GW-90", answer.is_(204) and answer.body == b"", "204 without a body", answer)
    for actor in (world.viewer, world.anonymous, world.intruder, world.actor_with_token("gateway", kept["api_key"])):
        answer = actor.delete(path)
        expect("GW-86", 400 <= answer.status < 500, f"the {actor.name} to be refused", answer)
    expect.equal("GW-86", world.operator.get(path).json, before, "the gateway after a refusal")


@pytest.mark.rules("GW-91")
def test_a_viewer_may_not_delete_a_gateway(world: World, expect: Expect) -> None:
    path = path_to(world.register()["id"])
    answer = world.viewer.delete(path)
    expect("GW-91", answer.is_(403, "forbidden"), "403 forbidden", answer)
    answer = world.operator.get(path)
    expect("GW-91", answer.is_(200), "the gateway to exist", answer)


@pytest.mark.rules("GW-87", "AS-14")
def test_a_deleted_gateway_is_no_longer_listed(world: World, expect: Expect) -> None:
    for _ in range(2):
        gateway_id = world.register()["id"]
        total = world.operator.get(GATEWAYS)["total"]
        world.operator.delete(path_to(gateway_id))
        expect(
            "GW-87",
            gateway_id not in listed_ids(world.operator),
            "the gateway not to be listed",
            listed_ids(world.operator),
        )
        expect.equal("AS-14", world.operator.get(GATEWAYS)["total"], total - 1, "total")


@pytest.mark.rules("GW-93")
def test_a_deleted_gateway_cannot_be_read_and_its_key_is_revoked(world: World, expect: Expect) -> None:
    for _ in range(2):
        paired = world.pair()
        gateway_id, key = paired["gateway_id"], paired["api_key"]
        readers = (world.viewer, world.operator, world.owner)
        for actor in readers:
            actor.get(path_to(gateway_id))  # from now on a cache may hold the answer
        world.operator.delete(path_to(gateway_id))
        for actor in readers:
            answer = actor.get(path_to(gateway_id))
            expect("GW-93", answer.is_(404), "404", answer)
        answer = world.actor_with_token("gateway", key).get(GATEWAYS)
        expect("GW-93", answer.is_(401, "auth_required"), "its key to be refused with 401 auth_required", answer)


@pytest.mark.rules("GW-87")
def test_a_deleted_gateway_is_no_longer_paired(world: World, expect: Expect) -> None:
    paired = world.pair()
    world.operator.delete(path_to(paired["gateway_id"]))
    expect(
        "GW-87",
        not is_admitted(world, paired["gateway_id"], paired["api_key"]),
        "its socket to be refused",
        "it was admitted",
    )
    code = generate_code(world)
    world.operator.delete(path_to(code["id"]))
    answer = redeem_code(world, code["pairing_code"])
    expect("GW-87", 400 <= answer.status < 500, "its pairing code to be refused", answer)
    expect(
        "GW-87",
        code["id"] not in listed_ids(world.operator),
        "the gateway not to be listed",
        listed_ids(world.operator),
    )


@pytest.mark.rules("GW-88")
def test_a_gateway_with_cameras_cannot_be_deleted(world: World, expect: Expect) -> None:
    gateway_id = world.pair()["gateway_id"]
    camera = world.camera(connection_mode="gateway", gateway_id=gateway_id)
    if camera.get("gateway_id") != gateway_id:
        raise Unavailable("needs a camera that is bound to a gateway")
    path = path_to(gateway_id)
    before = world.operator.get(path).json
    for actor in (world.operator, world.owner):
        answer = actor.delete(path)
        expect("GW-88", answer.is_(400, "validation_error"), "400 validation_error", answer)
    expect.equal("GW-88", world.operator.get(path).json, before, "the gateway after a refusal")
    shown = world.operator.get(f"{CAMERAS}/{camera['id']}")
    if shown.status == 200:
        expect.equal("GW-88", shown["gateway_id"], gateway_id, "the gateway_id of its camera after a refusal")


@pytest.mark.rules("GW-89")
@pytest.mark.parametrize("how", ["moved to another gateway", "moved to none", "deleted"])
def test_a_gateway_whose_cameras_were_removed_can_be_deleted(world: World, expect: Expect, how: str) -> None:
    gateway, other = (world.pair()["gateway_id"] for _ in range(2))
    camera = f"{CAMERAS}/{world.camera(connection_mode='gateway', gateway_id=gateway)['id']}"
    if how == "deleted":
        world.operator.delete(camera)
    else:
        world.operator.patch(camera, {"gateway_id": other if how == "moved to another gateway" else None})
    answer = world.operator.delete(path_to(gateway))
    expect("GW-89", 200 <= answer.status < 300, f"a deletion, its camera {how}", answer)
    expect(
        "GW-89", gateway not in listed_ids(world.operator), "the gateway not to be listed", listed_ids(world.operator)
    )


@pytest.mark.rules("GW-92")
def test_a_gateway_of_another_org_cannot_be_deleted(world: World, expect: Expect) -> None:
    path = path_to(world.outside.register()["id"])
    for actor in (world.operator, world.owner):
        answer = actor.delete(path)
        expect("GW-92", answer.is_(404, "not_found"), "404 not_found", answer)
    answer = world.outside.operator.get(path)
    expect("GW-92", answer.is_(200), "the gateway to exist in its own org", answer)
