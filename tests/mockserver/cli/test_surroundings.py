"""Whatever surrounds a command: streams, locale, files and signals; one line, and the documented code."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver import fixtures, resources
from tests.mockserver.backends.replica_pair import wait_until
from tests.mockserver.cli.forks import Case, outcomes
from tests.process import COMMAND, serve

_PRINTING = [["spec"], ["scenarios"], ["mutants"], ["coverage"], ["--version"]]
_WRONG = [["serve", "--port", "x"], ["serve", "--fixture", "nowhere"]]
_FULL = "novavms-mock: standard output: No space left on device\n"
#: Commands, what their streams are, and the code and errors of each.
STREAMS: list[tuple[list[list[str]], str, list[int], int, str]] = [
    (_PRINTING, "unread", [1], 0, ""),
    (_PRINTING, "full", [1], 2, _FULL),
    (_PRINTING[:2], "closed", [1], 0, ""),
    (_PRINTING[:2], "closed", [0], 0, ""),
    (_PRINTING[:2], "closed", [0, 1, 2], 0, ""),
    (_WRONG, "full", [2], 2, ""),
    (_WRONG, "closed", [2], 2, ""),
    (_WRONG, "unread", [2], 2, ""),
    ([_PRINTING[-1], _WRONG[0]], "full", [1, 2], 2, ""),
]


def test_streams_that_cannot_be_written_end_a_command_in_one_line_at_most() -> None:
    cases: list[Case] = [
        (command, kind, numbers, None) for commands, kind, numbers, *_ in STREAMS for command in commands
    ]
    expected = [(code, errors) for commands, _, _, code, errors in STREAMS for _ in commands]
    for case, found, wanted in zip(cases, outcomes(cases), expected, strict=True):
        assert found[:2] == wanted, case


def test_an_encoding_without_a_character_prints_the_document_unchanged_and_help_with_escapes() -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}

    def printed(*arguments: str) -> bytes:
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, check=True, env={**os.environ, **locale})
        assert done.stderr == b""
        return done.stdout

    assert printed("spec") == resources.path("spec", "openapi.yaml").read_bytes()
    assert rb"memory|postgresql://\u2026" in printed("serve", "--help")


#: Values of --ready-file that cannot be used, in a folder with a file, a folder and a named pipe; and what is said.
READY_FILES = {
    "{folder}/file/ready.json": "there is no folder",
    "{folder}": "is not a file",
    "{folder}/pipe": "is not a file",
    "/dev/null": "is not a file",
    "/dev/full": "is not a file",
    "{folder}/" + 300 * "x": "File name too long",
    "/proc/ready.json": "",
}


def test_a_ready_file_that_cannot_be_written_is_refused_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    names = [name.replace("{folder}", str(tmp_path)) for name in READY_FILES]
    cases: list[Case] = [(["serve", "--port", "0", "--ready-file", name], "", [], None) for name in names]
    for name, reason, (code, errors, _) in zip(names, READY_FILES.values(), outcomes(cases), strict=True):
        assert code == 2, (name, errors)
        assert errors.startswith(f"novavms-mock: --ready-file {name}: {reason}")
        assert errors.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "pipe"]


def test_a_ready_file_that_cannot_be_written_in_the_end_stops_the_mock_in_one_line(tmp_path: Path) -> None:
    ready = tmp_path / "folder" / "ready.json"
    ready.parent.mkdir()
    ready.write_text("of an earlier run")
    code = (
        "import shutil, sys\nfrom mockserver.cli import address, main\nlisten = address._listener\n"
        f"address._listener = lambda options: (shutil.rmtree({str(ready.parent)!r}), listen(options))[1]\n"
        "sys.exit(main.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--ready-file", str(ready)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (2, f"novavms-mock: --ready-file {ready}: No such file or directory\n")


def test_the_ready_file_of_an_earlier_run_is_removed_at_the_start(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text("stale")
    command = [*COMMAND, "serve", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: not ready.exists())
            wait_until(ready.exists)
            assert json.loads(ready.read_text())["pid"] == process.pid
        finally:
            process.kill()


#: Functions of the start during which a signal arrives, and the signal.
MOMENTS = [
    ("mockserver.fixtures.parse", signal.SIGTERM),
    ("mockserver.fixtures.parse", signal.SIGINT),
    ("mockserver.fixtures.parse", signal.SIGHUP),
    ("mockserver.server.run.bind", signal.SIGTERM),
    ("mockserver.server.run.create_server", signal.SIGINT),
    ("mockserver.operations.seeding.seed", signal.SIGTERM),
    ("mockserver.operations.seeding.seed", signal.SIGINT),
    ("mockserver.server.banner.banner", signal.SIGTERM),
    ("mockserver.server.banner.banner", signal.SIGHUP),
]


@pytest.fixture
def _heeded_signals() -> Iterator[None]:
    """Let processes heed SIGHUP, which nohup makes them ignore."""
    former = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, former)


@pytest.mark.usefixtures("_heeded_signals")
def test_a_signal_at_any_moment_of_the_start_ends_it_with_code_0_and_no_traceback() -> None:
    serving = ["serve", "--port", "0", "--fixture", "small"]
    for moment, found in zip(MOMENTS, outcomes([(serving, "", [], moment) for moment in MOMENTS]), strict=True):
        assert found[:2] == (0, ""), moment


_KILL = f"os.kill(os.getpid(), {int(signal.SIGINT)})"


@pytest.mark.parametrize(("command", "code"), [("serve", 0), ("coverage", 130)])
@pytest.mark.parametrize("sent", [_KILL, f"finalize(set(), lambda: {_KILL})"])
def test_a_signal_while_modules_are_loaded_ends_a_command_without_a_traceback(
    command: str, code: int, sent: str
) -> None:
    program = (
        "import builtins, os, sys\nfrom weakref import finalize\nfrom mockserver import __main__\n"
        "imported = builtins.__import__\n"
        "def importing(name, *rest):\n"
        f"    if name.startswith('mockserver.cli'): {sent}\n"
        "    return imported(name, *rest)\n"
        "builtins.__import__ = importing\nsys.exit(__main__.main())"
    )
    done = subprocess.run([sys.executable, "-c", program, command], capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


def test_a_second_signal_while_calls_are_answered_changes_nothing(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        fault: dict[str, Any] = {"method": "GET", "path": "/healthz", "delay_ms": 600}
        assert served.control("POST", "/faults", json=fault).status_code == 201
        with socket.create_connection(("127.0.0.1", int(served.ready["base_url"].rpartition(":")[2]))) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            wait_until(lambda: served.control("GET", "/faults").json()["data"][0]["matched"] == 1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                served.process.send_signal(number)
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        assert served.stop() == 0
    assert "Traceback" not in served.errors


def test_a_fixture_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    small = resources.path("fixtures", "orgs", "small.json").read_text(encoding="utf-8")
    (tmp_path / "own.json").write_text(small, encoding="utf-8-sig")
    (tmp_path / "own.toml").write_text(f'says = "x"\nfixture = {json.dumps(str(tmp_path / "own.json"))}', "utf-8-sig")
    assert fixtures.read(str(tmp_path / "own.toml")) == json.loads(small)
