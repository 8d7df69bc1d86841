"""A run that is interrupted reports what it found, marked incomplete, and leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.report import journal
from tests.contract_tests.live import ROOT, served

SIGNALS = [signal.SIGINT, signal.SIGTERM]


def started(tmp_path: Path) -> "subprocess.Popen[str]":
    """Start a run of everything on mocks of its own; all its processes have a variable in their environment."""
    command = [sys.executable, "-m", "contract_tests", "run", "--report", str(tmp_path / "out"), "--examples", "200"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "INTERRUPT_TEST": str(tmp_path)}
    (tmp_path / "tmp").mkdir()
    return subprocess.Popen(command, env=environment, cwd=ROOT, **pipes)


def children(tmp_path: Path) -> list[str]:
    """Return the commands of the processes with that variable."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"INTERRUPT_TEST={tmp_path}\0".encode() in environment:
            found.append(command)
    return found


def until(condition: Callable[[], object], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(condition())


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupted_run_reports_and_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    process = started(tmp_path)
    journals = tmp_path / "tmp"
    written = tmp_path / "out" / "journal.jsonl"
    assert until(lambda: written.exists() and written.read_text().count("\n") > 1), process.poll()
    so_far = journal.read(written.parent)
    assert not so_far.complete
    assert so_far.totals()["untested"] < len(so_far.outcomes)
    assert any("mockserver" in command for command in children(tmp_path))
    process.send_signal(number)
    out, err = process.communicate(timeout=40)
    assert process.returncode == 3, err
    assert "Traceback" not in err
    assert "INCOMPLETE: the run was stopped; so far " in out
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["run"]["complete"] is False
    assert sum(report["totals"].values()) > report["totals"]["untested"] > 0
    assert not journal.read(tmp_path / "out").complete
    assert until(lambda: not children(tmp_path), 10), children(tmp_path)
    assert not list(journals.iterdir())


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupted_run_removes_what_it_made(number: signal.Signals, tmp_path: Path) -> None:
    with served(tmp_path) as live:
        before = live.everything()
        arguments = ("--config", str(live.file()), "--rules", "RU-*", "--rules", "GW-*")
        process = live.start("run", "live", *arguments, "--report", str(tmp_path / "out"))
        assert until(lambda: len(live.writes()) > 20), process.poll()
        process.send_signal(number)
        _, err = process.communicate(timeout=40)
        assert process.returncode == 3, err
        assert live.everything() == before
        assert not list((live.folder / "state").rglob("*.jsonl"))


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupted_kill_run_ends_in_one_line(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "contract_tests", "kill", "--mutants", "EV-*"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(tmp_path)}, cwd=ROOT, **pipes)
    assert until(lambda: list(tmp_path.glob("novavms-*/*.log"))), process.poll()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert re.fullmatch(r"novavms-contract: interrupted(: \d+ of \d+ mutants were tried)?\n", err)
    assert not list(tmp_path.iterdir())
