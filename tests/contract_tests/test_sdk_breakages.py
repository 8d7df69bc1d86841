"""``novavms-contract sdk`` notices faults that an author of an SDK could make, with exit code 1.

A run costs about 3 s of CPU time, so that two are made, by seed; NOVAVMS_BREAKS=all makes them all.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contract_tests import catalogue
from contract_tests.commands import exit_codes
from tests.sdk.breakages import FIRST, Breakage
from tests.sdk.further_breakages import SECOND

pytestmark = pytest.mark.slow

SDK = Path(__file__).parents[2] / "sdk" / "novavms"
WANTED = os.environ.get("NOVAVMS_BREAKS", "0")
SAMPLE = [*FIRST, *SECOND] if WANTED == "all" else random.Random(int(WANTED)).sample([*FIRST, *SECOND], 2)


@pytest.mark.parametrize("breakage", SAMPLE, ids=lambda breakage: breakage.id)
def test_a_fault_is_noticed_by_its_rule(breakage: Breakage, tmp_path: Path) -> None:
    shutil.copytree(SDK, tmp_path / "novavms", ignore=shutil.ignore_patterns("__pycache__"))
    breakage.apply(tmp_path / "novavms")
    command = [sys.executable, "-m", "contract_tests", "sdk", "--rules", breakage.rule, "--jobs", "1"]
    command += ["--report", str(tmp_path / "report")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert [row["verdict"] for row in report["rules"]] == ["fail"], done.stdout + done.stderr
    decides = catalogue.load().rules[breakage.rule].strength == "stated"
    assert done.returncode == (exit_codes.VIOLATIONS if decides else exit_codes.CONFORMS)
    assert ("VIOLATED" in done.stdout) == decides


@pytest.mark.parametrize("breakage", [*FIRST, *SECOND], ids=lambda breakage: breakage.id)
def test_a_fault_can_be_made(breakage: Breakage, tmp_path: Path) -> None:
    shutil.copytree(SDK, tmp_path / "novavms", ignore=shutil.ignore_patterns("__pycache__"))
    breakage.apply(tmp_path / "novavms")
    for edit in breakage.edits:
        compile((tmp_path / "novavms" / edit.module).read_text(), edit.module, "exec")


def test_all_of_the_first_and_all_but_one_of_the_others_decide() -> None:
    known = catalogue.load().rules
    assert {known[each.rule].strength for each in FIRST} == {"stated"}
    assert [each.id for each in SECOND if known[each.rule].strength != "stated"] == ["retry-after-of-a-date-is-one"]
