"""A child process ends when its parent does, whatever ends the parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contract_tests.processes import child_process
from tests.contract_tests.live import served
from tests.contract_tests.test_interrupt import children, started, until

#: Starts a module that never ends, prints the ids of both processes, and waits.
PARENT = """
import os, subprocess, sys, time
from pathlib import Path
from contract_tests.processes import child_process
variables = {**os.environ, "PYTHONPATH": sys.argv[1]}
child = child_process.start(["endless"], Path(sys.argv[1]), variables, subprocess.DEVNULL, sys.stderr)
while not Path(sys.argv[1], "begun").exists():
    time.sleep(0.01)
holder = 0 if len(sys.argv) < 3 else os.fork()
if sys.argv[2:] and not holder:
    time.sleep(20)  # this process holds the pipe open
    os._exit(0)
print(child.pid, holder, flush=True)
time.sleep(60)
"""
ENDLESS = "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(60)\n"
SECONDS = 2.0


def exists(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("options", [[], ["held"]], ids=["by the pipe", "by the signal"])
def test_a_child_process_ends_with_its_parent(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS)
    command = [sys.executable, "-c", PARENT, str(tmp_path), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child, holder = map(int, parent.stdout.readline().split())
        assert exists(child)
        parent.kill()
        assert until(lambda: not exists(child), SECONDS)
        if holder:
            os.kill(holder, signal.SIGKILL)


def test_a_child_process_ends_when_the_pipe_is_closed(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS)
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        process = child_process.start(["endless"], tmp_path, variables, log, log)
    with process:
        assert until((tmp_path / "begun").exists)
        assert process.stdin
        process.stdin.close()
        assert process.wait(SECONDS) == 1


def test_after_a_kill_of_the_command_the_target_gets_no_more_requests(tmp_path: Path) -> None:
    with served(tmp_path) as live:
        log = live.folder / "access.log"
        process = live.start("run", "live", "--config", str(live.file()), "--rules", "RU-*", "--rules", "GW-*")
        with process:
            assert until(lambda: len(live.writes()) > 20), process.poll()
            process.kill()
        time.sleep(SECONDS)
        requests = log.read_text()
        time.sleep(SECONDS)
        assert log.read_text() == requests


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_after_a_kill_of_the_command_no_process_of_it_is_left(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        journals = tmp_path / "tmp"
        assert until(lambda: any(file.stat().st_size for file in journals.glob("novavms-*/*.jsonl"))), process.poll()
        assert any("mockserver" in command for command in children(tmp_path))
        process.kill()
    assert until(lambda: not children(tmp_path), SECONDS), children(tmp_path)
