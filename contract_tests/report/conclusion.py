"""What follows from the outcomes of all rules: the exit code and the headline of a run are both of its conclusion."""

from enum import Enum, IntEnum

from contract_tests.report.journal import Report
from contract_tests.verdicts import Verdict


class Conclusion(Enum):
    """How a run ended; the value begins its headline."""

    OUTAGE = "UNREACHABLE: the target stopped answering; so far"
    STOPPED = "INCOMPLETE: the run was stopped; so far"
    ERROR = "ERROR: the suite or its connection failed;"
    VIOLATED = "VIOLATED:"
    FLAKY = "FLAKY, which decides with --strict:"
    OVERDUE_WAIVERS = "WAIVERS OUT OF DATE:"
    NOT_REACHED = "NOT REACHED, because of the network:"
    BELOW_FLOOR = "TOO LITTLE DECIDED:"
    NOT_COMPLETE = "Not complete, which --require-complete demands:"
    NOT_REMOVED = "NOT REMOVED: the run has left something on the target;"
    NOT_WRITTEN = "NOT WRITTEN: a part of the report is missing;"
    NOT_FULLY_VERIFIED = "Not fully verified:"
    NOTHING_VERIFIED = "Nothing verified:"
    CONFORMS = "Conforms:"


class ExitCode(IntEnum):
    """The exit codes of the command line."""

    CONFORMS = 0
    VIOLATIONS = 1
    USAGE_ERROR = 2
    RUN_ERROR = 3


CODES = {
    Conclusion.OUTAGE: ExitCode.RUN_ERROR,
    Conclusion.STOPPED: ExitCode.RUN_ERROR,
    Conclusion.ERROR: ExitCode.RUN_ERROR,
    Conclusion.VIOLATED: ExitCode.VIOLATIONS,
    Conclusion.FLAKY: ExitCode.VIOLATIONS,
    Conclusion.OVERDUE_WAIVERS: ExitCode.VIOLATIONS,
    Conclusion.NOT_REACHED: ExitCode.RUN_ERROR,
    Conclusion.BELOW_FLOOR: ExitCode.VIOLATIONS,
    Conclusion.NOT_COMPLETE: ExitCode.VIOLATIONS,
    Conclusion.NOT_REMOVED: ExitCode.RUN_ERROR,
    Conclusion.NOT_WRITTEN: ExitCode.RUN_ERROR,
    Conclusion.NOT_FULLY_VERIFIED: ExitCode.CONFORMS,
    Conclusion.NOTHING_VERIFIED: ExitCode.CONFORMS,
    Conclusion.CONFORMS: ExitCode.CONFORMS,
}


def conclude(report: Report) -> Conclusion:
    """Return the conclusion.

    With ``require_complete`` a ``stated`` rule that was not tested is a violation too, and so is a check that our own
    mock disables: it provides everything.
    """
    verdicts = {outcome.verdict for outcome in report.outcomes}
    unverified = bool(report.unverified())
    incomplete = unverified or (bool(report.run.get("ours")) and bool(report.disabled()))
    conditions = {
        Conclusion.OUTAGE: bool(report.run.get("outage")),
        Conclusion.STOPPED: not report.complete,
        Conclusion.ERROR: Verdict.ERROR in verdicts,
        Conclusion.VIOLATED: bool(report.violated()),
        Conclusion.FLAKY: report.strict and bool(report.flaky()),
        Conclusion.OVERDUE_WAIVERS: bool(report.overdue()),
        Conclusion.NOT_REACHED: Verdict.NOT_REACHED in verdicts,
        Conclusion.BELOW_FLOOR: bool(report.shortfall()),
        Conclusion.NOT_COMPLETE: bool(report.run.get("require_complete")) and incomplete,
        Conclusion.NOT_REMOVED: bool(report.not_removed()),
        Conclusion.NOT_WRITTEN: bool(report.run.get("not_written")),
        Conclusion.NOT_FULLY_VERIFIED: unverified,
        Conclusion.NOTHING_VERIFIED: Verdict.PASS not in verdicts,
        Conclusion.CONFORMS: True,
    }
    return next(conclusion for conclusion, holds in conditions.items() if holds)


def stopped_at_violation(report: Report) -> bool:
    """Whether the run ended at its first violation, as ``fail_fast`` demands."""
    return bool(report.run.get("fail_fast")) and conclude(report) is Conclusion.VIOLATED
