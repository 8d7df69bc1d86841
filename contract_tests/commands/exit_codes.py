"""How a command ends: its exit code, and one line on stderr if it fails."""

import sys

from contract_tests.plan import Plan
from contract_tests.report.journal import Report
from contract_tests.verdicts import Verdict

CONFORMS, VIOLATIONS, USAGE_ERROR, RUN_ERROR = 0, 1, 2, 3


class UsageError(Exception):
    """The command line asks for something impossible; the text is the line to print."""


def fail(error: object, code: int) -> int:
    """Print the line and return the code."""
    print(f"novavms-contract: {error}", file=sys.stderr)
    return code


def of_report(report: Report, plan: Plan, *, strict: bool, require_complete: bool) -> int:
    """Return the exit code of a run.

    On our own mock every rule decides. On another target, and of an SDK, rules of strength ``stated`` decide, or all
    of them with ``strict``. With ``require_complete`` a ``stated`` rule that was not tested is a violation too, and so
    is a check that our own mock disables: it provides everything.
    """
    if any(outcome.verdict is Verdict.ERROR for outcome in report.outcomes) or not report.complete:
        return RUN_ERROR
    all_decide = strict or (plan.ours and not plan.sdk)
    decisive = [outcome for outcome in report.outcomes if all_decide or outcome.rule.strength == "stated"]
    violated = any(outcome.verdict is Verdict.FAIL for outcome in decisive)
    incomplete = require_complete and bool(report.unverified() or (plan.ours and report.disabled()))
    return VIOLATIONS if violated or incomplete else CONFORMS
