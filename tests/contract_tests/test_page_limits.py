"""A refused limit violates the rule that names it; any other refusal is no matter of limits."""

import json
from typing import Any

import pytest

from contract_tests import page_limits
from contract_tests.actors import Answer
from contract_tests.verdicts import Violation
from contract_tests.world import ALERTS, EVENTS

REFUSED = {"error": "validation_error", "field_errors": {"limit": ["is greater than the maximum of 99"]}}


def answer(status: int, body: Any) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("path", "limit", "rule"),
    [(EVENTS, 1, "EV-27"), (EVENTS, 100, "EV-28"), (EVENTS, 20, ""), (ALERTS, 50, "AL-14")],
)
def test_a_limit_in_range_that_is_refused_violates_the_rule_that_names_it(path: str, limit: int, rule: str) -> None:
    with pytest.raises(Violation) as caught:
        page_limits.check(path, limit, answer(400, REFUSED))
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
    page_limits.check(EVENTS, limit, found)
