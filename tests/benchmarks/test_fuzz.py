"""The fuzz command: a short run finds nothing, and what a run finds is said."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.fuzz import figures
from benchmarks.fuzz.traffic import Findings

ROOT = Path(__file__).parents[2]


def measured(findings: Findings, memory: list[float], milliseconds: float = 1) -> figures.Measured:
    honest = {"answers": [milliseconds] * 100, "echoes": [1.0] * 100, "failures": []}
    return figures.Measured(findings, memory, 10, honest)


def findings(requests: int = 200_000) -> Findings:
    found = Findings(requests)
    found.sent["well-formed"] = requests
    return found


@pytest.mark.slow
def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.fuzz", "--requests", "1000", "--seed", "7", "--into", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode in (0, 1), run.stderr
    rows = (tmp_path / "fuzz-memory.md").read_text(encoding="utf-8").splitlines()[6:10]
    assert [row.split(" | ")[1:] for row in rows] == [["0", "0", "yes |"]] * 4, run.stdout


def test_a_5xx_is_listed_with_its_request_unless_it_was_asked_for() -> None:
    found = findings()
    found.add(200, b"GET /a", b"{}")
    found.add(501, b"FETCH /b", b'{"error":"not_implemented"}')
    found.add(503, b"X-Mock-Fault: status=503", b'{"message":"A fault was injected here."}')
    assert figures.table(measured(found, [1.0] * 100), "memory", 1)[1]
    found.add(500, b"GET /c", b"oh")
    run = measured(found, [1.0] * 100)
    assert not figures.table(run, "memory", 1)[1]
    assert list(run.listed()) == ["5xx: 500 b'oh'\n    b'GET /c'"]


def test_memory_may_grow_by_a_tenth_once_it_is_settled() -> None:
    assert figures.table(measured(findings(), [1.0] * 50 + [100.0] * 30 + [109.0] * 20), "memory", 1)[1]
    assert not figures.table(measured(findings(), [1.0] * 50 + [100.0] * 30 + [111.0] * 20), "memory", 1)[1]
    assert not figures.table(measured(findings(1_000_000), [1.0] * 10 + [100.0] * 70 + [111.0] * 20), "memory", 1)[1]
    assert figures.table(measured(findings(5000), [1.0] * 50 + [111.0] * 50), "memory", 1)[1]


def test_other_clients_wait_at_most_100_ms_longer_than_for_an_echo() -> None:
    assert figures.table(measured(findings(), [1.0] * 100, 100), "memory", 1)[1]
    assert not figures.table(measured(findings(), [1.0] * 100, 102), "memory", 1)[1]
