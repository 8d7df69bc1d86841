"""A run of stand-in checks: how what happens in a check becomes a verdict."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from contract_tests import catalogue, runner
from contract_tests.runner import Disabled, Findings, Outcome, Plan
from contract_tests.verdicts import Verdict
from tests.contract_tests import factories

JSON = dict[str, Any]
#: A rule for each stand-in; what it says does not matter here.
RULES = tuple(f"EV-{number}" for number in range(10, 22))
STANDINS = """
import gc

import pytest
from hypothesis import errors, given
from hypothesis import strategies as st

from contract_tests.verdicts import Unavailable, Violation


@pytest.mark.rules("EV-10")
def test_holds(expect):
    expect("EV-10", gc.get_freeze_count() > 0, "no garbage is looked for in what was loaded")


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
"""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    folder = tmp_path_factory.mktemp("rules")
    with pytest.MonkeyPatch.context() as patch:
        standins(patch, folder, STANDINS)
        return runner.run(Plan(rules=RULES, seed=1, examples=50), jobs=2)


def standins(patch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "test_standins.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    patch.setattr(runner, "_CHECKS", folder)


def outcome(findings: Findings, rule_id: str) -> Outcome:
    (found,) = runner.fold(findings.lines, [catalogue.load().rules[rule_id]])
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
        ("EV-17", Verdict.FAIL),
        ("EV-18", Verdict.FAIL),
        ("EV-19", Verdict.DISABLED),
        ("EV-20", Verdict.ERROR),
        ("EV-21", Verdict.ERROR),
    ],
)
def test_what_happens_in_a_check_becomes_a_verdict(findings: Findings, rule_id: str, verdict: Verdict) -> None:
    assert outcome(findings, rule_id).verdict is verdict


def test_all_processes_together_run_every_check_once(findings: Findings) -> None:
    assert findings.complete
    assert findings.breakdown is None
    assert len(findings.lines) == STANDINS.count("def test_")
    assert set(Counter(line["check"] for line in findings.lines).values()) == {1}


def test_the_smallest_example_is_in_the_failure(findings: Findings) -> None:
    failure = outcome(findings, "EV-16").failure
    assert failure
    assert failure["example"] == "test_has_a_smallest_example( expect=expect, number=700, )"
    assert failure["actual"] == "700"


def test_a_failure_has_its_exchanges(findings: Findings) -> None:
    failure = outcome(findings, "EV-12").failure
    assert failure
    (exchange,) = failure["exchanges"]
    assert exchange["url"].endswith("/api/v1/events/x?y=1")
    assert json.loads(exchange["body"]) == {"starred": True}
    assert exchange["headers"] == {"content-type": "application/json"}
    assert exchange["status"] == 400
    assert failure["expected"] == "418"
    assert failure["test"] == "test_standins.py::test_is_violated"


def test_why_a_rule_was_not_tested_is_told(findings: Findings) -> None:
    assert outcome(findings, "EV-14").reasons == ("there is no moon",)


def test_a_check_that_could_not_run_is_told_whatever_others_of_its_rule_found() -> None:
    disabled = factories.finding("EV-26", "disabled", met=0, actual="there is no moon")
    lines = [factories.line(disabled, check="one"), factories.line(factories.finding("EV-26"), check="two")]
    (found,) = runner.fold(lines, [factories.rule("EV-26")])
    assert found.verdict is Verdict.PASS
    assert found.disabled == (Disabled("one", "there is no moon"),)


def test_progress_tells_how_many_checks_of_each_family_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standins(monkeypatch, tmp_path, STANDINS.replace("EV-11", "GW-17").replace("EV-10", "GW-18"))
    tallies: list[runner.Tally] = []
    runner.run(Plan(rules=("GW-17", "GW-18", "EV-13", "EV-16")), 2, tallies.append)
    assert tallies[0] == {}
    assert tallies[-1] == {"Gateways": (2, 2), "Events": (2, 2)}


def test_an_error_tells_what_went_wrong_with_the_suite(findings: Findings) -> None:
    failure = outcome(findings, "EV-15").failure
    assert failure
    assert failure["actual"] == "KeyError: 'data'"


def test_only_checks_of_the_rules_asked_for_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standins(monkeypatch, tmp_path, STANDINS)
    found = runner.run(Plan(rules=("EV-13", "EV-10")), jobs=3)
    assert sorted(line["check"].partition("::")[2] for line in found.lines) == ["test_holds", "test_is_violated"]


def test_rules_that_no_check_names_run_nothing_least_of_all_the_tests_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks, theirs = tmp_path / "checks", tmp_path / "theirs"
    checks.mkdir()
    theirs.mkdir()
    standins(monkeypatch, checks, STANDINS)
    (theirs / "test_theirs.py").write_text("import nowhere")
    monkeypatch.chdir(theirs)
    assert runner.run(Plan(rules=("EV-99",)), jobs=2) == Findings([], complete=True)


def test_checks_that_cannot_be_read_are_a_breakdown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standins(monkeypatch, tmp_path, f'import nowhere  # for "{RULES[0]}"')
    found = runner.run(Plan(rules=RULES), jobs=1)
    assert not found.complete
    assert found.breakdown
    assert "nowhere" in found.breakdown


def test_a_process_that_ends_before_it_knows_the_checks_is_a_breakdown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standins(monkeypatch, tmp_path, STANDINS)
    with runner.started() as processes:
        processes.append(runner.start(Plan(rules=RULES), tmp_path, "contract_tests.no_such_plugin"))
        processes[0].wait()
    assert processes[0].returncode in runner._ORDERLY
    assert "no_such_plugin" in (runner.breakdown(processes, tmp_path) or "")


def test_to_fail_fast_is_to_stop_at_the_first_violation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = STANDINS.replace("EV-10", "EV-12").replace('"it holds")', '"it holds" if False else "")', 1)
    standins(monkeypatch, tmp_path, text)
    everything = runner.run(Plan(rules=("EV-12", "EV-16")), jobs=1)
    found = runner.run(Plan(rules=("EV-12", "EV-16"), fail_fast=True), jobs=1)
    assert len(found.lines) < len(everything.lines)


def test_the_highest_verdict_of_all_checks_counts() -> None:
    rule = factories.rule("EV-26")
    for verdicts, highest in (
        ([], Verdict.UNTESTED),
        (["pass", "disabled"], Verdict.PASS),
        (["pass", "fail", "disabled"], Verdict.FAIL),
        (["fail", "error"], Verdict.ERROR),
    ):
        lines = [factories.line(factories.finding("EV-26", verdict)) for verdict in verdicts]
        (found,) = runner.fold(lines, [rule])
        assert found.verdict is highest
        assert (found.failure is not None) is (highest in (Verdict.FAIL, Verdict.ERROR))


def test_outcomes_come_in_the_order_of_the_rules_and_nothing_else_counts() -> None:
    rules = [factories.rule("GW-17"), factories.rule("EV-26")]
    lines = [factories.line(factories.finding("EV-26"), factories.finding("EV-99"))]
    assert [found.rule.id for found in runner.fold(lines, rules)] == ["GW-17", "EV-26"]
