"""Runs on one server take turns: the lock ends with its process, however that ends, and no other process has it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract_tests.config import TargetConfig
from contract_tests.shared_target import lock
from contract_tests.shared_target.ledger import LedgerError

HOLDER = """
import sys, time
from contract_tests.config import TargetConfig
from contract_tests.shared_target import lock
with lock.held(TargetConfig("it", sys.argv[1]), "ct1"):
    print("held", flush=True)
    time.sleep(60)
"""
URL = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@contextmanager
def holder(url: str = URL) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that holds the lock of a server until the block ends."""
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def take(url: str = URL) -> None:
    with lock.held(TargetConfig("it", url), "ct2"):
        pass


@pytest.mark.parametrize("url", [URL, "http://localhost:9", "http://[::1]:9/", "HTTP://LOCALHOST:9".lower()])
def test_the_lock_of_a_server_is_refused_with_the_process_that_holds_it(url: str) -> None:
    with holder() as process, pytest.raises(lock.Busy) as caught:
        take(url)
    assert f"{url}: run ct1 of process {process.pid} is not over; " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_servers_and_mocks_of_a_run_are_not_locked() -> None:
    with holder():
        take("http://127.0.0.1:10")
        take("https://127.0.0.1")
        with lock.held(None, "ct2"):
            pass


def test_the_lock_ends_with_its_process_also_when_that_is_killed() -> None:
    with holder() as process:
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(lock.Busy):
            take()
        process.kill()
        process.wait()
        take()


def test_a_file_that_no_process_has_locked_is_no_lock(tmp_path: Path) -> None:
    with holder():
        [file] = tmp_path.rglob("*.lock")
    for pid in (os.getpid(), 1, 2**22 + 1):
        file.write_text(json.dumps({"pid": pid, "run": "ct0"}))
        take()


def test_nothing_stays_of_a_lock_that_was_released(tmp_path: Path) -> None:
    take()
    with pytest.raises(RuntimeError), lock.held(TargetConfig("it", URL), "ct2"):
        raise RuntimeError
    take()
    assert not list(tmp_path.rglob("*.lock"))


def test_of_many_processes_one_at_a_time_has_the_lock(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = f"""
import sys, time
from contract_tests.config import TargetConfig
from contract_tests.shared_target import lock
taken = 0
while taken < 20:
    try:
        with lock.held(TargetConfig("it", "{URL}"), "ct1"), open("{log}", "a") as log:
            log.write("in\\n"); log.flush()
            time.sleep(0.001)
            log.write("out\\n"); log.flush()
            taken += 1
    except lock.Busy:
        time.sleep(0.001)
"""
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert log.read_text() == "in\nout\n" * 60


def test_a_folder_that_cannot_be_written_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(LedgerError, match=r"file/novavms-contract: .*; set XDG_STATE_HOME to another folder"):
        take()


def test_the_refusal_waits_for_an_owner_that_has_not_signed_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with holder():
        [file] = Path(os.environ["XDG_STATE_HOME"]).rglob("*.lock")
        file.write_text("")
        with pytest.raises(lock.Busy, match="run unknown of process unknown"):
            take()
