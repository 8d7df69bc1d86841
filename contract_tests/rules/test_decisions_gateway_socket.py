"""Decisions about the WebSocket, of which the pages document the path only."""

from contextlib import ExitStack

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.answers import parse_time
from contract_tests.steps.gateway_socket import HEARTBEAT, open_socket, require_socket
from contract_tests.steps.gateways import path_to, reaches_status, status, telemetry_frame
from contract_tests.world import World

EMPTY_TELEMETRY = {"type": "telemetry"}
INVALID_FRAMES = ("", "{", "heartbeat", "[]", "null", "7", "[" * 500, '{"type": "nonsense"}', '{"type": null}', "{}")


@pytest.mark.rules("AS-43", "AS-44")
def test_a_gateway_is_online_while_its_socket_is_open(world: World, expect: Expect) -> None:
    paired = world.pair()
    for _ in range(3):
        with require_socket(world, paired["gateway_id"], paired["api_key"]):
            online = reaches_status(world, paired["gateway_id"], "online")
            expect("AS-43", online, "a gateway to be online once its socket is open", "it is not")
        offline = reaches_status(world, paired["gateway_id"], "offline")
        expect("AS-44", offline, "a gateway to be offline once its socket is closed", "it is not")


@pytest.mark.rules("AS-86")
def test_a_socket_opened_by_a_disabled_gateway_is_closed_with_4403(world: World, expect: Expect) -> None:
    paired = world.pair()
    world.operator.patch(path_to(paired["gateway_id"]), {"status": "disabled"})
    with open_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
        expect.equal("AS-86", socket.close_code(), 4403, "the close code")


@pytest.mark.rules("AS-45")
def test_a_disabled_gateway_is_not_admitted(world: World, expect: Expect) -> None:
    paired = world.pair()
    gateway_id, key = paired["gateway_id"], paired["api_key"]
    world.operator.patch(path_to(gateway_id), {"status": "disabled"})
    with open_socket(world, gateway_id, key) as socket:
        expect("AS-45", not socket.accepts_frames(), "a disabled gateway not to be admitted", "admission")
    expect.equal("AS-45", status(world, gateway_id), "disabled", "status")
    world.operator.patch(path_to(gateway_id), {"status": "offline"})
    with open_socket(world, gateway_id, key) as socket:
        expect("AS-45", socket.accepts_frames(), "a gateway that is enabled again to be admitted", "a refusal")


@pytest.mark.rules("AS-83")
def test_the_key_is_the_bearer_token_of_the_handshake(world: World, expect: Expect) -> None:
    for _ in range(3):
        paired = world.pair()
        with open_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
            expect("AS-83", socket.accepts_frames(), "a gateway with its own key to be admitted", "a refusal")


@pytest.mark.rules("AS-84")
def test_a_socket_opened_without_a_gateways_key_is_closed_with_4401(world: World, expect: Expect) -> None:
    gateway_id = world.pair()["gateway_id"]
    for token in (None, "gw_neverissued", world.operator.token, world.owner.token):
        with open_socket(world, gateway_id, token) as socket:
            expect.equal("AS-84", socket.close_code(), 4401, "the close code")
    expect.equal("AS-84", status(world, gateway_id), "offline", "status afterwards")


@pytest.mark.rules("AS-85")
def test_a_socket_opened_with_another_gateways_key_is_closed_with_4403(world: World, expect: Expect) -> None:
    gateway_id = world.pair()["gateway_id"]
    for other in (world.pair(), world.outside.pair()):
        with open_socket(world, gateway_id, other["api_key"]) as socket:
            expect.equal("AS-85", socket.close_code(), 4403, "the close code")
    expect.equal("AS-85", status(world, gateway_id), "offline", "status afterwards")


@pytest.mark.parametrize(
    ("rule", "frames"),
    [
        pytest.param("AS-87", [HEARTBEAT] * 3, marks=pytest.mark.rules("AS-87"), id="heartbeat"),
        pytest.param(
            "AS-88", [telemetry_frame(), telemetry_frame(0, 0)], marks=pytest.mark.rules("AS-88"), id="telemetry"
        ),
    ],
)
def test_every_frame_is_answered_with_an_ack_with_the_time(
    world: World, expect: Expect, rule: str, frames: list[dict[str, object]]
) -> None:
    paired = world.pair()
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket, world.frozen_clock():
        for frame in frames:
            world.advance(11)
            answer = socket.ask(frame)
            expect.equal(rule, answer.get("type"), "ack", "type")
            late = (parse_time(world.now()) - parse_time(answer.get("at"))).total_seconds()
            expect(rule, abs(late) < 1, f"the time in at, {world.now()}", answer)


@pytest.mark.parametrize("rule", [pytest.param(rule, marks=pytest.mark.rules(rule)) for rule in ("AS-89", "AS-90")])
@given(
    frames=st.lists(
        st.sampled_from(INVALID_FRAMES)
        | st.just(EMPTY_TELEMETRY)
        | st.sampled_from(sorted(telemetry_frame())).map(
            lambda name: {k: v for k, v in telemetry_frame().items() if k != name}
        )
        | st.sampled_from([-0.1, 100.1, "18", None]).map(lambda cpu: telemetry_frame(cpu=cpu))
        | st.just({**HEARTBEAT, "colour": "red"}),
        min_size=1,
        max_size=4,
    )
)
@example(frames=list(INVALID_FRAMES))
@example(
    frames=[
        telemetry_frame(cpu=-0.1),
        telemetry_frame(cpu=100.1),
        telemetry_frame(memory=-1),
        {**HEARTBEAT, "colour": "red"},
    ]
)
def test_an_invalid_frame_is_answered_with_an_error_and_the_socket_stays_open(
    world: World, expect: Expect, rule: str, frames: list[str]
) -> None:
    paired = world.pair()
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
        for frame in frames:
            answer = socket.ask(frame)
            if rule == "AS-89":
                found = (answer.get("type"), answer.get("error"))
                expect("AS-89", found == ("error", "validation_error"), "an error frame, validation_error", answer)
                expect("AS-89", isinstance(answer.get("message"), str) and answer["message"], "a message", answer)
        if rule == "AS-90":
            expect("AS-90", socket.ask(HEARTBEAT).get("type") == "ack", "the socket to stay open", "no ack")
            expect.equal("AS-90", status(world, paired["gateway_id"]), "online", "status")
            shown = world.viewer.get(path_to(paired["gateway_id"], "/telemetry"))
            expect.equal("AS-90", shown["cpu_percent"], None, "cpu_percent after invalid frames only")
    world.operator.delete(path_to(paired["gateway_id"]))


@pytest.mark.rules("AS-91")
def test_a_gateway_is_offline_after_90_seconds_of_silence(world: World, expect: Expect) -> None:
    paired = world.pair()
    gateway_id = paired["gateway_id"]
    with require_socket(world, gateway_id, paired["api_key"]) as socket, world.frozen_clock():
        for frame in (HEARTBEAT, telemetry_frame(), HEARTBEAT):
            socket.ask(frame)
            world.advance(89.5)
            expect.equal("AS-91", status(world, gateway_id), "online", "status after 89.5 s of silence")
        world.advance(1)
        expect("AS-91", reaches_status(world, gateway_id, "offline"), "offline after 90.5 s of silence", "online")


@pytest.mark.rules("AS-92")
def test_a_socket_is_closed_after_90_seconds_of_silence(world: World, expect: Expect) -> None:
    paired = world.pair()
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket, world.frozen_clock():
        for _ in range(2):
            socket.ask(HEARTBEAT)
            world.advance(89.5)
        code = socket.close_code(timeout_seconds=0.1)
        expect.equal("AS-92", code, None, "the close code after 89.5 s of silence")
        world.advance(1)
        expect.equal("AS-92", socket.close_code(), 4408, "the close code after 90.5 s of silence")


@pytest.mark.rules("AS-93")
def test_a_second_socket_closes_the_first(world: World, expect: Expect) -> None:
    paired, other = world.pair(), world.pair()
    with ExitStack() as stack:
        other_socket = stack.enter_context(require_socket(world, other["gateway_id"], other["api_key"]))
        first = stack.enter_context(require_socket(world, paired["gateway_id"], paired["api_key"]))
        first.ask(HEARTBEAT)
        for _ in range(3):
            second = stack.enter_context(open_socket(world, paired["gateway_id"], paired["api_key"]))
            expect.equal("AS-93", first.close_code(), 4409, "the close code of the first socket")
            expect("AS-93", second.accepts_frames(), "the second socket to stay open", "it was closed")
            expect.equal("AS-93", status(world, paired["gateway_id"]), "online", "status")
            first = second
        expect("AS-93", other_socket.accepts_frames(), "another gateway's socket to stay open", "it was closed")
