"""Generating a pairing code: which roles may, the input, and the answer."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, parse_time
from contract_tests.steps.gateways import (
    GENERATE,
    MAX_SKEW_SECONDS,
    generate_code,
    own_ids,
    path_to,
    redeem_code,
    require_status,
    seconds_until,
)
from contract_tests.steps.sampling import attempts
from contract_tests.world import World

NAMES = st.text("aZ9éß京 -_()/<&'\"", min_size=1, max_size=100).filter(lambda name: name == name.strip())


@pytest.mark.rules("GW-16")
def test_only_operators_and_higher_roles_generate_a_code(world: World, expect: Expect) -> None:
    for actor in (world.operator, world.admin, world.owner):
        answer = generate_code(world, actor)
        expect("GW-16", answer.is_(201), f"the {actor.name} to get a code", answer)
        world.operator.delete(path_to(answer["id"]))
    key = world.pair()["api_key"]
    before = own_ids(world)
    for actor in (world.viewer, world.actor_with_token("gateway", key), world.anonymous, world.intruder):
        answer = generate_code(world, actor)
        expect("GW-16", 400 <= answer.status < 500, f"the {actor.name} to be refused", answer)
    expect.equal("GW-16", own_ids(world), before, "the gateways after a refusal")


@pytest.mark.rules("GW-30")
def test_a_viewer_may_not_generate_a_code(world: World, expect: Expect) -> None:
    before = own_ids(world)
    answer = generate_code(world, world.viewer)
    expect("GW-30", answer.is_(403, "forbidden"), "403 forbidden", answer)
    expect.equal("GW-30", own_ids(world), before, "the gateways after a refusal")


@pytest.mark.rules("GW-17", "GW-18", "GW-31", "GW-32", "GW-33")
def test_a_code_has_six_capital_letters_or_digits_and_a_registered_gateway(world: World, expect: Expect) -> None:
    for _ in range(attempts(world, 25)):
        answer = generate_code(world)
        expect("GW-31", answer.is_(201), "201", answer)
        for name in ("id", "pairing_code", "expires_at", "status"):
            expect("GW-32", name in answer.json, f"the field {name}", answer)
        code = answer["pairing_code"]
        expect("GW-17", isinstance(code, str) and len(code) == 6, "6 characters", repr(code))
        expect("GW-18", re.fullmatch("[A-Z0-9]+", code), "capital letters and digits", code)
        expect.equal("GW-33", answer["status"], "registered", "status")
        shown = world.operator.get(path_to(answer["id"]))
        expect.equal("GW-33", shown["status"], "registered", "the gateway's status")
        world.operator.delete(path_to(answer["id"]))


@pytest.mark.rules("GW-34")
def test_a_code_expires_ten_minutes_from_now(world: World, expect: Expect) -> None:
    skew = MAX_SKEW_SECONDS if world.shared else 0
    with world.frozen_clock():
        left = seconds_until(world, generate_code(world)["expires_at"])
        expect("GW-34", 599 - skew <= left <= 600 + skew, "between 599 and 600 s", f"{left} s")


@pytest.mark.rules("GW-34")
def test_a_code_expires_ten_minutes_after_it_was_generated(world: World, expect: Expect) -> None:
    for _ in range(4):
        answer = generate_code(world)
        created_at = world.operator.get(path_to(answer["id"]))["created_at"]
        span = (parse_time(answer["expires_at"]) - parse_time(created_at)).total_seconds()
        expect("GW-34", abs(span - 600) < 1, "600 s from created_at to expires_at", f"{span} s")
        world.operator.delete(path_to(answer["id"]))


@pytest.mark.rules("GW-24")
@given(size=st.integers(0, 130))
@example(size=0)
@example(size=1)
@example(size=100)
@example(size=101)
def test_a_name_has_1_to_100_characters(world: World, expect: Expect, size: int) -> None:
    answer = generate_code(world, name="é" * size)
    if 1 <= size <= 100:
        expect("GW-24", answer.is_(201), f"a name of {size} characters to be accepted", answer)
        world.operator.delete(path_to(answer["id"]))
        return
    expect("GW-24", 400 <= answer.status < 500, f"a name of {size} characters to be refused", answer)


@pytest.mark.rules("GW-24")
def test_a_name_is_required(world: World, expect: Expect) -> None:
    answer = generate_code(world, name=None)
    expect("GW-24", 400 <= answer.status < 500, "a refusal", answer)


@pytest.mark.rules("GW-28")
@given(letter=st.sampled_from("nÜ京"))
def test_a_name_of_101_characters_is_refused(world: World, expect: Expect, letter: str) -> None:
    answer = generate_code(world, name=letter * 101)
    expect("GW-28", answer.is_(400, "validation_error"), "400 validation_error", answer)
    answer = generate_code(world, name=letter * 100)
    expect("GW-28", answer.is_(201), "one of 100 to be accepted", answer)
    world.operator.delete(path_to(answer["id"]))


@pytest.mark.rules("GW-24")
@given(name=NAMES)
@example(name="x" * 99 + "Z")
def test_the_gateway_gets_the_name_in_the_body(world: World, expect: Expect, name: str) -> None:
    answer = generate_code(world, name=name)
    shown = world.operator.get(path_to(answer["id"]))
    expect.equal("GW-24", shown["name"], name, "the gateway's name")
    world.operator.delete(path_to(answer["id"]))


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        pytest.param("GW-26", "name", marks=pytest.mark.rules("GW-26")),
        pytest.param("GW-27", "site_id", marks=pytest.mark.rules("GW-27")),
    ],
)
def test_name_and_site_are_required(world: World, expect: Expect, rule: str, field: str) -> None:
    before = own_ids(world)
    body = {"name": world.name("gateway"), "site_id": world.sites[0]}
    without_field = {name: value for name, value in body.items() if name != field}
    for wrong in (without_field, {}, {**body, field: None}, {**body, field: 7}, {**body, field: []}):
        answer = world.operator.post(GENERATE, wrong)
        expect(rule, answer.is_(400, "validation_error"), "400 validation_error", answer)
    expect.equal(rule, own_ids(world), before, "the gateways after the refusals")


@pytest.mark.rules("GW-25")
def test_the_site_must_be_one_of_the_org(world: World, expect: Expect) -> None:
    for site in world.sites:
        answer = generate_code(world, site_id=site)
        expect("GW-25", answer.is_(201), "a site of the org to be accepted", answer)
        shown = world.operator.get(path_to(answer["id"]))
        expect.equal("GW-25", shown["site_id"], site, "the gateway's site_id")
        world.operator.delete(path_to(answer["id"]))
    before = own_ids(world)
    for other in (None, UNKNOWN_ID, world.cameras()[0]):
        answer = generate_code(world, site_id=other)
        expect("GW-25", 400 <= answer.status < 500, f"the site {other} to be refused", answer)
    expect.equal("GW-25", own_ids(world), before, "the gateways after a refusal")


@pytest.mark.rules("GW-29")
def test_a_site_of_another_org_is_refused(world: World, expect: Expect) -> None:
    other_org = world.outside
    before = own_ids(world), own_ids(other_org)
    for site in other_org.sites:
        answer = generate_code(world, site_id=site)
        expect("GW-29", 400 <= answer.status < 500, "a refusal", answer)
    expect.equal("GW-29", (own_ids(world), own_ids(other_org)), before, "the gateways of both orgs after a refusal")


@pytest.mark.rules("GW-02", "GW-35", "AS-42")
def test_redeeming_a_code_pairs_the_gateway_whose_id_came_with_it(world: World, expect: Expect) -> None:
    codes = [generate_code(world) for _ in range(2)]
    for code in reversed(codes):
        require_status(world, code["id"], "registered")
        paired = redeem_code(world, code["pairing_code"])
        expect("GW-02", paired.is_(200) and bool(paired["api_key"]), "a key for the gateway", paired)
        expect.equal("GW-35", paired["gateway_id"], code["id"], "gateway_id")
        shown = world.operator.get(path_to(code["id"]))
        expect("AS-42", shown["status"] != "registered", "another status than registered", shown)
