"""The rate of waivers that hold with other seeds, and the failures for which they do not."""

from benchmarks.signature_stability import Failures, lines

KEY, OTHER = ("EV-26", "test_one", "0f1e"), ("EV-26", "test_one", "2d3c")
FAILURE = {"expected": "20 items", "actual": "19\nitems"}


def test_a_waiver_holds_when_no_failure_is_new_with_another_seed() -> None:
    steady: list[Failures] = [{KEY: FAILURE}, {KEY: FAILURE}, {}]
    unsteady: list[Failures] = [{KEY: FAILURE}, {OTHER: FAILURE}, {KEY: FAILURE}]
    not_killed: list[Failures] = [{}, {}, {}]
    text = "\n".join(lines([steady, unsteady, not_killed]))
    assert "for the failures of 1 of 2 mutants (50.0 %)." in text
    assert "- EV-26, test_one: expected `20 items`, got `19 items`; before: expected `20 items`" in text


def test_where_all_hold_no_failure_is_listed() -> None:
    assert list(lines([[{KEY: FAILURE}] * 3]))[-1] == "for the failures of 1 of 1 mutants (100.0 %)."
