"""Processes that are forked from one that has collected the checks: they share the work, and end as it does."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests import outcomes, runner
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.plan import Plan
from contract_tests.processes.neighbours import Neighbours
from contract_tests.shared_target.exclusive import Exclusive
from contract_tests.shared_target.ledger import Ledger
from tests.contract_tests.processes.test_child_process import exists
from tests.contract_tests.test_interrupt import until
from tests.contract_tests.test_runner import outcome, standin_checks
from tests.harness import Running

#: Forks two processes that note their ids and wait.
FORKING = """
import os, sys, time
from pathlib import Path
from contract_tests.processes import forks
number = forks.fork(2)
if number is not None:
    Path(sys.argv[1], str(number)).write_text(str(os.getpid()))
    time.sleep(60)
"""
CHECKS_TEXT = """
import os
import time
from pathlib import Path

import pytest

FOLDER = Path({folder!r})

@pytest.mark.rules("EV-10")
@pytest.mark.parametrize("number", range(6))
def test_is_disturbed(world, expect, number):
    (FOLDER / str(number)).touch()
    time.sleep(0.5)
    others = len(list(FOLDER.iterdir())) - 1
    (FOLDER / str(number)).unlink()
    expect("EV-10", not others, "nobody else", others)

@pytest.mark.rules("EV-11")
def test_is_violated(world, expect):
    expect("EV-11", False, "it holds", os.getpid())
"""


def forking(folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", FORKING, str(folder)], stderr=subprocess.DEVNULL)


def pids_in(folder: Path) -> list[int]:
    files = [folder / "0", folder / "1"]
    assert until(lambda: all(file.exists() and file.read_text() for file in files))
    return [int(file.read_text()) for file in files]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_forked_processes_end_with_the_one_that_they_are_forked_from(number: signal.Signals, tmp_path: Path) -> None:
    with forking(tmp_path) as process:
        pids = pids_in(tmp_path)
        process.send_signal(number)
        assert until(lambda: not any(map(exists, pids)), 2)


def test_a_crash_of_a_forked_process_is_one_of_the_process_that_it_is_forked_from(tmp_path: Path) -> None:
    with forking(tmp_path) as process:
        for pid in pids_in(tmp_path):
            os.kill(pid, signal.SIGKILL)
        assert process.wait(10) == 1


@pytest.fixture
def target(shared: Running) -> TargetConfig:
    """A target without a control plane, as a target file names it."""
    known = shared.org().described["actors"]
    actors = {role: ActorConfig(known[role]["token"]) for role in ("owner", "admin", "operator", "viewer")}
    return TargetConfig("it", shared.base_url, connections=3, actors=actors)


def test_what_fails_beside_other_checks_runs_again_alone(
    target: TargetConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, marks = tmp_path / "checks", tmp_path / "marks"
    folder.mkdir()
    marks.mkdir()
    standin_checks(monkeypatch, folder, CHECKS_TEXT.format(folder=str(marks)))
    result = runner.run(Plan(rules=("EV-10", "EV-11"), target=target, ledger=tmp_path / "ledger"), jobs=1)
    assert outcome(result, "EV-10").failure is None
    assert outcome(result, "EV-11").failure
    assert len(result.lines) == 8  # the failure is tried again too
    held = outcomes.held_alone(result.lines)
    assert {(each["rule"], each["expected"]) for each in held} == {("EV-10", "nobody else")}
    assert all("test_is_disturbed" in each["check"] for each in held)


@pytest.mark.parametrize("connections", [1, 3])
def test_checks_of_a_target_share_its_connections(
    connections: int, target: TargetConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import os, time\nimport pytest\n" + "".join(
        f'@pytest.mark.rules("EV-1{number}")\ndef test_{number}(expect):\n'
        f'    time.sleep(0.3)\n    expect("EV-1{number}", False, "it", os.getpid())\n'
        for number in range(6)
    )
    standin_checks(monkeypatch, tmp_path, text)
    rules = tuple(f"EV-1{number}" for number in range(6))
    asked = Plan(rules=rules, target=replace(target, connections=connections), ledger=tmp_path / "ledger")
    lines = runner.run(asked, jobs=5).lines
    assert len({line["findings"][0]["actual"] for line in lines}) == connections


def test_numbers_of_calls_in_the_ledger_are_those_of_one_process_each(
    target: TargetConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import pytest\n" + "".join(
        f'@pytest.mark.rules("RU-1{number}")\ndef test_{number}(world, expect):\n    world.rule()\n'
        for number in range(6)
    )
    standin_checks(monkeypatch, tmp_path, text)
    rules = tuple(f"RU-1{number}" for number in range(6))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path))
        ledger = Ledger.start("ct", "it", tmp_path / "targets.toml")
    runner.run(Plan(rules=rules, target=target, ledger=ledger.path), jobs=1)
    assert sum("alert-rules" in made.path for made in ledger.made()) == 6
    assert ledger.left() == []
    assert ledger.pending() == []


def test_a_check_alone_waits_for_those_that_run_and_keeps_others_from_beginning(tmp_path: Path) -> None:
    ours = Neighbours(tmp_path)
    with ours.allowed():
        pid = os.fork()
        if not pid:
            with Neighbours(tmp_path).absent():
                (tmp_path / "alone").touch()
                time.sleep(0.3)
            os._exit(0)
        time.sleep(0.3)
        assert not (tmp_path / "alone").exists()
    begun = time.monotonic()
    with ours.allowed():
        assert (tmp_path / "alone").exists()
        assert time.monotonic() - begun > 0.2
    os.waitpid(pid, 0)


@pytest.mark.parametrize(
    ("path", "body", "waits"),
    [
        ("/api/v1/gateways/generate-pairing-code", {}, True),
        ("/api/v1/cameras/1/trigger", None, True),
        ("/api/v1/alert-rules", {"trigger_type": "manual"}, True),
        ("/api/v1/alert-rules", {"trigger_type": "motion"}, False),
        ("/api/v1/gateways", [], False),
    ],
)
def test_one_process_at_a_time_uses_what_is_exclusive(path: str, body: object, waits: bool, tmp_path: Path) -> None:
    exclusive = Exclusive(tmp_path / "exclusive")
    exclusive.acquire_for("/api/v1/auth/login", None)
    exclusive.acquire_for("/api/v1/auth/login", None)
    pid = os.fork()
    if not pid:
        Exclusive(tmp_path / "exclusive").acquire_for(path, body)
        os._exit(0)
    time.sleep(0.2)
    assert (os.waitpid(pid, os.WNOHANG) == (0, 0)) is waits
    exclusive.release()
    if waits:
        assert os.waitpid(pid, 0)[1] == 0


def test_several_processes_can_have_rules_that_an_event_triggered_by_hand_makes_fire(tmp_path: Path) -> None:
    exclusive, rule = Exclusive(tmp_path / "exclusive"), {"trigger_type": "manual"}
    exclusive.acquire_for("/api/v1/alert-rules", rule)
    for path, waits in (("/api/v1/alert-rules", False), ("/api/v1/cameras/1/trigger", True)):
        pid = os.fork()
        if not pid:
            Exclusive(tmp_path / "exclusive").acquire_for(path, rule)
            os._exit(0)
        time.sleep(0.2)
        assert (os.waitpid(pid, os.WNOHANG) == (0, 0)) is waits
    exclusive.release()
    assert os.waitpid(pid, 0)[1] == 0
