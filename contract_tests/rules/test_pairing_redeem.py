"""Redeeming a pairing code: the input, the credential, and the answer."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.gateways import PAIR, generate_code, path_to, redeem_code
from contract_tests.steps.sampling import attempts
from contract_tests.world import World

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
WORDS = st.text("abcXYZ019._:-", min_size=1, max_size=40)


@pytest.mark.rules("GW-44")
def test_redeeming_a_valid_code_answers_200(world: World, expect: Expect) -> None:
    for _ in range(3):
        answer = redeem_code(world, generate_code(world)["pairing_code"])
        expect("GW-44", answer.is_(200), "200", answer)


@pytest.mark.rules("GW-36", "GW-37")
def test_a_valid_code_is_redeemed_with_any_credential_or_none(world: World, expect: Expect) -> None:
    answer = redeem_code(world, generate_code(world)["pairing_code"])
    expect("GW-36", answer.is_(200), "a code to be redeemed without a credential", answer)
    key = world.actor_with_token("gateway", answer["api_key"])
    holders = (world.anonymous, world.viewer, world.owner, world.outside.operator, key)
    for holder in holders:
        answer = redeem_code(world, generate_code(world)["pairing_code"], holder)
        expect("GW-37", answer.is_(200), f"a code to be redeemed by the {holder.name}", answer)


@pytest.mark.rules("GW-37")
def test_no_credential_replaces_a_valid_code(world: World, expect: Expect) -> None:
    code = generate_code(world)
    wrong = "".join(ALPHABET[ALPHABET.find(letter) - 1] for letter in code["pairing_code"])
    for actor in (world.anonymous, world.intruder, world.viewer, world.operator, world.owner):
        answer = redeem_code(world, wrong, actor)
        expect("GW-37", 400 <= answer.status < 500, f"the {actor.name} to be refused without a code", answer)
    shown = world.operator.get(path_to(code["id"]))
    expect.equal("GW-37", shown["status"], "registered", "the gateway's status after the refusals")


@pytest.mark.rules("GW-39")
@given(size=st.integers(0, 12))
@example(size=5)
@example(size=6)
@example(size=7)
def test_a_code_must_have_6_characters(world: World, expect: Expect, size: int) -> None:
    code = generate_code(world)
    text = (code["pairing_code"] * 2)[:size]
    answer = redeem_code(world, text)
    if size == 6:
        expect("GW-39", answer.is_(200), "a code of 6 characters to be accepted", answer)
    else:
        expect("GW-39", 400 <= answer.status < 500, f"a code of {size} characters to be refused", answer)
    world.operator.delete(path_to(code["id"]))


@pytest.mark.rules("GW-40")
@pytest.mark.parametrize("body", [{}, {"name": "Dock"}, {"pairing_code": None}, {"version": "1", "local_ip": "::1"}])
def test_redeeming_needs_a_code(world: World, expect: Expect, body: dict[str, object]) -> None:
    answer = world.anonymous.post(PAIR, body)
    expect("GW-40", answer.is_(400, "validation_error"), "400 validation_error", answer)


@pytest.mark.rules("GW-41", "GW-42", "GW-49")
@given(
    reported=st.fixed_dictionaries(
        {}, optional={"name": WORDS, "version": WORDS, "local_ip": st.ip_addresses().map(str)}
    )
)
@example(reported={})
@example(reported={"name": "Another", "version": "2026.04.12", "local_ip": "192.168.10.24"})
@example(reported={"version": "2026.04.12"})
def test_a_gateway_may_report_name_version_and_local_ip(world: World, expect: Expect, reported: dict[str, Any]) -> None:
    code = generate_code(world)
    name = world.operator.get(path_to(code["id"]))["name"]
    answer = redeem_code(world, code["pairing_code"], **reported)
    expect("GW-41", answer.is_(200), f"a code to be redeemed with {sorted(reported) or 'nothing else'}", answer)
    shown = world.operator.get(path_to(code["id"]))
    expect.equal("GW-42", shown["name"], name, "the gateway's name")
    for field in ("version", "local_ip"):
        if field in reported:
            expect.equal("GW-49", shown[field], reported[field], f"the gateway's {field}")


@pytest.mark.rules("GW-45", "GW-46", "GW-47")
def test_a_paired_gateway_gets_its_key_its_org_and_ice_servers(world: World, expect: Expect) -> None:
    orgs = set()
    for _ in range(3):
        answer = redeem_code(world, generate_code(world)["pairing_code"])
        for name in ("gateway_id", "api_key", "org_id", "ice_servers"):
            expect("GW-45", name in answer.json, f"the field {name}", answer)
        orgs.add(answer["org_id"])
        expect("GW-46", str(answer["api_key"]).startswith("gw_"), "a key that begins with gw_", answer["api_key"])
        servers = answer["ice_servers"]
        expect("GW-47", isinstance(servers, list), "a list as ice_servers", servers)
        for server in servers:
            expect("GW-47", isinstance(server, dict), "an object", server)
            urls = server.get("urls")
            valid = isinstance(urls, list) and urls and all(isinstance(url, str) for url in urls)
            expect("GW-47", valid, "a list of urls", server)
            for name in ("username", "credential"):
                expect("GW-47", isinstance(server.get(name), str) and server[name], f"a {name}", server)
    expect.equal("GW-45", len(orgs), 1, "the number of values of org_id for gateways of one org")
    if world.org_id:
        expect.equal("GW-45", orgs, {world.org_id}, "the values of org_id")


@pytest.mark.rules("GW-50")
@given(code=st.text(ALPHABET, min_size=6, max_size=6))
@example(code="AAAAAA")
@example(code="000000")
def test_a_code_that_was_never_issued_is_404_not_found(world: World, expect: Expect, code: str) -> None:
    answer = redeem_code(world, code)
    expect("GW-50", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("GW-51")
def test_a_redeemed_code_is_409_conflict(world: World, expect: Expect) -> None:
    codes = []
    for _ in range(4):
        codes.append(generate_code(world)["pairing_code"])
        redeem_code(world, codes[-1])
    for code in codes * 2:
        answer = redeem_code(world, code)
        expect("GW-51", answer.is_(409, "conflict"), "409 conflict", answer)


@pytest.mark.rules("GW-53", "AS-23")
def test_a_code_can_be_redeemed_once(world: World, expect: Expect) -> None:
    for _ in range(attempts(world, 7)):
        code = generate_code(world)
        first = redeem_code(world, code["pairing_code"], version="1")
        before = world.operator.get(path_to(code["id"])).json
        for _ in range(3):
            answer = redeem_code(world, code["pairing_code"], version="2")
            expect("GW-53", not answer.is_(200), "a refusal of the second redemption", answer)
        shown = world.operator.get(path_to(code["id"])).json
        expect("GW-53", shown == before, "no change by a refusal", shown)
        used = world.actor_with_token("gateway", first["api_key"]).get(path_to(code["id"]))
        expect("AS-23", used.status != 401, "the first key to stay valid", used)
