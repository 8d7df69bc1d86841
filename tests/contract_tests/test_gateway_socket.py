"""What the suite makes of sockets that do not open, of silence and of hanging up."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from contract_tests.actors import Recorder
from contract_tests.config import TargetConfig
from contract_tests.steps import gateway_socket
from contract_tests.steps.gateway_socket import HEARTBEAT, is_admitted, open_socket, require_socket
from contract_tests.verdicts import Unavailable, Violation

Behaviour = Callable[[ServerConnection], None]


@contextmanager
def serving(behave: Behaviour, refuse: bool = False) -> Iterator[Any]:
    """Serve sockets that behave so until the block ends; give a world whose target that is."""

    def refused(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(HTTPStatus.NOT_FOUND, "no socket here") if refuse else None

    with serve(behave, "127.0.0.1", 0, process_request=refused) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        target = TargetConfig("theirs", f"http://127.0.0.1:{server.socket.getsockname()[1]}")
        yield SimpleNamespace(session=SimpleNamespace(target=SimpleNamespace(config=target)), recorder=Recorder())
        server.shutdown()
        thread.join(10)


def listens(connection: ServerConnection) -> None:
    for _ in connection:
        pass


def acknowledges(connection: ServerConnection) -> None:
    for _ in connection:
        connection.send('{"type": "ack"}')


def hangs_up(connection: ServerConnection) -> None:
    connection.close(4401)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_socket, "_PATIENCE", 0.5)


def test_a_refused_handshake_breaks_the_rules_about_it() -> None:
    with serving(listens, refuse=True) as world:
        with pytest.raises(Violation, match="404"), open_socket(world, "g", "gw_key"):
            pass
        assert not is_admitted(world, "g", "gw_key")


def test_a_refused_handshake_leaves_what_merely_needs_a_socket_undecided() -> None:
    with (
        serving(listens, refuse=True) as world,
        pytest.raises(Unavailable, match="404"),
        require_socket(world, "g", "gw_k"),
    ):
        pass


def test_what_fails_with_the_socket_open_is_a_violation_still() -> None:
    def fail(world: Any) -> None:
        with require_socket(world, "g", "gw_key"):
            raise Violation("", "something", "something else")

    with serving(acknowledges) as world, pytest.raises(Violation, match="something"):
        fail(world)


def test_silence_answers_no_question_but_shuts_nobody_out() -> None:
    with serving(listens) as world, require_socket(world, "g", "gw_key") as socket:
        with pytest.raises(Violation, match="silence"):
            socket.ask(HEARTBEAT)
        with pytest.raises(Unavailable, match="silence"):
            socket.send(HEARTBEAT)
        assert socket.accepts_frames()


def test_whom_the_target_hangs_up_on_does_not_get_in() -> None:
    with serving(hangs_up) as world:
        assert not is_admitted(world, "g", "gw_key")
        with require_socket(world, "g", "gw_key") as socket, pytest.raises(Unavailable, match="4401"):
            socket.send(HEARTBEAT)


def test_who_is_answered_gets_in() -> None:
    with serving(acknowledges) as world:
        assert is_admitted(world, "g", "gw_key")
