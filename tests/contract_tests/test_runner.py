"""A run of stand-in checks: what happens in a check decides the verdict on its rules."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests import catalogue, outcomes, runner
from contract_tests.outcomes import Outcome
from contract_tests.plan import Plan
from contract_tests.processes.forks import NORMAL_EXIT_CODES
from contract_tests.runner import RunResult, WorkerProcess
from contract_tests.verdicts import Verdict

JSON = dict[str, Any]
#: A rule for each stand-in; what it says does not matter here.
RULES = tuple(f"EV-{number}" for number in range(10, 26))
STANDIN_CHECKS = """
import gc

import pytest
from hypothesis import errors, given
from hypothesis import strategies as st

from contract_tests.verdicts import Unavailable, Violation


@pytest.mark.rules("EV-10")
def test_holds(expect):
    expect("EV-10", gc.get_freeze_count() > 0, "what was loaded is excluded from garbage collection")


@pytest.mark.rules("EV-11")
def test_is_never_met(expect):
    pass


@pytest.mark.rules("EV-12", "EV-13")
def test_is_violated(world, expect):
    expect("EV-13", True, "it holds")
    answer = world.operator.patch("/api/v1/events/x?y=1", {"starred": True})
    expect("EV-12", answer.is_(418), "418", answer)


@pytest.mark.rules("EV-14")
def test_is_unavailable(expect):
    raise Unavailable("there is no moon")


@pytest.mark.rules("EV-15")
def test_is_wrong_itself(expect):
    {}["data"]


@pytest.mark.rules("EV-16")
@given(number=st.integers(0, 1000))
def test_has_a_smallest_example(expect, number):
    expect("EV-16", number < 700, "less than 700", number)


CALLS = []


@pytest.mark.rules("EV-17")
@given(number=st.integers())
def test_changes_its_mind(expect, number):
    CALLS.append(number)
    expect("EV-17", len(CALLS) != 3, "no third call", len(CALLS))


@pytest.mark.rules("EV-18")
def test_is_violated_in_a_group(expect):
    raise ExceptionGroup("both", [Violation("EV-18", "one", 2), Violation("EV-18", "one", 3)])


@pytest.mark.rules("EV-19")
@given(number=st.integers())
def test_is_unavailable_in_an_example(expect, number):
    raise Unavailable("there is no moon")


@pytest.mark.rules("EV-20")
def test_does_not_name_its_rule(expect):
    expect("EV-10", True, "something")


@pytest.mark.rules("EV-21")
def test_fails_by_a_bare_assertion(expect):
    assert 1 == 2


@pytest.fixture
def arranged(world):
    raise Violation("EV-23", "a list", "none")


@pytest.mark.rules("EV-22")
def test_meets_a_violation_of_another_rule_while_arranging(arranged, expect):
    expect("EV-22", True, "it holds")


@pytest.fixture
def answered(world):
    raise Violation("", "a list", "none")


@pytest.mark.rules("EV-24")
def test_meets_a_violation_while_arranging(answered, expect):
    expect("EV-24", True, "it holds")


@pytest.mark.rules("EV-25")
def test_is_unavailable_in_the_end(expect):
    expect("EV-25", True, "it holds")
    raise Unavailable("there is no moon")
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("rules")
    with pytest.MonkeyPatch.context() as patch:
        standin_checks(patch, folder, STANDIN_CHECKS)
        return runner.run(Plan(rules=RULES, seed=1, examples=50), jobs=2)


def standin_checks(patch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "test_standins.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    patch.setattr(runner, "_CHECKS_FOLDER", folder)


def outcome(result: RunResult, rule_id: str) -> Outcome:
    (found,) = outcomes.fold(result.lines, [catalogue.load().rules[rule_id]])
    return found


@pytest.mark.parametrize(
    ("rule_id", "verdict"),
    [
        ("EV-10", Verdict.PASS),
        ("EV-11", Verdict.UNTESTED),
        ("EV-12", Verdict.FAIL),
        ("EV-13", Verdict.PASS),
        ("EV-14", Verdict.DISABLED),
        ("EV-15", Verdict.ERROR),
        ("EV-16", Verdict.FAIL),
        ("EV-17", Verdict.FLAKY),
        ("EV-18", Verdict.FAIL),
        ("EV-19", Verdict.DISABLED),
        ("EV-20", Verdict.ERROR),
        ("EV-21", Verdict.ERROR),
        ("EV-22", Verdict.DISABLED),
        ("EV-23", Verdict.FAIL),
        ("EV-24", Verdict.FAIL),
        ("EV-25", Verdict.PASS),
    ],
)
def test_what_happens_in_a_check_decides_the_verdict(result: RunResult, rule_id: str, verdict: Verdict) -> None:
    assert outcome(result, rule_id).verdict is verdict


def test_all_processes_together_run_every_check_once_and_again_until_a_failure_repeats(result: RunResult) -> None:
    assert result.complete
    assert result.crash is None
    tries = Counter(line["check"].partition("::")[2] for line in result.lines)
    assert tries.keys() == {*re.findall(r"def (test_\w+)", STANDIN_CHECKS)}
    failed = {line["check"] for line in result.lines for each in line["findings"] if each["verdict"] == "fail"}
    repeated = {check.partition("::")[2] for check in failed} - {"test_changes_its_mind"}
    assert tries == {**dict.fromkeys(tries, 1), **dict.fromkeys(repeated, 2), "test_changes_its_mind": 3}


def test_the_smallest_example_is_in_the_failure(result: RunResult) -> None:
    failure = outcome(result, "EV-16").failure
    assert failure
    assert failure["example"] == "test_has_a_smallest_example( expect=expect, number=700, )"
    assert failure["actual"] == "700"


def test_a_failure_has_its_exchanges(result: RunResult) -> None:
    failure = outcome(result, "EV-12").failure
    assert failure
    (exchange,) = failure["exchanges"]
    assert exchange["url"].endswith("/api/v1/events/x?y=1")
    assert json.loads(exchange["body"]) == {"starred": True}
    assert exchange["headers"] == {"content-type": "application/json"}
    assert exchange["status"] == 400
    assert failure["expected"] == "418"
    assert failure["test"] == "test_standins.py::test_is_violated"


def test_the_reason_for_a_rule_that_was_not_tested_is_reported(result: RunResult) -> None:
    assert outcome(result, "EV-14").reasons == ("there is no moon",)


def test_what_held_before_a_step_was_unavailable_is_a_pass_in_part(result: RunResult) -> None:
    found = outcome(result, "EV-25")
    assert found.partial
    assert (found.expectations_met, found.reasons) == (1, ("there is no moon",))


def test_progress_is_how_many_checks_of_each_family_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standin_checks(monkeypatch, tmp_path, STANDIN_CHECKS.replace("EV-11", "GW-17").replace("EV-10", "GW-18"))
    seen: list[runner.Progress] = []
    lines: list[JSON] = []
    found = runner.run(Plan(rules=("GW-17", "GW-18", "EV-13", "EV-16")), 2, seen.append, lines.extend)
    assert lines == found.lines
    assert seen[0].families == {}
    assert seen[-1] == runner.Progress({"Gateways": (2, 2), "Events": (2, 2)}, calls=2)


def test_an_error_has_the_exception_of_the_suite(result: RunResult) -> None:
    failure = outcome(result, "EV-15").failure
    assert failure
    assert failure["actual"] == "KeyError: 'data'"


def test_only_checks_of_the_rules_asked_for_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standin_checks(monkeypatch, tmp_path, STANDIN_CHECKS)
    found = runner.run(Plan(rules=("EV-13", "EV-10")), jobs=3)
    assert {line["check"].partition("::")[2] for line in found.lines} == {"test_holds", "test_is_violated"}


def test_rules_that_no_check_names_run_nothing_not_even_the_tests_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    standin_checks(monkeypatch, ours, STANDIN_CHECKS)
    (theirs / "test_theirs.py").write_text("import nowhere")
    monkeypatch.chdir(theirs)
    assert runner.run(Plan(rules=("EV-99",)), jobs=2) == RunResult([], complete=True)


def test_checks_that_cannot_be_imported_are_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standin_checks(monkeypatch, tmp_path, f'import nowhere  # for "{RULES[0]}"')
    found = runner.run(Plan(rules=RULES), jobs=1)
    assert not found.complete
    assert found.crash
    assert "nowhere" in found.crash


def test_a_process_that_ends_before_it_has_collected_the_checks_is_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin_checks(monkeypatch, tmp_path, STANDIN_CHECKS)
    plan = Plan(rules=RULES, folder=tmp_path)
    with runner.worker_processes() as workers:
        workers.append(WorkerProcess.start(plan, "contract_tests.no_such_plugin"))
        code = workers[0].process.wait()
    assert code in NORMAL_EXIT_CODES
    assert "no_such_plugin" in (runner.first_crash(workers) or "")


def test_fail_fast_stops_at_the_first_violation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = STANDIN_CHECKS.replace("EV-10", "EV-12").replace('"it holds")', '"it holds" if False else "")', 1)
    standin_checks(monkeypatch, tmp_path, text)
    asked = Plan(rules=("EV-12", "EV-16"), deciding=("EV-12", "EV-16"))
    everything = runner.run(asked, jobs=1)
    found = runner.run(replace(asked, fail_fast=True), jobs=1)
    assert len(found.lines) < len(everything.lines)
    assert (found.complete, found.crash) == (True, None)
    undecided = runner.run(replace(asked, deciding=(), fail_fast=True), jobs=1)
    assert len(undecided.lines) == len(everything.lines)


def test_fail_fast_stops_every_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standin_checks(
        monkeypatch,
        tmp_path,
        """
import time

import pytest

@pytest.mark.rules("EV-12")
def test_is_violated(expect):
    expect("EV-12", False, "it holds")

@pytest.mark.rules("EV-13")
@pytest.mark.parametrize("number", range(40))
def test_takes_a_while(expect, number):
    time.sleep(0.25)
    expect("EV-13", True, "it holds")
""",
    )
    asked = ("EV-12", "EV-13")
    found = runner.run(Plan(rules=asked, deciding=asked, fail_fast=True), jobs=2)
    assert found.complete
    assert len(found.lines) < 20
