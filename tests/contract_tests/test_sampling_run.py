"""A run that samples, on stand-in checks: what it leaves out, and on which targets."""

from pathlib import Path

import pytest

from contract_tests import cli, runner
from contract_tests.plan import Plan
from tests.contract_tests.live import served
from tests.contract_tests.test_runner import standin_checks

CHECKS_TEXT = """
import pytest
from hypothesis import example, given, strategies

@pytest.mark.rules("EV-26")
@pytest.mark.parametrize("number", range(4))
def test_decides(expect, number):
    expect("EV-26", True, "it holds")

@pytest.mark.rules("GEN-01")
@pytest.mark.parametrize("number", range(6))
def test_does_not_decide(expect, number):
    expect("GEN-01", True, "it holds")

@pytest.mark.rules("EV-27")
@given(text=strategies.text(min_size=40))
@example(text="a")
@example(text="b")
@example(text="c")
def test_names_examples(expect, text):
    expect("EV-27", len(text) == 1, "a text that is named")

@pytest.mark.rules("EV-28")
@given(number=strategies.integers(10, 99))
@example(number=1)
@example(number=2)
def test_names_fewer_examples(expect, number):
    expect("EV-28", number < 10 or number >= 10, "a number")
    (test_names_fewer_examples.__dict__.setdefault("tried", [])).append(number)
    expect("EV-28", len(test_names_fewer_examples.tried) < 4, "three of them")
"""


@pytest.fixture(autouse=True)
def _standin_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    standin_checks(monkeypatch, folder, CHECKS_TEXT)


def test_every_check_is_reported_those_left_out_too() -> None:
    plan = Plan(("EV-26", "GEN-01"), deciding=("EV-26",), checks_per_rule=2)
    result = runner.run(plan, jobs=1)
    assert result.complete
    left_out = [line["check"] for line in result.lines if line["left_out"]]
    assert len(result.lines) == 10
    assert len(left_out) == 4
    assert all("does_not_decide" in check for check in left_out)


@pytest.mark.parametrize("rule", ["EV-27", "EV-28"])
@pytest.mark.parametrize(("checks_per_rule", "verdict"), [(1, "pass"), (None, "fail")])
def test_examples_that_a_check_names_count_among_those_tried(
    rule: str, checks_per_rule: int | None, verdict: str
) -> None:
    plan = Plan((rule,), examples=3, deciding=(rule,), checks_per_rule=checks_per_rule, shrink=False)
    tries = runner.run(plan, jobs=1).lines
    assert {finding["verdict"] for line in tries for finding in line["findings"]} == {verdict}


def test_profile_live_samples_on_a_shared_target_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = ["--rules", "EV-26", "--rules", "GEN-01", "--profile", "live", "--dry-run"]
    assert cli.main(["run", *rules]) == 0
    assert "left out" not in capsys.readouterr().out
    with served(tmp_path) as live, pytest.MonkeyPatch.context() as patch:
        for name, value in live.environment.items():
            patch.setenv(name, value)
        assert cli.main(["run", "live", "--config", str(live.file("connections = 1")), *rules]) == 0
    assert "5 checks of rules that do not decide left out, as profile live samples" in capsys.readouterr().out
