"""Gateways and their pairing: rules GW-… of the API."""

import pytest

from mockserver.runtime.random_source import UNAMBIGUOUS
from tests.harness import JSON, Running, World
from tests.mockserver.http.steps import UNKNOWN, done, instant, new_code, ok, pair, refused

GATEWAYS = "/api/v1/gateways"
GENERATE, PAIR = f"{GATEWAYS}/generate-pairing-code", f"{GATEWAYS}/pair"
LISTED = {"id", "name", "site_id", "status", "version", "local_ip", "last_heartbeat_at"}


def advance(world: World, seconds: float) -> None:
    world.running.control("POST", "/clock", json={"advance": seconds})


def redeem(world: World, code: JSON, status: int) -> None:
    response = world.running.client().post(PAIR, json={"pairing_code": code["pairing_code"]})
    if status == 200:
        ok(response)
    else:
        refused(response, status)


def generate(world: World, status: int = 201) -> int | None:
    """Ask for one more code and return the Retry-After of the answer."""
    response = world.operator.post(GENERATE, json={"name": "G", "site_id": world.sites[0]})
    assert response.status_code == status, response.text
    if status == 429:
        refused(response, 429)
    return int(response.headers["retry-after"]) if "retry-after" in response.headers else None


def test_gateway_from_registration_to_deletion(world: World) -> None:
    code = new_code(world, name="Dock")
    path = f"{GATEWAYS}/{code['id']}"
    assert code.keys() == {"id", "pairing_code", "expires_at", "status"}
    registered = ok(world.owner.get(path))
    assert registered.keys() == LISTED | {"created_at"}
    assert (instant(code["expires_at"]) - instant(registered["created_at"])).total_seconds() == 600
    assert registered == {
        "id": code["id"], "name": "Dock", "site_id": world.sites[0], "status": "registered", "version": None,
        "local_ip": None, "last_heartbeat_at": None, "created_at": registered["created_at"],
    }  # fmt: skip
    answer = pair(world.running, code, name="ignored", version="2026.04.12", local_ip="10.0.0.7")
    assert answer.keys() == {"gateway_id", "api_key", "org_id", "ice_servers"}
    assert (answer["gateway_id"], answer["org_id"]) == (code["id"], world.id)
    assert answer["api_key"].startswith("gw_")
    assert all(
        server.keys() == {"urls", "username", "credential"} and server["urls"] for server in answer["ice_servers"]
    )

    paired = registered | {"status": "offline", "version": "2026.04.12", "local_ip": "10.0.0.7"}
    assert ok(world.owner.get(path)) == paired
    listed = ok(world.owner.get(GATEWAYS))
    assert listed["total"] == len(listed["data"]) == 2
    assert {name: paired[name] for name in LISTED} in listed["data"]
    done(world.operator.delete(path))
    for response in (world.owner.get(path), world.owner.get(f"{path}/telemetry"), world.operator.delete(path)):
        refused(response, 404)
    assert ok(world.owner.get(GATEWAYS))["total"] == 1


def test_pairing_needs_nothing_but_the_code(world: World) -> None:
    code = new_code(world)
    assert pair(world.running, code)["gateway_id"] == code["id"]
    gateway = ok(world.owner.get(f"{GATEWAYS}/{code['id']}"))
    assert (gateway["version"], gateway["local_ip"]) == (None, None)


def test_codes_are_six_unambiguous_capitals_and_digits(world: World) -> None:
    codes = []
    for _ in range(40):
        code = new_code(world)
        codes.append(code["pairing_code"])
        pair(world.running, code)
    assert {len(code) for code in codes} == {6}
    assert set("".join(codes)) <= set(UNAMBIGUOUS)
    assert not set(UNAMBIGUOUS) & set("01ILOilo")
    assert len(set(codes)) == 40


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name", "site_id"]),
        ({"name": ""}, ["name"]),
        ({"name": "n" * 101}, ["name"]),
        ({"name": None}, ["name"]),
        ({"site_id": "x"}, ["site_id"]),
        ({"site_id": UNKNOWN}, ["site_id"]),
        ({"colour": "red"}, ["colour"]),
    ],
)
def test_bad_request_for_a_code_registers_nothing(world: World, body: JSON, fields: list[str]) -> None:
    asked = {"name": "G", "site_id": world.sites[0], **body} if body else body
    refused(world.operator.post(GENERATE, json=asked), 400, *fields)
    assert ok(world.owner.get(GATEWAYS))["total"] == 1


def test_names_of_one_and_a_hundred_characters_are_accepted(world: World) -> None:
    for name in ("n", "ü" * 100):
        assert ok(world.owner.get(f"{GATEWAYS}/{new_code(world, name=name)['id']}"))["name"] == name


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "pairing_code"),
        ({"pairing_code": "ABCDE"}, "pairing_code"),
        ({"pairing_code": "ABCDEFG"}, "pairing_code"),
        ({"pairing_code": None}, "pairing_code"),
        ({"pairing_code": "ABCDEF", "colour": "red"}, "colour"),
        ({"pairing_code": "ABCDEF", "version": 5}, "version"),
        ({"pairing_code": "ABCDEF", "local_ip": "x" * 65}, "local_ip"),
    ],
)
def test_malformed_redemption_is_refused(world: World, body: JSON, field: str) -> None:
    refused(world.running.client().post(PAIR, json=body), 400, field)


def test_unknown_code_is_not_found(world: World) -> None:
    redeem(world, {"pairing_code": "ZZZZZZ"}, 404)


def test_code_works_once_only(world: World) -> None:
    code = new_code(world)
    redeem(world, code, 200)
    redeem(world, code, 409)


def test_code_works_until_just_before_its_ten_minutes_are_over(frozen: World) -> None:
    code = new_code(frozen)
    advance(frozen, 599.999)
    redeem(frozen, code, 200)


def test_expired_code_is_gone(frozen: World) -> None:
    code = new_code(frozen)
    advance(frozen, 600)
    redeem(frozen, code, 410)
    assert ok(frozen.owner.get(f"{GATEWAYS}/{code['id']}"))["status"] == "registered"


def test_redeemed_code_stays_a_conflict_when_it_is_expired_too(frozen: World) -> None:
    code = new_code(frozen)
    redeem(frozen, code, 200)
    advance(frozen, 3600)
    redeem(frozen, code, 409)


def test_sixth_active_code_is_refused_until_the_first_expires(frozen: World) -> None:
    for _ in range(5):
        generate(frozen)
        advance(frozen, 60)
    assert generate(frozen, 429) == 300
    assert ok(frozen.owner.get(GATEWAYS))["total"] == 6
    advance(frozen, 299.5)
    assert generate(frozen, 429) == 1
    advance(frozen, 0.5)
    generate(frozen)
    assert generate(frozen, 429) == 60


def test_redeeming_or_deleting_frees_a_slot_and_another_org_has_its_own(world: World) -> None:
    codes = [new_code(world) for _ in range(5)]
    generate(world, 429)
    assert new_code(world.running.org())["status"] == "registered"
    redeem(world, codes[0], 200)
    generate(world)
    generate(world, 429)
    done(world.operator.delete(f"{GATEWAYS}/{codes[1]['id']}"))
    generate(world)
    generate(world, 429)
    redeem(world, codes[1], 404)


def test_gateway_without_a_name_takes_the_one_it_sends(isolated: Running) -> None:
    world = isolated.org()
    code = new_code(world)
    snapshot = isolated.control("GET", "/snapshot")
    next(gateway for gateway in snapshot["data"]["gateways"] if gateway["id"] == code["id"])["name"] = None
    isolated.control("PUT", "/snapshot", json=snapshot)
    pair(isolated, code, name="Self-named")
    assert ok(world.owner.get(f"{GATEWAYS}/{code['id']}"))["name"] == "Self-named"


def gateway_in(world: World, status: str) -> str:
    """Return the path of a gateway in a state that REST alone can reach."""
    code = new_code(world)
    if status != "registered":
        pair(world.running, code)
    path = f"{GATEWAYS}/{code['id']}"
    if status == "disabled":
        ok(world.operator.patch(path, json={"status": "disabled"}))
    return path


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("registered", "disabled", True),
        ("offline", "disabled", True),
        ("disabled", "offline", True),
        ("registered", "offline", False),
        ("offline", "offline", False),
        ("disabled", "disabled", False),
        *((state, target, False) for state in ("registered", "offline", "disabled") for target in ("online", "paired")),
        *((state, "registered", False) for state in ("registered", "offline", "disabled")),
    ],
)
def test_status_follows_the_documented_transitions(world: World, before: str, after: str, allowed: bool) -> None:
    path = gateway_in(world, before)
    response = world.operator.patch(path, json={"status": after})
    if allowed:
        assert ok(response)["status"] == after
    else:
        refused(response, 400, "status")
    assert ok(world.owner.get(path))["status"] == (after if allowed else before)


def test_disabled_gateway_stays_disabled_when_paired(world: World) -> None:
    code = new_code(world)
    ok(world.operator.patch(f"{GATEWAYS}/{code['id']}", json={"status": "disabled"}))
    pair(world.running, code)
    assert ok(world.owner.get(f"{GATEWAYS}/{code['id']}"))["status"] == "disabled"


def test_rename_and_move_change_nothing_else(world: World) -> None:
    path = f"{GATEWAYS}/{world.gateways[0]['id']}"
    before = ok(world.owner.get(path))
    assert ok(world.operator.patch(path, json={"name": "New"})) == before | {"name": "New"}
    other = next(site for site in world.sites if site != before["site_id"])
    changes = {"name": "n" * 100, "site_id": other, "status": "disabled"}
    assert ok(world.operator.patch(path, json=changes)) == before | changes == ok(world.owner.get(path))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"name": ""}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"site_id": UNKNOWN}, "site_id"),
        ({"site_id": None}, "site_id"),
        ({"version": "1"}, "version"),
        ({"local_ip": "10.0.0.1"}, "local_ip"),
        ({"name": "fine", "last_heartbeat_at": "2026-01-01T00:00:00Z"}, "last_heartbeat_at"),
        ({"name": "fine", "status": "online"}, "status"),
        ({"name": "fine", "site_id": UNKNOWN, "status": "disabled"}, "site_id"),
    ],
)
def test_bad_change_is_refused_as_a_whole(world: World, body: JSON, field: str) -> None:
    path = f"{GATEWAYS}/{world.gateways[0]['id']}"
    before = ok(world.owner.get(path))
    refused(world.operator.patch(path, json=body), 400, field)
    assert ok(world.owner.get(path)) == before


def test_gateway_with_cameras_cannot_be_deleted(world: World) -> None:
    bound = next(camera for camera in world.cameras if camera["gateway_id"])
    path = f"{GATEWAYS}/{bound['gateway_id']}"
    refused(world.operator.delete(path), 400, "id")
    assert ok(world.owner.get(path))["status"] == "offline"


def test_key_of_a_deleted_gateway_is_refused(world: World) -> None:
    code = new_code(world)
    key = pair(world.running, code)["api_key"]
    gateway = world.running.client(key)
    refused(gateway.get(GATEWAYS), 403)
    done(world.operator.delete(f"{GATEWAYS}/{code['id']}"))
    refused(gateway.get(GATEWAYS), 401)


def test_telemetry_is_empty_before_the_first_report(world: World) -> None:
    gateway_id = world.gateways[0]["id"]
    assert ok(world.owner.get(f"{GATEWAYS}/{gateway_id}/telemetry")) == {
        "gateway_id": gateway_id, "cpu_percent": None, "memory_mb": None, "last_heartbeat_at": None,
        "camera_recording_status": {}, "network_throughput": {},
    }  # fmt: skip


def test_there_is_no_heartbeat_over_rest(world: World) -> None:
    refused(world.owner.post(f"{GATEWAYS}/{world.gateways[0]['id']}/heartbeat"), 404)
