"""A check that failed is tried again until its failure repeats, or it has held twice."""

import time
from pathlib import Path
from typing import Any

import pytest

from contract_tests import catalogue, outcomes, runner
from contract_tests.outcomes import Outcome
from contract_tests.plan import Plan
from contract_tests.runner import RunResult
from contract_tests.verdicts import Verdict
from tests.contract_tests.test_runner import standin_checks

CHECKS_TEXT = """
import pytest
from hypothesis import given
from hypothesis import strategies as st

SEEN = []

@pytest.mark.rules("EV-10")
@given(number=st.integers(0, 1000))
def test_has_a_smallest_example(expect, number):
    with open({file!r}, "a") as file:
        file.write(f"{{number}} ")
    expect("EV-10", number < 700, "less than 700", number)

@pytest.mark.rules("EV-11", "EV-12")
def test_fails_once(expect):
    SEEN.append(1)
    expect("EV-11", len(SEEN) > 1, "it holds")
    expect("EV-12", True, "it holds")

@pytest.mark.rules("EV-13")
def test_changes_its_mind(expect):
    SEEN.append(2)
    expect("EV-13", SEEN.count(2) == 2, "it holds")
"""


RULES = ("EV-10", "EV-11", "EV-12", "EV-13")


def run(patch: pytest.MonkeyPatch, folder: Path, plan: Plan) -> RunResult:
    standin_checks(patch, folder, CHECKS_TEXT.format(file=str(folder / "numbers")))
    return runner.run(plan, jobs=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checks")


@pytest.fixture(scope="module")
def lines(folder: Path) -> list[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        return run(patch, folder, Plan(rules=RULES, examples=50)).lines


def outcome(lines: list[dict[str, Any]], rule: str) -> Outcome:
    (found,) = outcomes.fold(lines, [catalogue.load().rules[rule]])
    return found


def test_the_smallest_example_is_tried_again_alone(folder: Path, lines: list[dict[str, Any]]) -> None:
    assert [line["try"] for line in lines if "smallest" in line["check"]] == [1, 2]
    *_, before, last = (folder / "numbers").read_text().split()
    assert (before, last) == ("700", "700")


@pytest.mark.parametrize(
    ("rule", "verdict", "tries"),
    [
        ("EV-10", Verdict.FAIL, ["fail", "fail"]),
        ("EV-11", Verdict.FLAKY, ["fail", "pass", "pass"]),
        ("EV-13", Verdict.FAIL, ["fail", "pass", "fail"]),
    ],
)
def test_what_each_try_found_decides(
    rule: str, verdict: Verdict, tries: list[str], lines: list[dict[str, Any]]
) -> None:
    found = outcome(lines, rule)
    assert found.verdict is verdict
    assert found.failure
    assert found.failure["tries"] == tries


def test_a_rule_behind_the_failure_takes_what_the_next_try_found(lines: list[dict[str, Any]]) -> None:
    found = outcome(lines, "EV-12")
    assert (found.verdict, found.partial) == (Verdict.PASS, False)


def test_nothing_is_tried_again_when_the_budget_is_used_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = run(monkeypatch, tmp_path, Plan(rules=("EV-11",), ends_at=time.time() - 1)).lines
    assert [line["try"] for line in lines] == [1]
    assert outcome(lines, "EV-11").verdict is Verdict.FAIL
