"""A gateway's socket on targets that refuse the handshake, do not answer, or close the connection."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from contract_tests.actors import Recorder, TargetError
from contract_tests.config import TargetConfig
from contract_tests.steps import gateway_socket
from contract_tests.steps.gateway_socket import HEARTBEAT, is_admitted, open_socket, require_known_way, require_socket
from contract_tests.verdicts import Unavailable, Violation

FIRST_MESSAGE = '{"type": "auth", "api_key": "gw_k+"}'
Behaviour = Callable[[ServerConnection], None]


@contextmanager
def serving(
    behaviour: Behaviour, refuse: bool = False, *, shared: bool = False, socket_auth: str | None = None
) -> Iterator[Any]:
    """Serve sockets that behave like this until the block ends; yield a world whose target is that server."""

    def refused(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(HTTPStatus.NOT_FOUND, "no socket here") if refuse else None

    with serve(behaviour, "127.0.0.1", 0, process_request=refused) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        yield world_at(TargetConfig("target", address, socket_auth=socket_auth), shared=shared)
        server.shutdown()
        thread.join(10)


def never_answers(connection: ServerConnection) -> None:
    for _ in connection:
        pass


def acknowledges(connection: ServerConnection) -> None:
    for _ in connection:
        connection.send('{"type": "ack"}')


def closes(connection: ServerConnection) -> None:
    connection.close(4401)


@pytest.fixture(autouse=True)
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_socket, "_TIMEOUT_SECONDS", 0.5)


def test_a_refused_handshake_violates_rules_about_the_handshake() -> None:
    with serving(never_answers, refuse=True) as world:
        with pytest.raises(Violation, match="404"), open_socket(world, "g", "gw_key"):
            pass
        assert not is_admitted(world, "g", "gw_key")


def test_a_refused_handshake_disables_rules_that_need_an_open_socket() -> None:
    with (
        serving(never_answers, refuse=True) as world,
        pytest.raises(Unavailable, match="404"),
        require_socket(world, "g", "gw_k"),
    ):
        pass


def test_a_violation_while_the_socket_is_open_stays_a_violation() -> None:
    def fail(world: Any) -> None:
        with require_socket(world, "g", "gw_key"):
            raise Violation("", "something", "something else")

    with serving(acknowledges) as world, pytest.raises(Violation, match="something"):
        fail(world)


def test_a_socket_without_answers_is_open_but_answers_no_frame() -> None:
    with serving(never_answers) as world, require_socket(world, "g", "gw_key") as socket:
        with pytest.raises(Violation, match="no answer"):
            socket.ask(HEARTBEAT)
        with pytest.raises(Unavailable, match="no answer"):
            socket.send(HEARTBEAT)
        assert socket.accepts_frames()


@pytest.mark.parametrize(("shared", "received"), [(True, 1), (False, 2)])
def test_a_shared_target_that_ignored_a_frame_is_not_sent_another_of_its_type(shared: bool, received: int) -> None:
    frames: list[str | bytes] = []

    def ignores(connection: ServerConnection) -> None:
        frames.extend(connection)

    with serving(ignores, shared=shared) as world:
        for _ in range(2):
            with require_socket(world, "g", "gw_key") as socket, pytest.raises(Unavailable, match="got no answer"):
                socket.send(HEARTBEAT)
        with require_socket(world, "g", "gw_key") as socket, pytest.raises(Unavailable, match="got no answer"):
            socket.send({"type": "telemetry"})
    assert frames.count('{"type": "heartbeat"}') == received
    assert frames.count('{"type": "telemetry"}') == 1


def test_a_gateway_whose_socket_is_closed_is_not_admitted() -> None:
    with serving(closes) as world:
        assert not is_admitted(world, "g", "gw_key")
        with require_socket(world, "g", "gw_key") as socket, pytest.raises(Unavailable, match="4401"):
            socket.send(HEARTBEAT)


def test_a_gateway_whose_frame_is_answered_is_admitted() -> None:
    with serving(acknowledges) as world:
        assert is_admitted(world, "g", "gw_key")


def shows_key(connection: ServerConnection) -> None:
    """Admit the gateway that shows its key, in whichever way, and close the socket of any other."""
    request = connection.request
    assert request is not None
    shown = f"{request.path} {request.headers.get('Authorization')}"
    if shown.endswith(("?key=gw_k%2B None", " Bearer gw_k+")) or connection.recv(1) == FIRST_MESSAGE:
        acknowledges(connection)
    connection.close(4401)


@pytest.mark.parametrize("way", [None, "bearer", "query:key", "first-message"])
def test_a_key_is_shown_in_the_way_of_the_target(way: str | None) -> None:
    with serving(shows_key, socket_auth=way) as world:
        assert is_admitted(world, "g", "gw_k+")
        assert not is_admitted(world, "g", "gw_other")
        assert not is_admitted(world, "g", None)


@pytest.mark.parametrize(("shared", "way", "known"), [(True, None, False), (True, "bearer", True), (False, None, True)])
def test_a_refusal_proves_nothing_until_the_way_is_known(shared: bool, way: str | None, known: bool) -> None:
    world = world_at(TargetConfig("target", "http://192.0.2.1", socket_auth=way), shared=shared)
    with nullcontext() if known else pytest.raises(Unavailable, match="socket_auth"):
        require_known_way(world)


def test_a_frame_that_is_answered_with_an_error_was_not_taken() -> None:
    def refuses(connection: ServerConnection) -> None:
        for _ in connection:
            connection.send('{"type": "error"}')

    with (
        serving(refuses) as world,
        require_socket(world, "g", "gw_key") as socket,
        pytest.raises(Unavailable, match=r"does not take the frame .*heartbeat"),
    ):
        socket.send(HEARTBEAT)


def world_at(target: TargetConfig, *, shared: bool = False) -> Any:
    session = SimpleNamespace(target=SimpleNamespace(config=target), ignored_frames=set(), throttle=lambda: None)
    return SimpleNamespace(session=session, recorder=Recorder(), shared=shared)


def remote_world() -> Any:
    return world_at(TargetConfig("target", "http://192.0.2.1"))


def test_a_proxy_that_forwards_no_sockets_is_no_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def refuse() -> None:
            with proxy.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        proxy_url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        monkeypatch.setenv("HTTP_PROXY", proxy_url)
        with (
            pytest.raises(Unavailable, match=f"the proxy {proxy_url} of HTTP_PROXY does not forward: .*403"),
            open_socket(remote_world(), "g", "gw_key"),
        ):
            pass
        thread.join(10)


def test_a_proxy_that_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with (
        pytest.raises(TargetError, match=r"through the proxy http://127.0.0.1:1 of HTTP_PROXY: "),
        open_socket(remote_world(), "g", "gw_key"),
    ):
        pass
