"""A run writes a script for a failure, which says of the same mock that it repeats and of a correct one that not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from contract_tests.processes.mock_process import packaged_mock
from contract_tests.replay import rendering, templates
from contract_tests.replay.steps import API, Step

#: With a clock that jumps, a socket, secrets, times in a query, and a list.
MUTANTS = {
    "RU-03": "RU-03/no-total",
    "GW-05": "GW-05/clock-stops",
    "AUTH-04": "AUTH-04/255",
    "EV-83": "EV-83/date_to-ignored",
    "SITE-10": "SITE-10/rules-count",
    "USR-18": "USR-18/any-number",
}


def exit_code(file: Path, address: str) -> int:
    variables = {**os.environ, "BASE_URL": address, "PYTHON": sys.executable}
    run = subprocess.run(["sh", str(file)], env=variables, capture_output=True, text=True, check=False)
    assert ("DOES NOT REPEAT" in run.stdout) is (run.returncode == 0), run.stderr
    return run.returncode


@pytest.mark.slow
def test_the_failures_of_mutants_repeat_by_their_scripts_alone(tmp_path: Path) -> None:
    with packaged_mock(0) as broken, packaged_mock(1) as unbroken:
        activate = {"ids": [*MUTANTS.values()]}
        httpx.put(f"{broken.base_url}/_mock/mutants", json=activate, timeout=60).raise_for_status()
        options = [option for rule in MUTANTS for option in ("--rules", rule)]
        command = [sys.executable, "-m", "contract_tests", "run", broken.base_url, *options, "--report", str(tmp_path)]
        run = subprocess.run([*command, "--jobs", "1"], capture_output=True, text=True, check=False)
        assert run.returncode == 1, run.stderr
        scripts = {file.stem: file for file in (tmp_path / "repro").iterdir()}
        assert scripts.keys() == MUTANTS.keys()
        assert {rule: exit_code(file, broken.base_url) for rule, file in scripts.items()} == dict.fromkeys(MUTANTS, 1)
        assert {rule: exit_code(file, unbroken.base_url) for rule, file in scripts.items()} == dict.fromkeys(MUTANTS, 0)
        left = [len(httpx.get(f"{mock.base_url}/_mock/orgs").json()["data"]) for mock in (broken, unbroken)]
    assert left == [1, 1]  # what a mock begins with
    assert f"  script    sh {tmp_path}/repro/RU-03.sh\n" in run.stdout
    assert "- script: `sh repro/RU-03.sh`\n" in (tmp_path / "summary.md").read_text()
    assert 'href="repro/RU-03.sh"' in (tmp_path / "report.html").read_text()
    rows = json.loads((tmp_path / "report.json").read_text())["rules"]
    assert {row["failure"]["script"] for row in rows} == {f"repro/{rule}.sh" for rule in MUTANTS}
    last = f"# repeat: novavms-contract run {broken.base_url} --rules RU-03 --seed 0\n"
    assert scripts["RU-03"].read_text().endswith(last)


def test_a_target_that_does_not_answer_is_no_verdict(tmp_path: Path) -> None:
    facts = dict.fromkeys(("rule", "says", "expected", "actual", "test", "repeat"), "one\nPYTHON_ENDS_HERE'''\\")
    file = tmp_path / "x.sh"
    replay = templates.built([Step(API, "GET", "/it's", 200, "'''\\")], {})
    file.write_text(rendering.render(facts, replay, None))
    variables = {**os.environ, "BASE_URL": "http://127.0.0.1:1", "PYTHON": sys.executable}
    run = subprocess.run(["sh", str(file)], env=variables, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
