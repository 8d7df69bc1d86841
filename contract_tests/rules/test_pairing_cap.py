"""How many pairing codes an org can have at a time, and for how long each is good."""

from collections.abc import Sequence
from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.gateways import concurrently, generate_code, listed_ids, path_to, redeem_code, seconds_until
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

JSON = dict[str, Any]
CAP = 5


def presume_different(codes: Sequence[JSON]) -> None:
    """Make sure that as many codes are active as were given out. Raises Unavailable."""
    texts = {code.get("pairing_code") for code in codes}
    if len(texts) < len(codes):
        raise Unavailable(f"this takes different pairing codes; {len(codes)} calls gave {len(texts)}")


def fill(world: World) -> list[JSON]:
    """Have as many codes generated as an org can have, and return them. Raises Unavailable."""
    codes = [world.register() for _ in range(CAP)]
    presume_different(codes)
    return codes


@pytest.mark.rules("GW-20")
def test_an_org_has_five_active_codes_and_no_more(world: World, expect: Expect) -> None:
    codes = []
    for number in range(1, CAP + 1):
        answer = generate_code(world)
        expect("GW-20", answer.is_(201), f"code {number} of {CAP}", answer)
        codes.append(answer.json)
    presume_different(codes)
    for actor in (world.operator, world.admin, world.owner):
        answer = generate_code(world, actor)
        expect("GW-20", not answer.is_(201), "no sixth code", answer)


@pytest.mark.rules("GW-21")
def test_the_sixth_active_code_is_refused(world: World, expect: Expect) -> None:
    codes = fill(world)
    before = listed_ids(world.operator)
    for actor in (world.operator, world.admin, world.owner):
        answer = generate_code(world, actor)
        expect("GW-21", answer.is_(429, "rate_limited"), "429 rate_limited", answer)
    expect.equal("GW-21", listed_ids(world.operator), before, "after a refusal, the gateways")
    world.operator.delete(path_to(codes[0]["id"]))
    answer = redeem_code(world, codes[1]["pairing_code"])
    expect("GW-21", answer.is_(200), "the codes to be good still", answer)


@pytest.mark.rules("GW-20")
@pytest.mark.own_org
def test_callers_at_the_same_time_get_no_more_than_five_codes(world: World, expect: Expect) -> None:
    answers = concurrently([lambda: generate_code(world)] * 12)
    given = [answer.json for answer in answers if answer.is_(201)]
    presume_different(given)
    expect.equal("GW-20", len(given), CAP, "the number of codes given to 12 callers")


@pytest.mark.rules("GW-22")
def test_a_redeemed_code_does_not_count(world: World, expect: Expect) -> None:
    codes = fill(world)
    for code in codes[1:4]:
        redeem_code(world, code["pairing_code"])
    for _ in range(3):
        answer = generate_code(world)
        expect("GW-22", answer.is_(201), "a code in the place of a redeemed one", answer)
    answer = generate_code(world)
    expect("GW-22", not answer.is_(201), "one slot for each redeemed code and no more", answer)


@pytest.mark.rules("GW-22")
def test_an_expired_code_does_not_count(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        first = world.register()
        world.advance(60)
        presume_different([first, *(world.register() for _ in range(CAP - 1))])
        world.advance(seconds_until(world, first["expires_at"]) - 0.5)
        answer = generate_code(world)
        expect("GW-22", not answer.is_(201), "a code to count until it expires", answer)
        world.advance(1)
        answer = generate_code(world)
        expect("GW-22", answer.is_(201), "a code in the place of the expired one", answer)
        answer = generate_code(world)
        expect("GW-22", not answer.is_(201), "the other codes to count still", answer)


@pytest.mark.rules("GW-23")
def test_one_orgs_codes_use_up_nothing_of_anothers(world: World, expect: Expect) -> None:
    fill(world.outside)
    for number in range(1, CAP + 1):
        answer = generate_code(world)
        expect("GW-23", answer.is_(201), f"code {number} of {CAP}", answer)


@pytest.mark.rules("GW-19")
def test_a_code_is_good_until_its_ten_minutes_are_over(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        early, late = generate_code(world), generate_code(world)
        world.advance(seconds_until(world, early["expires_at"]) - 0.5)
        answer = redeem_code(world, early["pairing_code"])
        expect("GW-19", answer.is_(200), "a code to be good until just before it expires", answer)
        world.advance(1)
        answer = redeem_code(world, late["pairing_code"])
        expect("GW-19", not answer.is_(200), "a code not to be good just after it expired", answer)


@pytest.mark.rules("GW-52")
def test_a_code_older_than_ten_minutes_is_gone(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        code = generate_code(world)
        world.advance(seconds_until(world, code["expires_at"]) + 0.5)
        for later in (0, 3600, 24 * 3600):
            world.advance(later)
            answer = redeem_code(world, code["pairing_code"])
            expect("GW-52", answer.is_(410, "gone"), "410 gone", answer)
        shown = world.operator.get(path_to(code["id"]))
        expect.equal("GW-52", shown["status"], "registered", "after a refusal, the gateway's status")


@pytest.mark.rules("GW-19")
def test_a_code_is_good_nearly_ten_minutes_after_the_call(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        code = generate_code(world)["pairing_code"]
        world.advance(598)
        answer = redeem_code(world, code)
        expect("GW-19", answer.is_(200), "a code to be good for 10 minutes", answer)


@pytest.mark.rules("GW-53")
@pytest.mark.parametrize("redeemers", [2, 16])
def test_one_of_many_redeemers_at_the_same_time_gets_the_key(world: World, expect: Expect, redeemers: int) -> None:
    code = generate_code(world)["pairing_code"]
    answers = concurrently([lambda: redeem_code(world, code)] * redeemers)
    lucky = [answer for answer in answers if answer.is_(200)]
    expect.equal("GW-53", len(lucky), 1, f"the number of {redeemers} redeemers who get a key")
    holder = world.actor_with_token("gateway", lucky[0]["api_key"])
    answer = holder.get(path_to(lucky[0]["gateway_id"]))
    expect("GW-53", answer.status != 401, "the key that was given to be in force", answer)
