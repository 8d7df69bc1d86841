"""A check that was planned and not reported is an error of the suite, never a silence."""

import os
from pathlib import Path
from typing import Any

import pytest

from contract_tests import cli, runner
from contract_tests.commands import exit_codes
from contract_tests.plan import Plan
from contract_tests.processes import child_process
from tests.contract_tests.test_runner import outcome, standin_checks

HOLDS = '@pytest.mark.rules("{rule}")\ndef test_{name}(expect):\n    expect("{rule}", {holds}, "it holds")\n\n'


def write_checks(patch: pytest.MonkeyPatch, folder: Path, *texts: str) -> None:
    standin_checks(patch, folder, "import pytest\n\n" + "".join(texts))


def holds(rule: str, name: str, *, holds: bool = True) -> str:
    return HOLDS.format(rule=rule, name=name, holds=holds)


def deselect(patch: pytest.MonkeyPatch, name: str) -> None:
    """Let pytest leave out a check after the worker process has planned it."""
    settings = {"PYTEST_ADDOPTS": f"--deselect=test_standins.py::test_{name}"}
    patch.setattr(child_process, "environment", lambda **_: {**os.environ, **settings})


def test_a_check_that_is_left_out_is_an_error_of_its_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checks(monkeypatch, tmp_path, holds("EV-10", "one"), holds("EV-11", "two"), holds("EV-11", "three"))
    deselect(monkeypatch, "two")
    result = runner.run(Plan(rules=("EV-10", "EV-11")), jobs=2)
    assert outcome(result, "EV-10").failure is None
    failure: Any = outcome(result, "EV-11").failure
    assert failure["actual"] == "test_standins.py::test_two was planned and not reported"


def test_a_rule_whose_check_is_never_collected_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_checks(monkeypatch, tmp_path, holds("EV-10", "same"), holds("EV-11", "same"), holds("EV-12", "other"))
    assert cli.main(["run", "--rules", "EV-1[01]"]) == exit_codes.RUN_ERROR
    out = capsys.readouterr().out
    assert "EV-10 ERROR" in out
    assert "its check was planned and not collected" in out
    assert "EV-12" not in out


def test_checks_that_fuzz_are_not_missed_by_a_run_that_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checks(monkeypatch, tmp_path, "@pytest.mark.fuzz\n", holds("EV-10", "one"))
    assert runner.run(Plan(rules=("EV-10",)), jobs=1).lines == []


def test_checks_after_the_first_violation_of_a_run_that_stops_there_are_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checks(monkeypatch, tmp_path, holds("EV-10", "one", holds=False), holds("EV-11", "two"))
    rules = ("EV-10", "EV-11")
    lines = runner.run(Plan(rules=rules, deciding=rules, fail_fast=True), jobs=1).lines
    assert [line["check"] for line in lines] == ["test_standins.py::test_one"] * 2
