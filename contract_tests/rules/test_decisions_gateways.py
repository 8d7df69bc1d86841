"""Decisions about gateways and pairing, where the pages leave them open."""

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, parse_time
from contract_tests.steps.gateways import (
    GENERATE,
    PAIR,
    generate_code,
    listed_gateways,
    listed_ids,
    path_to,
    redeem_code,
    seconds_until,
    status,
)
from contract_tests.world import ALERTS, EVENTS, GATEWAYS, RULES, World

INVALID_INPUT = "400 validation_error"


@pytest.mark.rules("AS-14")
def test_the_list_has_every_gateway_the_caller_may_see(world: World, expect: Expect) -> None:
    granted, other = world.sites[0], world.sites[-1]
    made = [world.pair(site_id=site)["gateway_id"] for site in [granted, other] * 12]
    for actor, wanted in ((world.operator, {*made, world.bound_gateway}), (world.viewer, {*made[::2]})):
        answer = actor.get(GATEWAYS)
        found = [item["id"] for item in answer["data"]]
        expect("AS-14", wanted <= set(found), "every gateway the caller may see", found)
        expect.equal("AS-14", answer["total"], len(found), "total")
        expect.equal("AS-14", len(set(found)), len(found), "the number of different ids")


@pytest.mark.rules("AS-22")
@pytest.mark.parametrize("part", ["", "/telemetry"])
def test_a_gateway_at_a_site_not_granted_is_404_not_found(world: World, expect: Expect, part: str) -> None:
    hidden = world.register(site_id=world.sites[-1])["id"]
    answer = world.viewer.get(path_to(hidden, part))
    expect("AS-22", answer.is_(404, "not_found"), "404 not_found", answer)
    world.operator.patch(path_to(hidden), {"site_id": world.granted[0]})
    answer = world.viewer.get(path_to(hidden, part))
    expect("AS-22", answer.is_(200), "the gateway to be found at a granted site", answer)


@pytest.mark.rules("AS-23")
def test_a_gateway_key_is_forbidden_on_routes_that_need_a_role(world: World, expect: Expect) -> None:
    paired = world.pair()
    gateway = world.actor_with_token("gateway", paired["api_key"])
    alert = world.raise_alerts()[0]
    event, rule, own = world.record()[0], world.rule()["id"], paired["gateway_id"]
    body = {"name": world.name("gateway"), "site_id": world.sites[0]}
    calls = [
        *(("GET", path, None) for path in (EVENTS, f"{EVENTS}/{event}", f"{EVENTS}/export", ALERTS, RULES, GATEWAYS)),
        *(("GET", path, None) for path in (f"{ALERTS}/{alert}", f"{ALERTS}/{alert}/timeline", f"{RULES}/{rule}")),
        *(("GET", path_to(own, part), None) for part in ("", "/telemetry")),
        ("PATCH", f"{EVENTS}/{event}", {"starred": True}),
        ("PATCH", f"{ALERTS}/{alert}", {"status": "acknowledged"}),
        ("PATCH", f"{RULES}/{rule}", {"enabled": False}),
        ("PATCH", path_to(own), {"name": "Mine"}),
        ("POST", RULES, {"name": "Mine", "trigger_type": "motion", "recipients": [{"type": "sms", "target": "1"}]}),
        ("POST", GENERATE, body),
        *(("DELETE", path, None) for path in (f"{EVENTS}/{event}", f"{RULES}/{rule}", path_to(own))),
    ]
    for method, path, sent in calls:
        answer = gateway.call(method, path, **({} if sent is None else {"json": sent}))
        expect("AS-23", answer.is_(403, "forbidden"), f"{method} {path} to be answered 403 forbidden", answer)


@pytest.mark.rules("AS-40")
def test_changing_or_deleting_an_unknown_gateway_is_404_not_found(world: World, expect: Expect) -> None:
    for gateway_id in (UNKNOWN_ID, world.outside.bound_gateway):
        for wanted in ("offline", "disabled"):
            answer = world.operator.patch(path_to(gateway_id), {"status": wanted})
            expect("AS-40", answer.is_(404, "not_found"), "404 not_found", answer)
        answer = world.operator.delete(path_to(gateway_id))
        expect("AS-40", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("AS-75")
def test_deleting_a_gateway_twice_is_404_not_found(world: World, expect: Expect) -> None:
    path = path_to(world.register()["id"])
    world.operator.delete(path)
    for actor in (world.operator, world.owner):
        answer = actor.delete(path)
        expect("AS-75", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("AS-41")
def test_invalid_input_for_a_code_is_reported_even_at_the_cap(world: World, expect: Expect) -> None:
    for _ in range(5):
        generate_code(world)
    for wrong in ({"name": ""}, {"name": None}, {"site_id": None}, {"site_id": UNKNOWN_ID}, {"colour": "red"}):
        answer = generate_code(world, **wrong)
        expect("AS-41", answer.is_(400, "validation_error"), INVALID_INPUT, answer)


@pytest.mark.rules("AS-42")
def test_a_gateway_that_was_just_paired_is_offline(world: World, expect: Expect) -> None:
    for _ in range(3):
        gateway_id = world.pair()["gateway_id"]
        expect.equal("AS-42", status(world, gateway_id), "offline", "status")


@pytest.mark.rules("AS-46")
def test_a_code_that_was_redeemed_and_then_expired_is_a_conflict(world: World, expect: Expect) -> None:
    code = generate_code(world)["pairing_code"]
    redeem_code(world, code)
    for seconds in (1, 601, 24 * 3600):
        world.advance(seconds)
        answer = redeem_code(world, code)
        expect("AS-46", answer.is_(409, "conflict"), "409 conflict", answer)


@pytest.mark.rules("AS-47")
@given(code=st.text("ABC123", max_size=12).filter(lambda text: len(text) != 6))
@example(code="")
@example(code="ABCDE")
@example(code="ABCDEFG")
def test_a_code_without_6_characters_is_invalid_or_unknown(world: World, expect: Expect, code: str) -> None:
    answer = redeem_code(world, code)
    expected = answer.is_(400, "validation_error") or answer.is_(404, "not_found")
    expect("AS-47", expected, "400 validation_error or 404 not_found", answer)


@pytest.mark.rules("AS-48")
def test_generating_a_code_for_a_site_of_another_org_is_invalid_input(world: World, expect: Expect) -> None:
    for site in (world.outside.sites[0], UNKNOWN_ID):
        answer = generate_code(world, site_id=site)
        expect("AS-48", answer.is_(400, "validation_error"), INVALID_INPUT, answer)


@pytest.mark.rules("AS-49")
def test_moving_a_gateway_to_a_site_of_another_org_is_invalid_input(world: World, expect: Expect) -> None:
    for site in (world.outside.sites[0], UNKNOWN_ID):
        answer = world.operator.patch(path_to(world.bound_gateway), {"site_id": site})
        expect("AS-49", answer.is_(400, "validation_error"), INVALID_INPUT, answer)


@pytest.mark.rules("AS-53")
def test_gateways_are_listed_newest_first(world: World, expect: Expect) -> None:
    made = []
    for _ in range(4):
        world.advance(2)
        made.append(world.register()["id"])
    expect.equal("AS-53", listed_ids(world.operator), [*reversed(made), world.bound_gateway], "the list")
    world.operator.patch(path_to(made[1]), {"name": world.name("gateway"), "status": "disabled"})
    expect.equal("AS-53", listed_ids(world.operator), [*reversed(made), world.bound_gateway], "the list after a change")
    created = [
        parse_time(world.operator.get(path_to(str(item["id"])))["created_at"])
        for item in listed_gateways(world.operator)
    ]
    expect.equal("AS-53", created, sorted(created, reverse=True), "created_at")


@pytest.mark.rules("AS-74")
def test_retry_after_is_the_time_until_the_first_code_expires(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        first = generate_code(world)
        for _ in range(4):
            world.advance(30)
            generate_code(world)
        for seconds in (0, 100.5, 300):
            world.advance(seconds)
            answer = generate_code(world)
            left = math.ceil(seconds_until(world, first["expires_at"]))
            expect.equal("AS-74", answer.headers.get("retry-after"), str(left), "Retry-After")


@pytest.mark.rules("AS-82")
@pytest.mark.parametrize("extra", [{"colour": "red"}, {"version_": "1"}, {"id": UNKNOWN_ID}])
def test_an_unknown_field_among_valid_ones_is_refused(world: World, expect: Expect, extra: dict[str, Any]) -> None:
    before = world.operator.get(GATEWAYS).json
    answer = generate_code(world, **extra)
    expect("AS-82", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
    answer = world.operator.patch(path_to(world.bound_gateway), {"name": "New", **extra})
    expect("AS-82", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
    expect.equal("AS-82", world.operator.get(GATEWAYS).json, before, "the list after the refusals")
    code = generate_code(world)["pairing_code"]
    answer = world.anonymous.post(PAIR, {"pairing_code": code, **extra})
    expect("AS-82", answer.is_(400, "validation_error"), INVALID_INPUT, answer)


@pytest.mark.rules("AS-94")
def test_the_telemetry_of_a_gateway_that_never_reported_is_empty(world: World, expect: Expect) -> None:
    for gateway_id in (world.register()["id"], world.pair()["gateway_id"]):
        answer = world.viewer.get(path_to(gateway_id, "/telemetry"))
        expect("AS-94", answer.is_(200), "200", answer)
        nothing = {"cpu_percent": None, "memory_mb": None, "last_heartbeat_at": None}
        empty = {"gateway_id": gateway_id, "camera_recording_status": {}, "network_throughput": {}}
        expect.equal("AS-94", answer.json, {**nothing, **empty}, "telemetry")
