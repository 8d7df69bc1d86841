"""The order of the verdicts: a rule takes the highest one."""

from itertools import combinations_with_replacement

import pytest

from contract_tests.verdicts import Verdict, Violation, by_try, found_by, highest, settled, undecided

ORDER = [
    *(Verdict.UNTESTED, Verdict.DISABLED, Verdict.NOT_REACHED, Verdict.PASS),
    *(Verdict.FLAKY, Verdict.FAIL, Verdict.ERROR),
]
U, D, N, P, FL, F, E = ORDER


def test_there_are_seven_verdicts_in_this_order() -> None:
    assert list(Verdict) == ORDER


@pytest.mark.parametrize(("low", "high"), [*combinations_with_replacement(ORDER, 2)])
def test_the_higher_of_two_verdicts_counts(low: Verdict, high: Verdict) -> None:
    assert highest([low, high]) is highest([high, low]) is high


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ([F], F),
        ([F, F], F),
        ([F, P, P], FL),
        ([F, P, F], F),
        ([P, F, F], F),
        ([D, F, P], FL),
        ([F, E, D], F),
        ([F, N], F),
        ([D, P], P),
        ([P, E, U], P),
        ([D, E], D),
    ],
)
def test_a_failure_counts_when_it_repeats_and_when_no_other_try_decides(
    verdicts: list[Verdict], verdict: Verdict
) -> None:
    assert settled(verdicts) is verdict


@pytest.mark.parametrize(
    ("verdicts", "again"),
    [([F], True), ([F, P], True), ([F, D], True), ([F, F], False), ([F, P, P], False), ([P], False), ([E], False)],
)
def test_a_check_is_tried_again_while_a_failure_has_been_seen_once(verdicts: list[Verdict], again: bool) -> None:
    assert undecided([{"EV-26": verdict} for verdict in verdicts]) is again


def test_a_try_that_ends_well_has_found_no_other_rule_violated() -> None:
    tries = [found_by([("EV-26", P), ("EV-26", D)]), {"EV-27": F}, {"EV-27": P}, {}]
    assert tries[0] == {"EV-26": P}
    assert by_try("EV-26", tries) == [P, U, P, U]


def test_nothing_found_is_untested() -> None:
    assert highest([]) is Verdict.UNTESTED


def test_a_violation_says_what_was_expected_and_what_came() -> None:
    violation = Violation("EV-26", "20 items", 19)
    assert str(violation) == "EV-26: expected 20 items; got 19"
    assert violation.actual == "19"
