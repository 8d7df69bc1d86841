"""A bad network is not a bad API: runs on a correct target through a proxy that loses calls, and one that dies."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.processes.mock_process import packaged_mock
from tests.contract_tests import live
from tests.network import matrix
from tests.network.faults import Faults
from tests.network.proxy import proxied

pytestmark = pytest.mark.slow

MIX = Faults(drops=0.02, balancer_errors=0.02, rate_limits=0.02, delays=0.02, delay_seconds=0.05, retry_after="1")
RULES = ("RU-0*", "GW-1*", "EV-26", "AL-15")


@pytest.mark.parametrize("server", matrix.SERVERS)
def test_a_failing_network_makes_no_rule_fail(server: str) -> None:
    code, report = matrix.run(server, MIX, 1, RULES)
    assert matrix.with_verdict(report, "fail", "error") == []
    assert report["run"]["repeated"] > 10
    assert report["totals"]["pass"] > 15
    left = report["run"].get("not_removed")  # named, which of the lost calls have created what nobody can find
    assert code == (3 if report["totals"]["not_reached"] or left else 0)


@contextmanager
def run(folder: Path, faults: Faults, *arguments: str, mutants: tuple[str, ...] = ()) -> Iterator[Any]:
    """Run the suite on the mock through the proxy, and yield the process that has ended."""
    with live.served(folder, *mutants) as target, proxied(target.base_url, faults) as url:
        file = replace(target, base_url=url).file()
        process = target.start("run", "live", "--config", str(file), "--report", str(folder), *arguments)
        out, err = process.communicate(timeout=120)
        yield subprocess.CompletedProcess(arguments, process.returncode, out, live.without_progress(err))


@pytest.mark.parametrize("hangs", [False, True])
def test_a_target_that_dies_in_the_middle_ends_the_run_within_a_minute(tmp_path: Path, *, hangs: bool) -> None:
    with run(tmp_path, Faults(dies_after=40, hangs=hangs), "--rules", "EV-*") as ended:
        report = json.loads((tmp_path / "report.json").read_text())
    assert ended.returncode == 3
    assert report["run"]["duration_s"] < 60
    assert "UNREACHABLE: the target stopped answering; so far " in ended.stdout
    (line,) = ended.stderr.splitlines()
    assert line.startswith("novavms-contract: the target no longer answers: GET /api/v1/")
    assert "; novavms-contract clean --run ct" in line
    assert report["totals"]["not_reached"] > 50
    assert report["totals"]["error"] == report["totals"]["fail"] == report["totals"]["untested"] == 0


def test_a_mock_with_a_control_plane_that_dies_ends_the_run_too(tmp_path: Path) -> None:
    with packaged_mock(0) as mock, proxied(mock.base_url, Faults(dies_after=40)) as url:
        command = [sys.executable, "-m", "contract_tests", "run", url, "--rules", "EV-1*", "--report", str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert "UNREACHABLE: the target stopped answering; so far " in ended.stdout
    assert ended.stderr.startswith("novavms-contract: the target no longer answers: ")
    totals = json.loads((tmp_path / "report.json").read_text())["totals"]
    assert totals["error"] == totals["fail"] == totals["untested"] == 0


def test_a_target_that_is_out_of_order_from_the_start_is_one_line_and_code_3(tmp_path: Path) -> None:
    with run(tmp_path, Faults(balancer_errors=1.0), "--rules", "EV-*") as ended:
        assert ended.returncode == 3
        assert ended.stdout == ""
        assert ended.stderr.count("\n") == 1


def test_a_503_of_the_api_itself_is_a_violation_and_is_not_repeated(tmp_path: Path) -> None:
    with run(tmp_path, Faults(), "--rules", "GEN-01", "--strict", mutants=("GEN-01/503-for-invalid-input",)) as ended:
        assert ended.returncode == 1, ended.stdout
        assert "GEN-01 FAIL" in ended.stdout
