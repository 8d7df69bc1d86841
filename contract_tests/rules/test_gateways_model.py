"""A gateway's life against a model: any order of what people and the gateway itself do."""

from contextlib import ExitStack

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import run_machine
from contract_tests.steps.gateway_socket import HEARTBEAT, require_socket
from contract_tests.steps.gateways import generate_code, path_to, reaches_status, redeem_code, status
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

STEPS = {
    ("online", "disabled"): "GW-71",
    ("offline", "disabled"): "GW-72",
    ("registered", "disabled"): "GW-73",
    ("disabled", "offline"): "GW-74",
}


class Life(RuleBasedStateMachine):
    """One gateway, from its code on."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__()
        self.world = world
        self.expect = expect
        self.code = generate_code(world)
        self.path = path_to(self.code["id"])
        self.key: str | None = None
        self.status = "registered"
        self.socket = ExitStack()

    @rule(wanted=st.sampled_from(["disabled", "offline", "online", "registered"]))
    def set_status(self, wanted: str) -> None:
        """Let people ask for a status."""
        answer = self.world.operator.patch(self.path, {"status": wanted})
        step = STEPS.get((self.status, wanted))
        if step:
            self.expect(step, answer.is_(200), f"{self.status} to become {wanted}", answer)
            self.status = wanted
            self.socket.close()
        else:
            self.expect("GW-80", answer.is_(400, "validation_error"), f"{self.status} not to become {wanted}", answer)
        self.expect.equal(step or "GW-80", status(self.world, self.code["id"]), self.status, "afterwards, status")

    @precondition(lambda self: self.key is None and self.status == "registered")
    @rule()
    def pair(self) -> None:
        """Let the gateway redeem its code."""
        self.key = redeem_code(self.world, self.code["pairing_code"])["api_key"]
        self.status = status(self.world, self.code["id"])

    @precondition(lambda self: self.key is not None and self.status == "offline")
    @rule()
    def connect(self) -> None:
        """Let the gateway open its socket."""
        self.socket.enter_context(require_socket(self.world, self.code["id"], self.key)).send(HEARTBEAT)
        self._settle("online")

    @precondition(lambda self: self.status == "online")
    @rule()
    def disconnect(self) -> None:
        """Let the gateway close its socket."""
        self.socket.close()
        self._settle("offline")

    def teardown(self) -> None:
        """Leave nothing open."""
        self.socket.close()

    def _settle(self, wanted: str) -> None:
        if not reaches_status(self.world, self.code["id"], wanted):
            raise Unavailable(f"a gateway does not become {wanted} through its socket")
        self.status = wanted


@pytest.mark.rules("GW-71", "GW-72", "GW-73", "GW-74", "GW-80")
def test_a_gateway_follows_its_model_in_any_order(world: World, expect: Expect) -> None:
    run_machine(world, lambda: Life(world.fresh(), expect), examples=6, steps=20)
