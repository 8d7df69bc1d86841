"""How many active pairing codes an org can have, and how long each is valid."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from contract_tests.actors import Actor, Answer
from contract_tests.expectations import Expect
from contract_tests.steps.answers import JSON, parse_time
from contract_tests.steps.gateways import (
    MAX_ACTIVE_CODES,
    concurrently,
    generate_code,
    own_ids,
    path_to,
    redeem_code,
    seconds_until,
)
from contract_tests.verdicts import CodesTaken, Unavailable, Violation
from contract_tests.world import World, require_body

LIFETIME, MARGIN = timedelta(minutes=10), timedelta(seconds=5)


def require_distinct(codes: Sequence[JSON]) -> None:
    """Raise Unavailable unless the codes are all different, so that each is active by itself."""
    texts = {code.get("pairing_code") for code in codes}
    if len(texts) < len(codes):
        raise Unavailable(f"this takes different pairing codes; {len(codes)} calls gave {len(texts)}")


def attempt_code(world: World, actor: Actor | None = None) -> Answer:
    """Ask for a pairing code and return the answer, also a refusal for which others of the org may be the reason."""
    try:
        return generate_code(world, actor)
    except CodesTaken as taken:
        refusal: Answer = taken.answer
        return refusal


def generate_all(world: World) -> list[JSON]:
    """Generate as many codes as an org can have, and return them. Raises Violation; CodesTaken, if others have some."""
    codes = []
    for number in range(1, MAX_ACTIVE_CODES + 1):
        answer = generate_code(world)
        if answer.is_(429):
            raise Violation("GW-20", f"code {number} of {MAX_ACTIVE_CODES}", answer)
        codes.append(require_body(answer, 201, "generating a pairing code"))
    require_distinct(codes)
    return codes


def delete_all(world: World, codes: Sequence[JSON]) -> None:
    """Delete the gateways that the codes are for."""
    for code in codes:
        world.operator.delete(path_to(code["id"]))


def filled_orgs(world: World) -> Iterator[tuple[World, list[JSON]]]:
    """Yield the org with all the codes that it can have; a shared one and its neighbour, unless others have some.

    Raises Unavailable when others have codes of each.
    """
    orgs, filled = [world], False
    if world.shared:
        with suppress(Unavailable):
            orgs.append(world.outside)
    for org in orgs:
        with suppress(CodesTaken):
            codes = generate_all(org)
            yield org, codes
            filled = True
            delete_all(org, codes)
    if not filled:
        raise Unavailable("others have pairing codes of the org")


def generators(world: World) -> list[Actor]:
    """Return the known actors who may generate a code."""
    found = []
    for role in ("operator", "admin", "owner"):
        with suppress(Unavailable):
            found.append(world.actor(role))
    return found


@pytest.mark.rules("GW-20")
def test_an_org_has_at_most_five_active_codes(world: World, expect: Expect) -> None:
    for org, codes in filled_orgs(world):
        expect.equal("GW-20", len(codes), MAX_ACTIVE_CODES, "the number of active codes")
        for actor in generators(org):
            answer = attempt_code(org, actor)
            expect("GW-20", not answer.is_(201), "no sixth code", answer)


@pytest.mark.rules("GW-21")
def test_a_sixth_active_code_is_429_rate_limited(world: World, expect: Expect) -> None:
    for org, codes in filled_orgs(world):
        before = own_ids(org)
        for actor in generators(org):
            answer = attempt_code(org, actor)
            expect("GW-21", answer.is_(429, "rate_limited"), "429 rate_limited", answer)
        expect.equal("GW-21", own_ids(org), before, "the gateways after a refusal")
        org.operator.delete(path_to(codes[0]["id"]))
        answer = redeem_code(org, codes[1]["pairing_code"])
        expect("GW-21", answer.is_(200), "an active code to be valid still", answer)


@pytest.mark.rules("GW-20")
def test_concurrent_callers_get_at_most_five_codes(world: World, expect: Expect) -> None:
    answers = concurrently([lambda: attempt_code(world)] * 12)
    codes = [answer.json for answer in answers if answer.is_(201)]
    require_distinct(codes)
    expect("GW-20", len(codes) <= MAX_ACTIVE_CODES, f"at most {MAX_ACTIVE_CODES} codes for 12 callers", len(codes))
    if not world.shared:
        expect.equal("GW-20", len(codes), MAX_ACTIVE_CODES, "the number of codes given to 12 callers")


@pytest.mark.rules("GW-22")
def test_a_redeemed_code_does_not_count(world: World, expect: Expect) -> None:
    for org, codes in filled_orgs(world):
        for code in codes[1:4]:
            redeem_code(org, code["pairing_code"])
        for _ in range(3):
            answer = attempt_code(org)
            expect("GW-22", answer.is_(201), "201 in the place of a redeemed code", answer)
            codes.append(answer.json)
        answer = attempt_code(org)
        expect("GW-22", not answer.is_(201), "a refusal once every redeemed code is replaced", answer)


@pytest.mark.own_org
@pytest.mark.rules("GW-22")
def test_an_expired_code_does_not_count(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        first = world.register()
        world.advance(60)
        require_distinct([first, *(world.register() for _ in range(MAX_ACTIVE_CODES - 1))])
        world.advance(seconds_until(world, first["expires_at"]) - 0.5)
        answer = generate_code(world)
        expect("GW-22", not answer.is_(201), "a refusal until a code expires", answer)
        world.advance(1)
        answer = generate_code(world)
        expect("GW-22", answer.is_(201), "201 in the place of the expired code", answer)
        answer = generate_code(world)
        expect("GW-22", not answer.is_(201), "a refusal, as the other codes still count", answer)


@pytest.mark.rules("GW-23")
def test_codes_of_another_org_do_not_count(world: World, expect: Expect) -> None:
    codes = generate_all(world.outside)
    for number in range(1, 2 if world.shared else MAX_ACTIVE_CODES + 1):
        answer = attempt_code(world)
        if not answer.is_(201):
            delete_all(world.outside, codes)
            world.register()  # fails too if others have taken the codes of this org
        expect("GW-23", answer.is_(201), f"code {number} of {MAX_ACTIVE_CODES}", answer)


@pytest.mark.expiry
@pytest.mark.rules("GW-19", "GW-52")
def test_a_code_is_valid_for_ten_minutes_and_gone_afterwards(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        valid_until, gone_from = codes_to_expire(world)
        for code, instant in valid_until:
            wait_until(world, instant)
            answer = redeem_code(world, code["pairing_code"])
            if parse_time(world.now()) >= instant + MARGIN:
                raise Unavailable("the target took so long to answer that the code may have expired before")
            expect("GW-19", answer.is_(200), "a code to be valid for 10 minutes", answer)
        code, instant = gone_from
        wait_until(world, instant)
        for later in (0,) if world.shared else (0, 3600, 24 * 3600):
            world.advance(later)
            answer = redeem_code(world, code["pairing_code"])
            expect("GW-19", not answer.is_(200), "a code to be refused after 10 minutes", answer)
            expect("GW-52", answer.is_(410, "gone"), "410 gone", answer)
        if not world.shared:  # no page says what becomes of a gateway that was not paired in time
            shown = world.operator.get(path_to(code["id"]))
            expect.equal("GW-52", shown["status"], "registered", "the gateway's status after a refusal")


def codes_to_expire(world: World) -> tuple[list[tuple[JSON, datetime]], tuple[JSON, datetime]]:
    """Generate codes, and return some that are valid still at an instant and one that is not.

    The instants are close to the expiry where the clock is the target's. Where it is this machine's, the lifetime is
    counted from before, or from after, the calls, with a margin.
    """
    before, registered = parse_time(world.now()), world.register
    if world.shared:
        early, late = registered(), registered()
        return [(early, before + LIFETIME - MARGIN)], (late, parse_time(world.now()) + LIFETIME + MARGIN)
    moment, (first, early, late) = timedelta(seconds=0.5), (registered() for _ in range(3))
    until = [(first, before + timedelta(seconds=598)), (early, parse_time(early["expires_at"]) - moment)]
    return until, (late, parse_time(late["expires_at"]) + moment)


def wait_until(world: World, instant: datetime) -> None:
    """Let the time pass until an instant. Raises Unavailable."""
    world.advance((instant - parse_time(world.now())).total_seconds())


@pytest.mark.rules("GW-53", "AS-23")
@pytest.mark.parametrize("redeemers", [2, 16])
def test_one_of_several_concurrent_redeemers_gets_the_key(world: World, expect: Expect, redeemers: int) -> None:
    code = generate_code(world)["pairing_code"]
    answers = concurrently([lambda: redeem_code(world, code)] * redeemers)
    successes = [answer for answer in answers if answer.is_(200)]
    expect.equal("GW-53", len(successes), 1, f"the number of {redeemers} redeemers that get a key")
    holder = world.actor_with_token("gateway", successes[0]["api_key"])
    answer = holder.get(path_to(successes[0]["gateway_id"]))
    expect("AS-23", answer.status != 401, "the returned key to be valid", answer)
