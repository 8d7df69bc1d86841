"""A gateway compared with a model: changes by users, pairing, connecting and disconnecting in any order."""

from contextlib import ExitStack

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import Model, run_machine
from contract_tests.steps.gateway_socket import HEARTBEAT, require_socket
from contract_tests.steps.gateways import generate_code, path_to, reaches_status, redeem_code, status
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

#: The changes of status that users may make, and the rule about each.
ALLOWED_CHANGES = {
    ("online", "disabled"): "GW-71",
    ("offline", "disabled"): "GW-72",
    ("registered", "disabled"): "GW-73",
    ("disabled", "offline"): "GW-74",
}


class GatewayModel(Model):
    """One gateway, from its pairing code on."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__(world, expect)
        self.code = generate_code(world)
        self.path = path_to(self.code["id"])
        self.key: str | None = None
        self.status = "registered"
        self.socket = ExitStack()

    @rule(wanted=st.sampled_from(["disabled", "offline", "online", "registered"]))
    def set_status(self, wanted: str) -> None:
        """Set the status as an operator."""
        answer = self.world.operator.patch(self.path, {"status": wanted})
        rule_id = ALLOWED_CHANGES.get((self.status, wanted))
        if rule_id:
            self.expect(rule_id, answer.is_(200), f"{self.status} to become {wanted}", answer)
            self.status = wanted
            self.socket.close()
        else:
            self.expect("GW-80", answer.is_(400, "validation_error"), f"{self.status} not to become {wanted}", answer)
        self.expect.equal(rule_id or "GW-80", status(self.world, self.code["id"]), self.status, "status afterwards")

    @precondition(lambda self: self.key is None and self.status == "registered")
    @rule()
    def pair(self) -> None:
        """Redeem the code."""
        self.key = redeem_code(self.world, self.code["pairing_code"])["api_key"]
        self.status = status(self.world, self.code["id"])

    @precondition(lambda self: self.key is not None and self.status == "offline")
    @rule()
    def connect(self) -> None:
        """Open the gateway's socket."""
        self.socket.enter_context(require_socket(self.world, self.code["id"], self.key)).send(HEARTBEAT)
        self._require_status("online")

    @precondition(lambda self: self.status == "online")
    @rule()
    def disconnect(self) -> None:
        """Close the gateway's socket."""
        self.socket.close()
        self._require_status("offline")

    def teardown(self) -> None:
        """Close the socket and delete the gateway, whose code counts among those of the org."""
        self.socket.close()
        self.world.operator.delete(self.path)

    def _require_status(self, wanted: str) -> None:
        if not reaches_status(self.world, self.code["id"], wanted):
            raise Unavailable(f"a gateway does not become {wanted} through its socket")
        self.status = wanted


@pytest.mark.rules("GW-71", "GW-72", "GW-73", "GW-74", "GW-80")
def test_a_gateway_follows_its_model_in_any_order(world: World, expect: Expect) -> None:
    run_machine(world, lambda: GatewayModel(world, expect), examples=6, steps=20)
