"""A check's expectations: those that hold are counted, the first that fails ends the check."""

import json
from typing import Any

import pytest

from contract_tests.actors import Answer
from contract_tests.expectations import Expect, require_limit
from contract_tests.verdicts import Verdict, Violation
from contract_tests.world import ALERTS, EVENTS


def verdicts(expect: Expect) -> dict[str, Verdict]:
    return {rule: finding.verdict for rule, finding in expect.findings.items()}


def test_every_statement_that_holds_is_counted() -> None:
    expect = Expect(("EV-1", "EV-2"))
    for _ in range(3):
        expect("EV-1", True, "something")
    expect.equal("EV-2", 5, 5, "the limit")
    assert {rule: finding.met for rule, finding in expect.findings.items()} == {"EV-1": 3, "EV-2": 1}
    assert set(verdicts(expect).values()) == {Verdict.PASS}


def test_a_rule_that_does_not_apply_to_the_target_ends_no_check() -> None:
    expect = Expect(("EV-1",), inapplicable=frozenset({"AS-1"}))
    expect("AS-1", False, "what only our mock does")
    expect("EV-1", True, "something")
    assert verdicts(expect) == {"EV-1": Verdict.PASS}


def test_the_first_statement_that_fails_ends_the_check() -> None:
    expect = Expect(("EV-1",))
    with pytest.raises(Violation, match="EV-1: expected 400; got 200"):
        expect("EV-1", False, "400", 200)
    with pytest.raises(Violation, match=r"the limit 5; got 6"):
        expect.equal("EV-1", 6, 5, "the limit")


def test_a_rule_that_was_never_met_has_no_finding() -> None:
    expect = Expect(("EV-1", "EV-2"))
    expect("EV-1", True, "something")
    assert verdicts(expect) == {"EV-1": Verdict.PASS}


def test_a_check_cannot_state_a_rule_it_does_not_name() -> None:
    with pytest.raises(LookupError, match="EV-3"):
        Expect(("EV-1",))("EV-3", True, "something")


def test_a_violation_is_of_its_rule_only() -> None:
    expect = Expect(("EV-1", "EV-2"))
    expect("EV-2", True, "something")
    expect.fail(Violation("EV-1", "400", 200))
    assert verdicts(expect) == {"EV-1": Verdict.FAIL, "EV-2": Verdict.PASS}


def test_a_violation_of_one_rule_leaves_those_unchecked_that_have_not_held() -> None:
    expect = Expect(("EV-1", "EV-2", "EV-3"))
    expect("EV-2", True, "something")
    expect.fail(Violation("EV-1", "400", 200))
    assert verdicts(expect) == {"EV-1": Verdict.FAIL, "EV-2": Verdict.PASS, "EV-3": Verdict.DISABLED}
    assert expect.findings["EV-3"].actual == "not reached, as EV-1 was violated before"


def test_a_violation_while_arranging_is_of_the_rule_it_names() -> None:
    expect = Expect(("EV-1",))
    expect.fail(Violation("EV-9", "400", 200))
    assert verdicts(expect) == {"EV-1": Verdict.DISABLED, "EV-9": Verdict.FAIL}


def test_what_held_before_a_step_was_unavailable_has_held() -> None:
    expect = Expect(("EV-1", "EV-2"))
    expect("EV-1", True, "something")
    found = [(finding.rule, finding.verdict, finding.actual) for finding in expect.cut_short("there is no moon")]
    assert found == [
        ("EV-1", Verdict.PASS, None),
        ("EV-1", Verdict.DISABLED, "there is no moon"),
        ("EV-2", Verdict.DISABLED, "there is no moon"),
    ]


def test_a_violation_without_a_rule_is_of_those_rules_that_have_not_held() -> None:
    expect = Expect(("EV-1", "EV-2", "EV-3"))
    expect("EV-2", True, "something")
    expect.fail(Violation("", "JSON", "<html>"))
    assert verdicts(expect) == {"EV-1": Verdict.FAIL, "EV-2": Verdict.PASS, "EV-3": Verdict.FAIL}


def test_a_violation_without_a_rule_is_of_all_rules_when_all_have_held() -> None:
    expect = Expect(("EV-1",))
    expect("EV-1", True, "something")
    expect.fail(Violation("", "JSON", "<html>"))
    assert verdicts(expect) == {"EV-1": Verdict.FAIL}


REFUSED = {"error": "validation_error", "field_errors": {"limit": ["is greater than the maximum of 99"]}}


def answer(status: int, body: Any) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("path", "limit", "rule"),
    [(EVENTS, 1, "EV-27"), (EVENTS, 100, "EV-28"), (EVENTS, 20, ""), (ALERTS, 50, "AL-14")],
)
def test_a_limit_in_range_that_is_refused_violates_the_rule_that_names_it(path: str, limit: int, rule: str) -> None:
    with pytest.raises(Violation) as caught:
        require_limit(path, limit, answer(400, REFUSED))
    assert (caught.value.rule, caught.value.expected) == (rule, f"200 for limit={limit}")


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        (None, answer(400, REFUSED)),
        (0, answer(400, REFUSED)),
        (101, answer(400, REFUSED)),
        (100, answer(200, {"data": []})),
        (100, answer(500, REFUSED)),
        (100, answer(400, {"field_errors": {"site_id": ["is no UUID"]}})),
        (100, answer(400, [])),
        (100, Answer(400, {}, b"<html>")),
    ],
)
def test_any_other_answer_is_no_matter_of_limits(limit: int | None, found: Answer) -> None:
    require_limit(EVENTS, limit, found)
