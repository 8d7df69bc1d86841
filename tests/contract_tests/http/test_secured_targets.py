"""Targets that are reached as the target file says: by the suite's client, its WebSocket client and Schemathesis."""

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from contract_tests import cli, config, document, preflight
from contract_tests.actors import Recorder
from contract_tests.commands import exit_codes
from contract_tests.generation import link_walks, schema_cases
from contract_tests.http import connections
from contract_tests.session import Session
from contract_tests.steps.gateway_socket import open_socket
from contract_tests.target import Target
from contract_tests.world import World
from tests.contract_tests.http.secured import GATE_SECRET, PROXY_PASSWORD, Secured, secured
from tests.contract_tests.live import GRANTED, ROOT, TOKENS, served
from tests.contract_tests.test_hostile_targets import listening
from tests.harness import Running, running

RULES = ("--rules", "RU-10", "--rules", "GW-04")
SECRETS = (GATE_SECRET, PROXY_PASSWORD, PROXY_PASSWORD.replace("@", "%40"))


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    # The target file is what counts.
    for name in ("ALL_PROXY", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")


@pytest.fixture
def target(shared: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Secured]:
    """A mock with its control plane, behind TLS and a proxy."""
    with secured(shared.base_url, tmp_path) as found:
        monkeypatch.setenv("TARGET_PROXY", found.environment["TARGET_PROXY"])
        yield found


def written(folder: Path, lines: str, more: str = "control = true") -> list[str]:
    """Write a target file and return the arguments of a run that uses it and writes a report."""
    path = folder / "targets.toml"
    path.write_text(f"[targets.a]\n{lines}{more}\n")
    return ["run", "a", "--config", str(path), "--examples", "1", "--report", str(folder / "out")]


def assert_no_secret(folder: Path, *outputs: str) -> None:
    files = [path.read_text(errors="replace") for path in (folder / "out").rglob("*") if path.is_file()]
    for text in (*files, *outputs):
        assert not [secret for secret in SECRETS if secret in text]


@pytest.fixture
def _brief() -> Iterator[None]:
    """Try one example of each property, as a run with ``--examples 1`` does."""
    settings.register_profile("brief", max_examples=1, deadline=None, database=None)
    settings.load_profile("brief")
    yield
    settings.load_profile("gate")


@pytest.mark.usefixtures("_brief")
def test_all_clients_use_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as mock, secured(mock.base_url, tmp_path) as target:
        monkeypatch.setenv("TARGET_PROXY", target.environment["TARGET_PROXY"])
        loaded = config.load(Path(written(tmp_path, target.settings())[3]))["a"]
        with connections.client(loaded.base_url, loaded.connection) as http:
            world = World.make(Session(Target(loaded), "ct", http), Recorder())
            gateway = world.pair()
            with open_socket(world, gateway["gateway_id"], gateway["api_key"]) as socket:
                assert socket.accepts_frames()
            generated = schema_cases.calls_of(world, document.load().operations["listGateways"])
            walked = link_walks.calls_of(world)
    assert {call.answer.status for call in generated} >= {200, 405}
    assert 200 in {call.answer.status for call in walked}
    assert any(call.endswith("/ws HTTP/1.1") for call in target.calls)
    assert target.refused == []
    assert len(target.calls) == len(target.tunnels)


def test_a_run_without_a_control_plane_uses_the_settings_and_cleans_up_with_them(tmp_path: Path) -> None:
    actors = "\n".join(f'{role} = {{ token = "{token}" }}' for role, token in TOKENS.items() if role != "viewer")
    viewer = f'viewer = {{ token = "{TOKENS["viewer"]}", site_ids = ["{GRANTED}"] }}'
    with served(tmp_path) as live, secured(live.base_url, tmp_path) as target:
        before = live.everything()
        command = [*written(tmp_path, target.settings(), f"[targets.a.actors]\n{actors}\n{viewer}"), *RULES]
        done = subprocess.run(
            [sys.executable, "-m", "contract_tests", *command],
            env={**live.environment, **target.environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == exit_codes.CONFORMS, done.stdout + done.stderr
        assert live.everything() == before
    assert_no_secret(tmp_path, done.stdout, done.stderr)
    assert 0 < len(target.calls) <= len(target.tunnels)


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"ca": '"other-ca.pem"'}, exit_codes.RUN_ERROR, "CERTIFICATE_VERIFY_FAILED"),
        ({"ca": ""}, exit_codes.RUN_ERROR, "; in the target file, ca, client_cert and verify set how TLS is used\n"),
        # The alert of the server may be lost as it closes the connection.
        ({"client_cert": ""}, exit_codes.RUN_ERROR, "/_mock/health: "),
        ({"headers": ""}, exit_codes.USAGE_ERROR, "the control plane demands a token and refused the call with 403"),
        ({"proxy": '"http://127.0.0.1:1"'}, exit_codes.USAGE_ERROR, "; start the proxy, or change the target file\n"),
        (
            {"proxy": '"http://somebody:proxy-password@127.0.0.1:1"'},
            exit_codes.USAGE_ERROR,
            "ConnectError: through the proxy http://127.0.0.1:1 of the target file: ",
        ),
    ],
    ids=["another CA", "no CA", "no certificate", "no header", "no proxy", "no proxy, with a password"],
)
def test_a_wrong_setting_is_one_line(
    changed: dict[str, str],
    code: int,
    message: str,
    target: Secured,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(written(tmp_path, target.settings(**changed))) == code
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert "proxy-password" not in captured.err
    assert_no_secret(tmp_path, captured.err)


def test_a_proxy_that_demands_other_credentials_is_blamed(
    target: Secured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = written(tmp_path, target.settings(proxy=f'"{target.proxy}"'))
    assert cli.main(arguments) == exit_codes.USAGE_ERROR
    line = f"through the proxy {target.proxy} of the target file: 407 Proxy Authentication Required; "
    assert line in capsys.readouterr().err


def test_a_target_that_is_down_behind_its_proxy_is_not_the_proxys_fault(
    target: Secured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = written(tmp_path, target.settings(base_url='"https://127.0.0.1:1"'))
    assert cli.main(arguments) == exit_codes.RUN_ERROR
    assert "start the proxy" not in capsys.readouterr().err


@pytest.mark.parametrize("reset", [True, False])
def test_a_tunnel_that_is_reset_or_stays_silent_is_not_the_proxys_fault(
    reset: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def tunnel(connection: socket.socket, end: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        connection.recv(65536)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            end.wait()

    monkeypatch.setattr(preflight, "TIMEOUT_SECONDS", 0.5)
    with listening(tunnel) as proxy:
        arguments = written(tmp_path, f'base_url = "https://127.0.0.1:1"\nproxy = "{proxy}"\n')
        assert cli.main(arguments) == exit_codes.RUN_ERROR
    assert "start the proxy" not in capsys.readouterr().err


@pytest.mark.parametrize("verify", [True, False])
def test_a_certificate_that_is_not_checked_is_a_remark(
    verify: bool, target: Secured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = target.settings() if verify else target.settings(ca="", verify="false")
    assert cli.main([*written(tmp_path, lines), "--rules", "EV-26"]) == exit_codes.CONFORMS
    views = [(tmp_path / "out" / name).read_text() for name in ("summary.md", "report.html")]
    remark = "The certificate of the target was not checked (verify = false in the target file)"
    assert [remark in " ".join(text.split()) for text in (capsys.readouterr().out, *views)] == [not verify] * 3
    assert json.loads((tmp_path / "out" / "report.json").read_text())["run"]["certificate_checked"] is verify
