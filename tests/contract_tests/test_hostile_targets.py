"""Targets that cannot be tested: each is reported in one clear line, with its exit code, in a bounded time."""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from contract_tests import cli, preflight
from contract_tests.commands import exit_codes
from contract_tests.config import ActorConfig, TargetConfig
from tests.harness import Running

Behaviour = Callable[[socket.socket, threading.Event], None]
#: The timeout of preflight in these tests.
TIMEOUT_SECONDS = 1.0
MAX_SECONDS = 15.0
TOKEN = "sk_live_neverissued0000"


def resets(connection: socket.socket, end: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs(connection: socket.socket, end: threading.Event) -> None:
    end.wait(MAX_SECONDS)


def says(status: str, media_type: str, body: bytes) -> Behaviour:
    def answer(connection: socket.socket, end: threading.Event) -> None:
        connection.recv(65536)
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    return answer


def streams(connection: socket.socket, end: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not end.is_set():
        connection.sendall(b" ")
        time.sleep(0.01)


def babbles(connection: socket.socket, end: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


@contextmanager
def listening(behaviour: Behaviour) -> Iterator[str]:
    """Treat every connection in this way until the block ends."""
    end = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(MAX_SECONDS)
                behaviour(connection, end)

        def accept() -> None:
            while not end.is_set():
                with suppress(TimeoutError):
                    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            end.set()
            thread.join()


def refusal(code: int, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line that says why the target cannot be tested."""
    started = time.monotonic()
    assert cli.main(["run", *arguments]) == code
    assert time.monotonic() - started < MAX_SECONDS
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(r"novavms-contract: .*\n", captured.err), captured.err
    assert TOKEN not in captured.err
    return captured.err


run_error = partial(refusal, exit_codes.RUN_ERROR)
usage_error = partial(refusal, exit_codes.USAGE_ERROR)


@pytest.fixture(autouse=True)
def _short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "TIMEOUT_SECONDS", TIMEOUT_SECONDS)


@pytest.fixture
def target_file(tmp_path: Path) -> Callable[[str], list[str]]:
    """Write a target file and return the arguments that name it."""

    def write(base_url: str, token: str = TOKEN, control: str = "false") -> list[str]:
        path = tmp_path / "targets.toml"
        path.write_text(
            f'[targets.it]\nbase_url = "{base_url}"\ncontrol = {control}\n'
            f'[targets.it.actors]\noperator = {{ token = "{token}" }}\n'
        )
        return ["it", "--config", str(path)]

    return write


HOSTILE: dict[str, tuple[Behaviour, str]] = {
    "resets": (resets, "ReadError|RemoteProtocolError|ConnectError"),
    "hangs": (hangs, "ReadTimeout"),
    "html": (
        says("200 OK", "text/html", b"<html>Welcome</html>"),
        "got 200 with text/html, not 200 with a JSON object",
    ),
    "500": (says("500 Oops", "application/json", b"{}"), "got 500 with application/json"),
    "no json": (says("200 OK", "application/json", b"<html>"), "not 200 with a JSON object"),
    "a list": (says("200 OK", "application/json", b"[]"), "not 200 with a JSON object"),
    "streams": (streams, "did not end in time"),
    "no http": (babbles, "RemoteProtocolError"),
}
#: Those of which nothing but that there is an HTTP server is known, when they are asked for a control plane.
ANSWERING = ("html", "500", "no json", "a list")


@pytest.mark.parametrize("control", ["false", "true"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_target_that_misbehaves_is_reported_in_one_line(
    name: str, control: str, target_file: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour, message = HOSTILE[name]
    with listening(behaviour) as base_url:
        line = run_error(capsys, *target_file(base_url, control=control))
    assert base_url in line
    assert re.search(message.replace("actor operator", "(actor operator|the control plane)"), line), line


@pytest.mark.parametrize("name", HOSTILE)
def test_a_url_that_misbehaves_is_reported_in_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with listening(HOSTILE[name][0]) as base_url:
        assert base_url in (usage_error if name in ANSWERING else run_error)(capsys, base_url)


@pytest.mark.parametrize(
    ("control", "message"),
    [("false", "the token of actor operator was refused with 4"), ("true", "the control plane demands a token and")],
)
@pytest.mark.parametrize("status", ["401 No", "403 No"])
def test_a_refused_token_is_configuration(
    status: str, control: str, message: str, target_file: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(says(status, "application/json", b"{}")) as base_url:
        line = usage_error(capsys, *target_file(base_url, control=control))
    assert base_url in line
    assert message in line


def test_a_port_without_a_server(target_file: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert "ConnectError" in run_error(capsys, *target_file(base_url))
    assert "ConnectError" in run_error(capsys, base_url)


def test_a_host_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert "ConnectError" in run_error(capsys, "http://nowhere.invalid")


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://127.0.0.1:99999", "http://127.0.0.1:x"])
def test_an_invalid_url(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert url in usage_error(capsys, url)


@pytest.mark.parametrize("token", [TOKEN, "sk_live_acme_expired"])
def test_a_token_that_is_wrong_or_expired(
    token: str, isolated: Running, target_file: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    line = usage_error(capsys, *target_file(isolated.base_url, token=token))
    assert "the token of actor operator was refused with 401" in line
    assert token not in line


def test_a_target_without_actors_and_control_plane_is_configuration(
    tmp_path: Path, shared: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(f'[targets.it]\nbase_url = "{shared.base_url}"')
    line = usage_error(capsys, "it", "--config", str(path))
    assert "no control plane of our mock and no actors; name their tokens in [targets.NAME.actors]" in line


def test_no_cookie_of_one_actor_is_sent_by_the_next(tmp_path: Path) -> None:
    asked: list[bytes] = []

    def gives_a_cookie(connection: socket.socket, end: threading.Event) -> None:
        asked.append(connection.recv(65536))
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid=1; Path=/\r\n"
        connection.sendall(head + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")

    actors = {role: ActorConfig(f"token-of-{role}") for role in ("owner", "viewer")}
    with listening(gives_a_cookie) as base_url:
        preflight.check(TargetConfig("it", base_url, actors=actors))
    assert [b"token-of-owner" in asked[0], b"token-of-viewer" in asked[1]] == [True, True]
    assert not [request for request in asked if b"cookie" in request.lower()]
