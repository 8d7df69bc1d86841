"""Pairing codes compared with a model: generating, redeeming, waiting and deleting in any order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import INDEX, Model, pick, run_machine
from contract_tests.steps.answers import parse_time
from contract_tests.steps.gateways import MAX_ACTIVE_CODES, generate_code, path_to, redeem_code
from contract_tests.world import World


@dataclass
class Code:
    """A code as the model knows it."""

    gateway_id: str
    text: str
    expires_at: datetime
    redeemed: bool = False
    deleted: bool = False


class PairingModel(Model):
    """The codes of one org, on a clock that only steps move, never to within half a second of an expiry."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__(world, expect)
        self.codes: list[Code] = []
        self.now = parse_time(world.now())

    @rule()
    def generate(self) -> None:
        """Generate one more code."""
        answer = generate_code(self.world)
        open_codes = [code for code in self.codes if not code.redeemed]
        active = [code for code in open_codes if self.now < code.expires_at]
        if len(active) >= MAX_ACTIVE_CODES:
            self.expect("GW-21", answer.is_(429, "rate_limited"), "429 rate_limited", answer)
            return
        rule_id = "GW-20" if len(self.codes) < MAX_ACTIVE_CODES else "GW-22"
        self.expect(rule_id, answer.is_(201), f"201 while {len(active)} codes are active", answer)
        self.codes.append(Code(answer["id"], answer["pairing_code"], parse_time(answer["expires_at"])))

    @precondition(lambda self: self.codes)
    @rule(index=INDEX)
    def redeem(self, index: int) -> None:
        """Redeem one of the codes, whatever its state."""
        code = pick(self.codes, index)
        expired = self.now > code.expires_at
        answer = redeem_code(self.world, code.text)
        if code.redeemed:
            self.expect("GW-53", 400 <= answer.status < 500, "a redeemed code to be refused", answer)
            if not (expired or code.deleted):
                self.expect("GW-51", answer.is_(409, "conflict"), "409 conflict", answer)
        elif expired:
            self.expect("GW-52", answer.is_(410, "gone"), "410 gone", answer)
        else:
            self.expect("GW-19", answer.is_(200), "200 for a code that has not expired", answer)
            self.expect("GW-35", answer["gateway_id"] == code.gateway_id, f"gateway_id {code.gateway_id}", answer)
            code.redeemed = True

    @rule(minutes=st.sampled_from([1, 3, 9, 11]))
    def wait(self, minutes: int) -> None:
        """Advance the clock."""
        self.world.advance(60 * minutes + 0.5)
        self.now += timedelta(minutes=minutes, seconds=0.5)

    @precondition(lambda self: any(code.redeemed and not code.deleted for code in self.codes))
    @rule(index=INDEX)
    def delete(self, index: int) -> None:
        """Delete a gateway that was paired."""
        paired = [code for code in self.codes if code.redeemed and not code.deleted]
        code = pick(paired, index)
        self.world.operator.delete(path_to(code.gateway_id))
        answer = self.world.operator.get(path_to(code.gateway_id))
        self.expect("GW-93", answer.is_(404), "404", answer)
        code.deleted = True


@pytest.mark.rules("GW-19", "GW-20", "GW-21", "GW-22", "GW-35", "GW-51", "GW-52", "GW-53", "GW-93")
def test_pairing_follows_its_model_in_any_order(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        run_machine(world, lambda: PairingModel(world.fresh(), expect), examples=6, steps=25)
