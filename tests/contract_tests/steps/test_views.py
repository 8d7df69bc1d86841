"""Which view of an object is blamed where several operations show it otherwise."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.views import View, expect_one_object
from contract_tests.verdicts import Violation

RULES = ("EV-33", "EV-45", "EV-66")


def views(*values: Any) -> list[View]:
    """Return views that show these values of a field, each with a rule of its own; None for none."""
    shown = [{} if value is None else {"name": value} for value in values]
    return [View(rule, f"of {rule}", each) for rule, each in zip(RULES, shown, strict=True)]


@pytest.mark.parametrize(
    ("known", "shown", "blamed"),
    [
        ({}, ("a", "a", "b"), "EV-66"),
        ({}, ("b", "a", "a"), "EV-33"),
        ({"name": "b"}, ("a", "a", "b"), "EV-33"),
        ({"name": True}, (True, 1, True), "EV-45"),
        ({"name": "a"}, (None, "b", None), "EV-45"),
    ],
)
def test_the_view_that_differs_is_blamed(known: dict[str, Any], shown: tuple[Any, ...], blamed: str) -> None:
    with pytest.raises(Violation) as caught:
        expect_one_object(Expect(RULES), known, views(*shown))
    assert caught.value.rule == blamed


def test_a_view_may_leave_out_a_field() -> None:
    expect = Expect(RULES)
    expect_one_object(expect, {"name": "a", "unseen": 1}, views("a", None, "a"))
    assert {*expect.findings} == {"EV-33", "EV-66"}
