"""The exit code of a run: which verdicts decide, on our own mock, on another target and of an SDK."""

import pytest

from contract_tests import outcomes
from contract_tests.commands import exit_codes
from contract_tests.commands.exit_codes import CONFORMS, RUN_ERROR, VIOLATIONS
from contract_tests.config import TargetConfig
from contract_tests.plan import Plan
from contract_tests.report.journal import Report
from tests.contract_tests import factories

MOCK = Plan(rules=())
OTHER = Plan(rules=(), target=TargetConfig("staging", "https://staging.example.com"))
SDK = Plan(rules=(), sdk=True)


def report(*verdicts: str, strength: str = "stated", complete: bool = True) -> Report:
    lines = [factories.line(factories.finding("EV-26", verdict), check=verdict) for verdict in verdicts]
    return Report(
        factories.run(), outcomes.fold(lines, [factories.rule("EV-26", strength=strength)]), complete=complete
    )


def code(found: Report, plan: Plan, *, strict: bool = False, require_complete: bool = False) -> int:
    return exit_codes.of_report(found, plan, strict=strict, require_complete=require_complete)


@pytest.mark.parametrize(
    ("strength", "plan", "strict", "expected"),
    [
        ("stated", MOCK, False, VIOLATIONS),
        ("stated", OTHER, False, VIOLATIONS),
        ("stated", SDK, False, VIOLATIONS),
        ("derived", MOCK, False, VIOLATIONS),
        ("derived", OTHER, False, CONFORMS),
        ("derived", SDK, False, CONFORMS),
        ("derived", OTHER, True, VIOLATIONS),
        ("derived", SDK, True, VIOLATIONS),
    ],
)
def test_a_violation_decides_by_its_strength_and_the_target(
    strength: str, plan: Plan, strict: bool, expected: int
) -> None:
    assert code(report("fail", strength=strength), plan, strict=strict) == expected


def test_an_error_or_an_incomplete_run_is_worse_than_a_violation() -> None:
    for found in (report("error"), report("fail", "error"), report("fail", complete=False), report(complete=False)):
        assert code(found, MOCK) == RUN_ERROR


@pytest.mark.parametrize(
    ("verdicts", "plan", "expected"),
    [
        ((), MOCK, VIOLATIONS),
        ((), OTHER, VIOLATIONS),
        (("disabled",), OTHER, VIOLATIONS),
        (("pass", "disabled"), OTHER, CONFORMS),
        (("pass", "disabled"), MOCK, VIOLATIONS),
        (("pass",), MOCK, CONFORMS),
    ],
)
def test_require_complete_fails_for_what_was_not_tested(verdicts: tuple[str, ...], plan: Plan, expected: int) -> None:
    assert code(report(*verdicts), plan) == CONFORMS
    assert code(report(*verdicts), plan, require_complete=True) == expected


def test_the_line_of_a_failure_is_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_codes.fail("no such target", exit_codes.USAGE_ERROR) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "novavms-contract: no such target\n")
