"""The status of a gateway, and the changes of it that users may make."""

from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.gateways import concurrently, online_gateway, path_to, require_status, status
from contract_tests.steps.sampling import attempts
from contract_tests.world import World

INVALID_INPUT = "400 validation_error"
#: The changes by which a registered gateway gets a status.
_CHANGES = {"registered": (), "disabled": ("disabled",), "offline": ("disabled", "offline")}


def gateway_with_status(world: World, wanted: str) -> str:
    """Return the id of a gateway that is registered, offline or disabled. Raises Unavailable."""
    gateway_id = str(world.register()["id"])
    for change in _CHANGES[wanted]:
        world.operator.patch(path_to(gateway_id), {"status": change})
    require_status(world, gateway_id, wanted)
    return gateway_id


@pytest.mark.rules("GW-72", "GW-73", "GW-74")
def test_a_gateway_can_be_disabled_and_enabled_again(world: World, expect: Expect) -> None:
    for _ in range(attempts(world, 5)):
        for rule, before, wanted in (("GW-73", "registered", "disabled"), ("GW-72", "offline", "disabled")):
            gateway_id = gateway_with_status(world, before)
            answer = world.operator.patch(path_to(gateway_id), {"status": wanted})
            expect(rule, answer.is_(200), f"a gateway that is {before} to become {wanted}", answer)
            expect.equal(rule, status(world, gateway_id), wanted, "status")
            answer = world.operator.patch(path_to(gateway_id), {"status": "offline"})
            expect("GW-74", answer.is_(200), "a gateway that is disabled to become offline", answer)
            expect.equal("GW-74", status(world, gateway_id), "offline", "status")
            world.operator.delete(path_to(gateway_id))


@pytest.mark.rules("GW-71")
def test_a_gateway_that_is_online_can_be_disabled(world: World, expect: Expect) -> None:
    with online_gateway(world) as (gateway_id, _):
        answer = world.operator.patch(path_to(gateway_id), {"status": "disabled"})
        expect("GW-71", answer.is_(200), "a gateway that is online to become disabled", answer)
        expect.equal("GW-71", status(world, gateway_id), "disabled", "status")
    expect.equal("GW-71", status(world, gateway_id), "disabled", "status with the socket closed")


@pytest.mark.parametrize("rule", [pytest.param(rule, marks=pytest.mark.rules(rule)) for rule in ("GW-75", "GW-80")])
def test_a_gateway_that_is_online_cannot_be_set_to_offline(world: World, expect: Expect, rule: str) -> None:
    with online_gateway(world) as (gateway_id, socket):
        answer = world.operator.patch(path_to(gateway_id), {"status": "offline"})
        expect(rule, answer.is_(400, "validation_error"), INVALID_INPUT, answer)
        expect.equal(rule, status(world, gateway_id), "online", "status after a refusal")
        expect(rule, socket.accepts_frames(), "the socket to stay open after a refusal", "it was closed")


@pytest.mark.parametrize(
    ("rule", "before", "wanted"),
    [
        pytest.param(rule, before, wanted, marks=pytest.mark.rules(rule))
        for change in (("registered", "offline"), ("offline", "offline"), ("disabled", "disabled"))
        for before, wanted in (change,)
        for rule in ("GW-76" if before == "registered" else "GW-77", "GW-80")
    ],
)
def test_any_other_change_of_status_is_refused(
    world: World, expect: Expect, rule: str, before: str, wanted: str
) -> None:
    path = path_to(gateway_with_status(world, before))
    shown = world.operator.get(path).json
    for body in ({"status": wanted}, {"status": wanted, "name": "Renamed"}):
        answer = world.operator.patch(path, body)
        expect(rule, answer.is_(400, "validation_error"), INVALID_INPUT, answer)
        expect.equal(rule, world.operator.get(path).json, shown, "the gateway after a refusal")


@pytest.mark.parametrize("rule", [pytest.param(rule, marks=pytest.mark.rules(rule)) for rule in ("GW-69", "GW-79")])
@given(
    before=st.sampled_from(sorted(_CHANGES)),
    value=st.sampled_from(["Disabled", "OFFLINE", "enabled", "active", "", " offline"]) | st.integers(0, 1),
)
@example(before="registered", value="online")
@example(before="disabled", value="registered")
@example(before="offline", value=None)
def test_any_other_status_is_refused(world: World, expect: Expect, rule: str, before: str, value: object) -> None:
    gateway_id = gateway_with_status(world, before)
    answer = world.operator.patch(path_to(gateway_id), {"status": value})
    refused = 400 <= answer.status < 500 if rule == "GW-69" else answer.is_(400, "validation_error")
    expect(rule, refused, f"status {value!r} to be refused", answer)
    expect.equal(rule, status(world, gateway_id), before, "status after a refusal")
    world.operator.delete(path_to(gateway_id))


@pytest.mark.rules("GW-70")
@pytest.mark.parametrize("before", ["registered", "offline", "disabled"])
@pytest.mark.parametrize("wanted", ["online", "registered"])
def test_online_and_registered_cannot_be_set(world: World, expect: Expect, before: str, wanted: str) -> None:
    gateway_id = gateway_with_status(world, before)
    answer = world.operator.patch(path_to(gateway_id), {"status": wanted})
    expect("GW-70", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
    expect.equal("GW-70", status(world, gateway_id), before, "status after a refusal")


@pytest.mark.rules("GW-69")
def test_disabled_and_offline_can_be_set(world: World, expect: Expect) -> None:
    gateway_id = world.register()["id"]
    for wanted in ("disabled", "offline", "disabled"):
        answer = world.operator.patch(path_to(gateway_id), {"status": wanted})
        expect("GW-69", answer.is_(200), f"status {wanted} to be accepted", answer)
        expect.equal("GW-69", answer["status"], wanted, "status")


@pytest.mark.rules("GW-80")
def test_one_of_several_concurrent_disablings_succeeds(world: World, expect: Expect) -> None:
    for _ in range(2):
        gateway_id = gateway_with_status(world, "registered")
        answers = concurrently([partial(world.operator.patch, path_to(gateway_id), {"status": "disabled"})] * 4)
        expect("GW-80", [answer.status for answer in answers].count(200) == 1, "one of 4 calls to succeed", answers)
        world.operator.delete(path_to(gateway_id))


@pytest.mark.rules("GW-82")
def test_concurrent_changes_are_all_applied(world: World, expect: Expect) -> None:
    for _ in range(attempts(world, 3)):
        gateway_id = gateway_with_status(world, "registered")
        names = [world.name("gateway") for _ in range(4)]
        changes = [{"name": name} for name in names] + [{"status": "disabled"}] * 4
        answers = concurrently([partial(world.operator.patch, path_to(gateway_id), change) for change in changes])
        expect("GW-82", all(answer.is_(200) for answer in answers[:4]), "every new name to be accepted", answers)
        shown = world.operator.get(path_to(gateway_id))
        expect.equal("GW-82", shown["status"], "disabled", "status afterwards")
        expect("GW-82", shown["name"] in names, "one of the names sent", shown)
        answered = [(answer["name"], answer["status"]) for answer in answers if answer.is_(200)]
        expect("GW-82", (shown["name"], "disabled") in answered, "the last answer to be what is read then", answered)
        world.operator.delete(path_to(gateway_id))
