"""The command ``run``: what it prints, and the exit code with which it ends."""

import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from contract_tests import catalogue, cli
from contract_tests.commands import exit_codes
from tests.contract_tests.test_runner import standin_checks
from tests.harness import Running, running

CHECKS_TEXT = """
import pytest

@pytest.mark.rules("EV-26")
def test_holds(world, expect):
    expect("EV-26", True, "it holds")

@pytest.mark.rules("EV-27")
def test_fails(world, expect):
    expect("EV-27", world.anonymous.get("/healthz").is_(418), "418")
"""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks of which one passes and one fails."""
    folder = tmp_path / "checks"
    folder.mkdir()
    standin_checks(monkeypatch, folder, CHECKS_TEXT)


@pytest.fixture
def weaker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue in which EV-27 is derived."""
    rules = cast("dict[str, catalogue.Rule]", catalogue.load().rules)
    monkeypatch.setitem(rules, "EV-27", replace(rules["EV-27"], strength="derived"))


def test_fail_fast_prints_the_failure_and_the_headline_alone(
    mixed: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "--rules", "EV-2[67]", "--fail-fast", "--jobs", "1", "--report", str(tmp_path)]
    assert cli.main(arguments) == exit_codes.VIOLATIONS
    captured = capsys.readouterr()
    assert captured.out.startswith("\nEV-27 FAIL  ")
    assert captured.out.endswith("\n\nVIOLATED: 1 pass, 1 fail; stopped at the first violation\n")
    assert captured.err == ""
    assert cli.main(["report", str(tmp_path)]) == exit_codes.CONFORMS
    assert capsys.readouterr().out == captured.out


def test_fail_fast_ends_at_a_violation_of_a_mock_and_shows_no_key(capsys: pytest.CaptureFixture[str]) -> None:
    with running(mutants=("GW-19/never-expires",), strict_responses=False) as mock:
        assert cli.main(["run", mock.base_url, "--rules", "GW-1*", "--fail-fast"]) == exit_codes.VIOLATIONS
    captured = capsys.readouterr()
    assert captured.out.startswith("\nGW-19 FAIL  ")
    assert captured.err == ""
    assert re.findall(r"(?:sk_live|gw)_\w{5,}", captured.out) == []


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        ([], exit_codes.CONFORMS, "Conforms: 1 pass; 1 rule that does not decide fails: EV-27"),
        (["--fail-fast"], exit_codes.CONFORMS, "Conforms: 1 pass; 1 rule that does not decide fails: EV-27"),
        (["--strict"], exit_codes.VIOLATIONS, "VIOLATED: 1 pass, 1 fail"),
        (["--rules", "EV-30", "--require-complete"], exit_codes.VIOLATIONS, "Not complete, which --require-complete"),
    ],
)
def test_exit_code_and_headline_agree_on_a_target_of_the_file(
    arguments: list[str],
    code: int,
    line: str,
    mixed: None,
    weaker: None,
    shared: Running,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(f'[targets.a]\nbase_url = "{shared.base_url}"\ncontrol = true')
    command = ["run", "a", "--config", str(path), "--rules", "EV-2[67]", *arguments]
    assert cli.main(command) == code
    assert capsys.readouterr().out.splitlines()[-1].startswith(line)
