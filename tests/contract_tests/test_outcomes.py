"""From the lines of a journal to the outcome of each rule."""

from contract_tests import outcomes
from contract_tests.outcomes import Disabled
from contract_tests.verdicts import Verdict
from tests.contract_tests import factories


def test_a_check_that_could_not_run_is_kept_whatever_other_checks_of_its_rule_found() -> None:
    disabled = factories.finding("EV-26", "disabled", met=0, actual="there is no moon")
    lines = [factories.line(disabled, check="one"), factories.line(factories.finding("EV-26"), check="two")]
    (found,) = outcomes.fold(lines, [factories.rule("EV-26")])
    assert found.verdict is Verdict.PASS
    assert found.disabled == (Disabled("one", "there is no moon"),)


def test_the_highest_verdict_of_all_checks_counts() -> None:
    rule = factories.rule("EV-26")
    for verdicts, highest in (
        ([], Verdict.UNTESTED),
        (["pass", "disabled"], Verdict.PASS),
        (["pass", "fail", "disabled"], Verdict.FAIL),
        (["fail", "error"], Verdict.ERROR),
    ):
        lines = [factories.line(factories.finding("EV-26", verdict)) for verdict in verdicts]
        (found,) = outcomes.fold(lines, [rule])
        assert found.verdict is highest
        assert (found.failure is not None) is (highest in (Verdict.FAIL, Verdict.ERROR))


def test_the_first_failure_is_the_evidence() -> None:
    lines = [
        factories.line(factories.finding("EV-26", "fail", actual=actual), check=actual) for actual in ("one", "two")
    ]
    (found,) = outcomes.fold(lines, [factories.rule("EV-26")])
    assert found.failure
    assert (found.failure["actual"], found.failure["test"]) == ("one", "one")


def test_of_the_tries_of_a_check_the_failure_with_the_fewest_steps_is_the_evidence() -> None:
    lines = [
        factories.line(factories.finding("EV-26", "fail", actual=actual), replay={"steps": steps}, **{"try": number})
        for number, (actual, steps) in enumerate((("all", ["a", "b"]), ("smallest", ["b"])), 1)
    ]
    (found,) = outcomes.fold(lines, [factories.rule("EV-26")])
    assert found.failure
    assert (found.failure["actual"], found.failure["replay"]) == ("smallest", {"steps": ["b"]})


def test_expectations_of_all_checks_add_up() -> None:
    lines = [factories.line(factories.finding("EV-26", met=met)) for met in (1, 3)]
    (found,) = outcomes.fold(lines, [factories.rule("EV-26")])
    assert found.expectations_met == 4


def test_outcomes_come_in_the_order_of_the_rules_and_other_findings_are_ignored() -> None:
    rules = [factories.rule("GW-17"), factories.rule("EV-26")]
    lines = [factories.line(factories.finding("EV-26"), factories.finding("EV-99"))]
    assert [found.rule.id for found in outcomes.fold(lines, rules)] == ["GW-17", "EV-26"]
