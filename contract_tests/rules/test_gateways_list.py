"""The list of gateways, and rules about all operations on gateways."""

import pytest

from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps.alert_rules import available
from contract_tests.steps.gateways import (
    GATEWAY_LIST_FIELDS,
    GENERATE,
    PAIR,
    generate_code,
    listed_gateways,
    listed_ids,
    path_to,
    redeem_code,
)
from contract_tests.steps.sites import ungranted_site
from contract_tests.world import GATEWAYS, World


@pytest.mark.rules("GW-01")
def test_every_operation_on_gateways_is_served_under_their_path(world: World, expect: Expect) -> None:
    code = generate_code(world)
    expect("GW-01", code.is_(201), f"POST {GENERATE} to be served", code)
    gateway = path_to(code["id"])
    calls = [
        ("POST", PAIR, world.anonymous.post(PAIR, {"pairing_code": code["pairing_code"]})),
        ("GET", GATEWAYS, world.operator.get(GATEWAYS)),
        ("GET", gateway, world.operator.get(gateway)),
        ("GET", f"{gateway}/telemetry", world.operator.get(f"{gateway}/telemetry")),
        ("PATCH", gateway, world.operator.patch(gateway, {"name": world.name("gateway")})),
        ("DELETE", gateway, world.operator.delete(gateway)),
    ]
    for method, path, answer in calls:
        unreported = path.endswith("/telemetry") and answer.is_(404, "not_found")
        expect("GW-01", 200 <= answer.status < 300 or unreported, f"{method} {path} to be served", answer)


@pytest.mark.rules("GW-03")
@pytest.mark.parametrize("part", ["/heartbeat", "/heartbeats", "/telemetry", "/status", ""])
def test_no_rest_route_accepts_a_heartbeat(world: World, expect: Expect, part: str) -> None:
    paired = world.pair()
    path = path_to(paired["gateway_id"], part)
    before = world.operator.get(path_to(paired["gateway_id"]))["last_heartbeat_at"]
    for actor in (world.actor_with_token("gateway", paired["api_key"]), world.owner):
        for method in ("POST", "PUT", *(["PATCH"] if part else [])):
            answer = actor.call(method, path, json={"type": "heartbeat"})
            expect("GW-03", 400 <= answer.status < 500, f"{method} {path} to be refused", answer)
    shown = world.operator.get(path_to(paired["gateway_id"]))
    expect.equal("GW-03", shown["last_heartbeat_at"], before, "last_heartbeat_at after the refusals")


@pytest.mark.rules("GW-07")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_lists_the_gateways(world: World, expect: Expect, role: str) -> None:
    answer = world.actor(role).get(GATEWAYS)
    expect("GW-07", answer.is_(200), f"200 for the {role}", answer)


@pytest.mark.rules("GW-08")
def test_a_viewer_lists_no_existing_gateway_of_another_site(world: World, expect: Expect) -> None:
    granted = available(world.granted, "site granted to the viewer")
    hidden = [item for item in listed_gateways(world.viewer) if item.get("site_id") not in granted]
    expect.equal("GW-08", hidden, [], f"with {world.granted} granted, the gateways of other sites are")


@pytest.mark.rules("GW-08")
def test_a_viewer_lists_gateways_of_granted_sites_only(world: World, expect: Expect) -> None:
    made = {site: [world.register(site_id=site)["id"]] for site in (world.granted[0], ungranted_site(world))}
    visible = listed_gateways(world.viewer)
    foreign = [item for item in visible if item.get("site_id") not in world.granted]
    expect("GW-08", not foreign, f"gateways of {world.granted}", foreign)
    for site, gateways in made.items():
        found = {item.get("id") for item in visible}.intersection(gateways)
        wanted = set(gateways) if site in world.granted else set()
        expect.equal("GW-08", found, wanted, f"of the gateways at {site}, those listed")
    world.operator.patch(path_to(made[world.granted[0]][0]), {"site_id": ungranted_site(world)})
    removed = made[world.granted[0]][0] not in listed_ids(world.viewer)
    expect("GW-08", removed, "a gateway not to be listed after it moved to another site", listed_ids(world.viewer))


@pytest.mark.rules("GW-09")
def test_the_list_has_no_gateway_of_another_org(world: World, expect: Expect) -> None:
    foreign = {generate_code(world.outside)["id"] for _ in range(3)}
    world.register()
    for actor in (world.owner, world.admin, world.operator, world.viewer):
        found = foreign.intersection(listed_ids(actor))
        expect("GW-09", not found, "no gateway of another org", found)


@pytest.mark.rules("GW-10", "GW-11")
def test_the_list_is_an_object_with_data_and_total_and_no_cursor(world: World, expect: Expect) -> None:
    for _ in range(3):
        answer = world.viewer.get(GATEWAYS)
        body = answer.json if isinstance(answer.json, dict) else {}
        expect("GW-10", answer.is_(200), "200", answer)
        expect("GW-10", isinstance(body.get("data"), list), "a list in data", answer)
        expect("GW-10", type(body.get("total")) is int, "a number in total", answer)
        expect("GW-11", "next_cursor" not in body, "no next_cursor", answer)
        world.pair()


@pytest.mark.rules("GW-12", "GW-13")
def test_a_listed_gateway_has_its_fields_without_created_at(world: World, expect: Expect) -> None:
    code = generate_code(world)
    redeem_code(world, code["pairing_code"], version="2026.04.12", local_ip="10.0.0.7")
    world.register()
    for item in listed_gateways(world.viewer):
        missing = [name for name in GATEWAY_LIST_FIELDS if name not in item]
        expect("GW-12", not missing, f"the fields {', '.join(GATEWAY_LIST_FIELDS)}", f"no {missing} in {item}")
        expect("GW-13", "created_at" not in item, "no created_at", item)


@pytest.mark.rules("GW-14")
def test_listing_gateways_needs_a_valid_credential(world: World, expect: Expect) -> None:
    for actor in (world.anonymous, world.intruder):
        answer = actor.get(GATEWAYS)
        expect("GW-14", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("GW-15")
def test_listing_gateways_needs_a_role(world: World, expect: Expect) -> None:
    for _ in range(2):
        answer = world.actor_with_token("gateway", world.pair()["api_key"]).get(GATEWAYS)
        refused = answer.is_(403, "forbidden") or answer.is_(401, "auth_required")
        expect("GW-15", refused, "403 forbidden, or 401 auth_required where a gateway's key is none here", answer)
