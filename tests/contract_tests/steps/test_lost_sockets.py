"""A gateway's socket on a failing network: the handshake is made again, and a lost connection is no violation."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from contract_tests.actors import NotReached, Recorder
from contract_tests.config import TargetConfig
from contract_tests.steps.gateway_socket import HEARTBEAT, is_admitted, open_socket
from contract_tests.verdicts import Violation

Behaviour = Callable[[ServerConnection], None]


@pytest.fixture(autouse=True)
def _no_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contract_tests.steps.gateway_socket.time", SimpleNamespace(sleep=lambda seconds: None))


@contextmanager
def serving(
    behaviour: Behaviour, *refusals: HTTPStatus, shared: bool = True, request_id: bool = False
) -> Iterator[Any]:
    """Serve sockets whose first handshakes are refused so; yield a world whose target is that server."""
    left = iter(refusals)

    def refused(connection: ServerConnection, request: Request) -> Response | None:
        status = next(left, None)
        answer = status and connection.respond(status, "busy")
        if answer and request_id:
            answer.headers["X-Request-Id"] = "req_1"
        return answer or None

    with serve(behaviour, "127.0.0.1", 0, process_request=refused) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        target = TargetConfig("target", f"http://127.0.0.1:{server.socket.getsockname()[1]}")
        session = SimpleNamespace(target=SimpleNamespace(config=target), ignored_frames=set(), throttle=lambda: None)
        yield SimpleNamespace(session=session, recorder=Recorder(), shared=shared)
        server.shutdown()
        thread.join(10)


def acknowledges(connection: ServerConnection) -> None:
    for _ in connection:
        connection.send('{"type": "ack"}')


def losing(times: int) -> Behaviour:
    """Return a behaviour that cuts the first connections without a closing frame."""
    left = iter(range(times))

    def behave(connection: ServerConnection) -> None:
        connection.recv()
        if next(left, None) is None:
            connection.send('{"type": "ack"}')
        else:
            connection.socket.shutdown(socket.SHUT_RDWR)

    return behave


BUSY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY, HTTPStatus.TOO_MANY_REQUESTS)


def test_a_handshake_that_a_balancer_refused_is_made_again_and_counted() -> None:
    with serving(acknowledges, *BUSY) as world, open_socket(world, "g", "gw_key") as opened:
        assert opened.ask(HEARTBEAT) == {"type": "ack"}
        assert world.recorder.repeated == 3


@pytest.mark.parametrize(
    ("refusals", "options"),
    [(BUSY * 2, {}), (BUSY[:1], {"request_id": True}), (BUSY[:1], {"shared": False}), ((HTTPStatus.NOT_FOUND,), {})],
    ids=["four times", "by the API", "by our mock", "for another reason"],
)
def test_a_handshake_that_is_refused_for_good_is_a_violation(refusals: Any, options: Any) -> None:
    with (
        serving(acknowledges, *refusals, **options) as world,
        pytest.raises(Violation, match="a WebSocket handshake"),
        open_socket(world, "g", "gw_key"),
    ):
        pass


def test_a_connection_that_is_lost_is_no_violation_but_is_one_on_our_mock() -> None:
    for shared, kind in ((True, NotReached), (False, Violation)):
        with serving(losing(1), shared=shared) as world, open_socket(world, "g", "gw_key") as opened:
            started = time.monotonic()
            with pytest.raises(kind):
                opened.ask(HEARTBEAT)
            assert time.monotonic() - started < 5


@pytest.mark.parametrize(("times", "admitted"), [(1, True), (3, True), (4, False)])
def test_a_gateway_is_refused_only_if_every_connection_is_lost(times: int, *, admitted: bool) -> None:
    with serving(losing(times)) as world:
        assert is_admitted(world, "g", "gw_key") is admitted
