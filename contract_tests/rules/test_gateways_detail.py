"""One gateway and its telemetry: which roles may read them, and their fields."""

from contextlib import suppress

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.alert_rules import available
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.steps.gateway_socket import require_socket
from contract_tests.steps.gateways import (
    GATEWAY_FIELDS,
    GATEWAY_LIST_FIELDS,
    TELEMETRY_FIELDS,
    generate_code,
    listed_gateways,
    path_to,
    redeem_code,
    telemetry_frame,
)
from contract_tests.steps.sites import ungranted_site
from contract_tests.verdicts import Unavailable
from contract_tests.world import GATEWAYS, World


def new_gateway(world: World, site_id: str, part: str) -> str:
    """Return the id of a new gateway at a site, one that has reported telemetry if that is the part to read."""
    if not part:
        return str(world.register(site_id=site_id)["id"])
    paired = world.pair(site_id=site_id)
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
        socket.send(telemetry_frame())
    return str(paired["gateway_id"])


@pytest.mark.rules("GW-54", "GW-58")
@pytest.mark.parametrize("part", ["", "/telemetry"])
def test_every_role_reads_gateways_and_a_viewer_those_of_granted_sites(world: World, expect: Expect, part: str) -> None:
    rule = "GW-58" if part else "GW-54"
    key = world.pair()["api_key"]
    seen, hidden = (new_gateway(world, site, part) for site in (world.granted[0], ungranted_site(world)))
    for actor in (world.owner, world.admin, world.operator, world.viewer):
        answer = actor.get(path_to(seen, part))
        expect(rule, answer.is_(200), f"the {actor.name} to read it", answer)
        answer = actor.get(path_to(hidden, part))
        if actor.name == "viewer":
            expect(rule, 400 <= answer.status < 500, "a viewer not to read it at a site not granted", answer)
        else:
            expect(rule, answer.is_(200), f"the {actor.name} to read it", answer)
    for actor in (world.anonymous, world.actor_with_token("gateway", key)):
        answer = actor.get(path_to(seen, part))
        expect(rule, 400 <= answer.status < 500, f"the {actor.name} to be refused", answer)


@pytest.mark.rules("GW-54", "GW-58")
@pytest.mark.parametrize("part", ["", "/telemetry"])
def test_a_viewer_reads_no_existing_gateway_of_another_site(world: World, expect: Expect, part: str) -> None:
    rule = "GW-58" if part else "GW-54"
    available(world.granted, "site granted to the viewer")
    with suppress(Unavailable):
        world.register(site_id=ungranted_site(world))
    hidden = [item["id"] for item in listed_gateways(world.operator) if item.get("site_id") not in world.granted]
    for gateway_id in available(hidden, "gateway at another site"):
        answer = world.viewer.get(path_to(gateway_id, part))
        expect(rule, 400 <= answer.status < 500, "a viewer not to read it at a site not granted", answer)


@pytest.mark.rules("GW-57", "GW-64")
@pytest.mark.parametrize("part", ["", "/telemetry"])
def test_an_existing_gateway_of_another_org_is_404_not_found(world: World, expect: Expect, part: str) -> None:
    rule = "GW-64" if part else "GW-57"
    if not world.shared:
        world.outside.register()
    foreign = [item["id"] for item in listed_gateways(world.outside.operator)]
    for gateway_id in available(foreign, "gateway in the other org"):
        answer = world.operator.get(path_to(gateway_id, part))
        expect(rule, answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("GW-55")
def test_one_gateway_has_the_fields_of_the_list_and_created_at(world: World, expect: Expect) -> None:
    code = generate_code(world)
    redeem_code(world, code["pairing_code"], version="2026.04.12", local_ip="10.0.0.7")
    for item in listed_gateways(world.viewer):
        answer = world.viewer.get(path_to(str(item.get("id"))))
        expect("GW-55", answer.is_(200), "200", answer)
        missing = [name for name in GATEWAY_FIELDS if name not in answer.json]
        expect("GW-55", not missing, f"the fields {', '.join(GATEWAY_FIELDS)}", f"no {missing}: {answer}")
        for name in GATEWAY_LIST_FIELDS if world.owns(GATEWAYS, item) else ():
            expect.equal("GW-55", answer[name], item.get(name), f"{name} as in the list")
        expect("GW-55", isinstance(answer["created_at"], str), "created_at as a timestamp", answer)


@pytest.mark.rules("GW-56")
def test_reading_a_gateway_needs_a_valid_credential(world: World, expect: Expect) -> None:
    path = path_to(world.register()["id"])
    for actor in (world.anonymous, world.intruder):
        answer = actor.get(path)
        expect("GW-56", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("GW-57", "GW-64")
@pytest.mark.parametrize("part", ["", "/telemetry"])
def test_a_gateway_of_another_org_is_404_not_found(world: World, expect: Expect, part: str) -> None:
    rule = "GW-64" if part else "GW-57"
    foreign = generate_code(world.outside)["id"]
    for actor in (world.viewer, world.operator, world.owner):
        for gateway_id in (foreign, UNKNOWN_ID):
            answer = actor.get(path_to(gateway_id, part))
            expect(rule, answer.is_(404, "not_found"), "404 not_found", answer)
    answer = world.outside.operator.get(path_to(foreign))
    expect(rule, answer.is_(200), "the gateway to exist in its own org", answer)


@pytest.mark.rules("GW-06", "GW-60")
def test_every_gateway_has_telemetry(world: World, expect: Expect) -> None:
    world.register()
    for item in listed_gateways(world.viewer):
        answer = world.viewer.get(path_to(str(item.get("id")), "/telemetry"))
        expect("GW-06", answer.is_(200) or answer.is_(404, "not_found"), "200, or 404 before any report", answer)
        if not answer.is_(200):
            continue
        missing = [name for name in TELEMETRY_FIELDS if name not in answer.json]
        expect("GW-60", not missing, f"the fields {', '.join(TELEMETRY_FIELDS)}", f"no {missing}: {answer}")
        expect.equal("GW-60", answer["gateway_id"], item.get("id"), "gateway_id")


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        pytest.param(rule, names, marks=pytest.mark.rules(rule), id=rule)
        for rule, names in (
            ("GW-06", ("cpu_percent", "memory_mb")),
            ("GW-59", ("cpu_percent", "memory_mb", "camera_recording_status", "network_throughput")),
            ("GW-61", ("camera_recording_status",)),
            ("GW-62", ("network_throughput",)),
        )
    ],
)
def test_telemetry_shows_what_the_gateway_reported(
    world: World, expect: Expect, rule: str, names: tuple[str, ...]
) -> None:
    paired = world.pair()
    cameras = dict(zip(world.cameras(), ("recording", "stopped"), strict=False))
    rates = {"upstream_mbps": 5.2, "downstream_mbps": 28.6}
    frame = telemetry_frame(cpu=18.4, memory=742, camera_recording_status=cameras, network_throughput=rates)
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
        socket.send(frame)
    answer = world.viewer.get(path_to(paired["gateway_id"], "/telemetry"))
    for name in names:
        expect.equal(rule, answer[name], frame[name], name)
    if rule == "GW-59":
        expect(rule, isinstance(answer["last_heartbeat_at"], str), "last_heartbeat_at", answer)
