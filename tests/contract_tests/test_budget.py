"""A budget of minutes: which checks fit, and what becomes of the others."""

from pathlib import Path

import pytest

from contract_tests import budget, runner
from contract_tests.dry_run import Cost, DryRun
from contract_tests.plan import Plan
from contract_tests.verdicts import Verdict
from tests.contract_tests.test_runner import outcome, standin_checks


def cost(check: str, seconds: float, *rules: str) -> Cost:
    return Cost(check, frozenset(rules), seconds)


COSTS = [
    cost("dear", 50, "EV-1"),
    cost("cheap", 10, "EV-1"),
    cost("two at once", 15, "EV-2", "EV-3"),
    cost("derived", 1, "CAM-1"),
    cost("further", 2, "EV-2"),
    cost("unable", 0),
]


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        (1000, {"dear", "cheap", "two at once", "derived", "further", "unable"}),
        (28, {"cheap", "two at once", "derived", "further", "unable"}),
        (27, {"cheap", "two at once", "further", "unable"}),
        (25, {"two at once", "further", "derived", "unable"}),
        (11, {"further", "derived", "unable"}),
        (0, {"unable"}),
        (-5, set()),
    ],
)
def test_stated_rules_come_first_then_most_rules_for_the_time(seconds: float, chosen: set[str]) -> None:
    fits = budget.fitting(COSTS, {"EV-1", "EV-2", "EV-3"}, seconds)
    assert {one.check for one in fits} == chosen


def test_checks_that_do_not_fit_are_named_and_do_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import pytest\n" + "".join(
        f'@pytest.mark.rules("{rule}")\ndef test_{number}(expect):\n    expect("{rule}", True, "it holds")\n'
        for number, rule in enumerate(["EV-26", "EV-26", "EV-27", "EV-28"])
    )
    standin_checks(monkeypatch, tmp_path, text)
    costs = [
        cost(f"test_standins.py::test_{number}", seconds, rule)
        for number, (rule, seconds) in enumerate([("EV-26", 90), ("EV-26", 1), ("EV-27", 1), ("EV-28", 90)])
    ]
    plan, rules = Plan(rules=("EV-26", "EV-27", "EV-28")), {"EV-26", "EV-27"}
    with budget.applied(plan, DryRun((), (), seconds=200, costs=costs), rules, minutes=0.5) as affordable:
        result = runner.run(affordable, jobs=1)
    reason = "left out, as the budget is 0.5 minutes"
    assert outcome(result, "EV-26").partial
    assert outcome(result, "EV-27").reasons == ()
    assert outcome(result, "EV-28").verdict is Verdict.DISABLED
    assert outcome(result, "EV-26").reasons == outcome(result, "EV-28").reasons == (reason,)
