"""How each sentence about gateways and pairing that can be broken shows."""

from collections.abc import Callable
from typing import Any

from tests.stranger import support
from tests.stranger.breaks import Break
from tests.stranger.running import Running
from tests.stranger.support import REPORT, body, get, ids, pair, redeem, refused, register, rows

Sentence = Callable[[Running], bool]


def with_gateway(check: Callable[[Running, dict[str, Any]], bool]) -> Sentence:
    """Return a check of a gateway that was just registered, and is removed afterwards."""

    def keeps(server: Running) -> bool:
        answer = body(register(server), 201)
        try:
            return check(server, answer)
        finally:
            support.remove(server, f"/gateways/{answer['id']}")

    return keeps


def _hidden_gateway(server: Running) -> str:
    return next(found.id for found in server.org.gateways.values() if found.site_id not in server.site_ids)


def _granted_gateways(server: Running) -> bool:
    found = rows(server, "/gateways", "viewer")
    return bool(found) and {row["site_id"] for row in found} == set(server.site_ids)


def _foreign_gateway(server: Running) -> bool:
    foreign = next(iter(server.other_org.gateways))
    return refused(get(server, f"/gateways/{foreign}"), 404, "not_found")


def _hidden_telemetry(server: Running) -> bool:
    return get(server, f"/gateways/{_hidden_gateway(server)}/telemetry", "viewer").status_code in (403, 404)


def _latest_report(server: Running) -> bool:
    paired = pair(server)
    path = f"/gateways/{paired['gateway_id']}"
    with support.opened(server, paired["gateway_id"], paired["api_key"]) as socket:
        for memory in (1, 2):
            support.send(server, socket, "telemetry", **{**REPORT, "memory_mb": memory})
    found = body(get(server, f"{path}/telemetry"))["memory_mb"]
    support.remove(server, path)
    return bool(found == 2)


def _patched(fields: dict[str, Any], status: int) -> Sentence:
    """Return a check: whether an update of a registered gateway is answered with the status."""

    def check(server: Running, made: dict[str, Any]) -> bool:
        answer = server.call("operator", "PATCH", f"/gateways/{made['id']}", json=fields)
        return answer.status_code == status

    return with_gateway(check)


def _viewer_deletes(server: Running, made: dict[str, Any]) -> bool:
    return refused(server.call("viewer", "DELETE", f"/gateways/{made['id']}"), 403, "forbidden")


def _deleted(server: Running) -> bool:
    made = body(register(server), 201)
    assert support.remove(server, f"/gateways/{made['id']}").status_code == 204
    return made["id"] not in ids(rows(server, "/gateways"))


def _codes(server: Running) -> bool:
    """Whether five codes are given out and the sixth is refused with 429."""
    answers = [register(server) for _ in range(6)]
    for answer in answers:
        if answer.status_code == 201:
            support.remove(server, f"/gateways/{answer.json()['id']}")
    given = [answer.status_code for answer in answers[:5]]
    return given == [201] * 5 and refused(answers[5], 429, "rate_limited")


def _name(server: Running, made: dict[str, Any]) -> bool:
    body(redeem(server, made["pairing_code"], name="Mine"))
    return bool(body(get(server, f"/gateways/{made['id']}"))["name"] == "Box")


def _redeemed(server: Running, made: dict[str, Any]) -> bool:
    first, second = (redeem(server, made["pairing_code"]) for _ in range(2))
    return first.status_code == 200 and refused(second, 409, "conflict")


def _expired(server: Running, made: dict[str, Any]) -> bool:
    server.advance(601)
    return refused(redeem(server, made["pairing_code"]), 410, "gone")


SENTENCES: dict[Break, Sentence] = {
    Break.VIEWER_SEES_GATEWAYS: _granted_gateways,
    Break.FOREIGN_GATEWAY_READABLE: _foreign_gateway,
    Break.HIDDEN_TELEMETRY: _hidden_telemetry,
    Break.OLD_TELEMETRY: _latest_report,
    Break.GATEWAY_ONLINE_BY_PATCH: _patched({"status": "online"}, 400),
    Break.REGISTERED_STAYS: _patched({"status": "disabled"}, 200),
    Break.EMPTY_GATEWAY_PATCH: _patched({"version": "1"}, 400),
    Break.VIEWER_DELETES_GATEWAY: with_gateway(_viewer_deletes),
    Break.DELETED_GATEWAY_LISTED: _deleted,
    Break.SIXTH_CODE: _codes,
    Break.CODE_LIMIT_400: _codes,
    Break.SEVEN_CHARACTERS: with_gateway(lambda server, made: len(made["pairing_code"]) == 6),
    Break.PAIR_NAME_WINS: with_gateway(_name),
    Break.PAIR_NEEDS_TOKEN: with_gateway(lambda server, made: redeem(server, made["pairing_code"]).status_code == 200),
    Break.UNKNOWN_CODE_400: lambda server: refused(redeem(server, "AAAAAA"), 404, "not_found"),
    Break.REDEEMED_CODE_404: with_gateway(_redeemed),
    Break.EXPIRED_CODE_409: with_gateway(_expired),
    Break.ELEVEN_MINUTES: with_gateway(_expired),
}
