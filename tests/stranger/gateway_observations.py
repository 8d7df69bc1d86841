"""How the choices about gateways, pairing and sockets show: what a client sees of them."""

import json

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.stranger import support
from tests.stranger.running import Running
from tests.stranger.support import REPORT, UNKNOWN_ID, Observation, body, get, pair, redeem, register


def _gateway_list(server: Running) -> tuple[int, object]:
    found = body(get(server, "/gateways", limit=1))
    return len(found["data"]), found.get("next_cursor", "absent") is None


def _paired_status(server: Running) -> object:
    return body(get(server, f"/gateways/{pair(server)['gateway_id']}"))["status"]


def _expired_and_redeemed(server: Running) -> int:
    code = body(register(server), 201)["pairing_code"]
    redeem(server, code)
    server.advance(601)
    return redeem(server, code).status_code


def _sixth_code(server: Running) -> bool:
    for _ in range(5):
        body(register(server), 201)
    return "retry-after" in register(server).headers


def _patched_gateway(server: Running) -> int:
    path = f"/gateways/{body(register(server), 201)['id']}"
    return server.call("operator", "PATCH", path, json={"name": "x", "version": "1"}).status_code


def _gateway_elsewhere(server: Running) -> int:
    hidden = next(found for found in server.org.gateways.values() if found.site_id not in server.site_ids)
    return get(server, f"/gateways/{hidden.id}", "viewer").status_code


def _unset(server: Running) -> object:
    return body(get(server, f"/gateways/{body(register(server), 201)['id']}"))["version"]


def _unreported(server: Running) -> int:
    return get(server, f"/gateways/{body(register(server), 201)['id']}/telemetry").status_code


def _own_key(server: Running) -> int:
    return server.call(None, "GET", "/gateways", token=pair(server)["api_key"]).status_code


def _ways(server: Running) -> object:
    paired = pair(server)
    ways = ("bearer", "query", "first_message")
    return [support.admitted(server, paired["gateway_id"], paired["api_key"], way) for way in ways]


def _refused_socket(server: Running) -> object:
    try:
        with support.opened(server, pair(server)["gateway_id"], "gw_wrong") as socket:
            socket.recv(timeout=2)
    except InvalidStatus as refusal:
        return refusal.response.status_code
    except ConnectionClosed as closed:
        return closed.rcvd and closed.rcvd.code
    return None


def _frames(server: Running) -> object:
    paired = pair(server)
    found: list[object] = []
    with support.opened(server, paired["gateway_id"], paired["api_key"]) as socket:
        for frame in ({"type": "telemetry", **REPORT}, {"kind": "telemetry", "stats": {**REPORT, "memory_mb": 7}}):
            found.append(_answered(socket, frame))
            report = server.org.gateways[paired["gateway_id"]].telemetry
            found.append(report and report["memory_mb"])
    return found


def _answered(socket: ClientConnection, frame: object) -> bool:
    socket.send(json.dumps(frame))
    try:
        socket.recv(timeout=0.5)
    except TimeoutError:
        return False
    return True


def _after_the_socket(server: Running) -> object:
    paired = pair(server)
    with support.opened(server, paired["gateway_id"], paired["api_key"]) as socket:
        support.send(server, socket, "heartbeat")
    return support.settled(server, paired["gateway_id"], "offline")


def _two_sockets(server: Running) -> bool:
    paired = pair(server)
    with support.opened(server, paired["gateway_id"], paired["api_key"]) as first:
        support.send(server, first, "heartbeat")
        assert support.admitted(server, paired["gateway_id"], paired["api_key"])
        try:
            first.recv(timeout=0.3)
            return first.recv(timeout=0.3) is not None
        except TimeoutError:
            return True
        except ConnectionClosed:
            return False


def _disabled_socket(server: Running) -> bool:
    paired = pair(server)
    server.call("operator", "PATCH", f"/gateways/{paired['gateway_id']}", json={"status": "disabled"})
    return support.admitted(server, paired["gateway_id"], paired["api_key"])


OBSERVATIONS: dict[str, Observation] = {
    "rules_and_gateways": Observation(_gateway_list),
    "status_after_pairing": Observation(_paired_status),
    "redeemed_and_expired": Observation(_expired_and_redeemed),
    "code_length": Observation(lambda server: redeem(server, "AB").status_code),
    "foreign_site": Observation(lambda server: register(server, site_id=UNKNOWN_ID).status_code),
    "pairing_retry_after": Observation(_sixth_code),
    "mixed_gateway_patch": Observation(_patched_gateway),
    "gateway_scope_error": Observation(_gateway_elsewhere),
    "unset_texts": Observation(_unset),
    "telemetry_unreported": Observation(_unreported),
    "gateway_key_on_rest": Observation(_own_key),
    "socket_key": Observation(_ways),
    "socket_refusal": Observation(_refused_socket),
    "socket_frames": Observation(_frames),
    "socket_end": Observation(_after_the_socket),
    "second_socket": Observation(_two_sockets),
    "disabled_socket": Observation(_disabled_socket),
}
