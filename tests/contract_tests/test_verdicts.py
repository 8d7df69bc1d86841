"""The order of the verdicts: a rule takes the highest one."""

from itertools import combinations_with_replacement

import pytest

from contract_tests.verdicts import Verdict, Violation, highest

ORDER = [Verdict.UNTESTED, Verdict.DISABLED, Verdict.NOT_REACHED, Verdict.PASS, Verdict.FAIL, Verdict.ERROR]


def test_there_are_six_verdicts_in_this_order() -> None:
    assert list(Verdict) == ORDER


@pytest.mark.parametrize(("low", "high"), [*combinations_with_replacement(ORDER, 2)])
def test_the_higher_of_two_verdicts_counts(low: Verdict, high: Verdict) -> None:
    assert highest([low, high]) is highest([high, low]) is high


def test_nothing_found_is_untested() -> None:
    assert highest([]) is Verdict.UNTESTED


def test_a_violation_says_what_was_expected_and_what_came() -> None:
    violation = Violation("EV-26", "20 items", 19)
    assert str(violation) == "EV-26: expected 20 items; got 19"
    assert violation.actual == "19"
