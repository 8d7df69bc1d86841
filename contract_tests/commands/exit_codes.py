"""How a command ends: its exit code, and one line on stderr if it fails."""

import sys
from collections.abc import Iterable

from contract_tests.output.redaction import KNOWN
from contract_tests.report.conclusion import CODES, ExitCode, conclude
from contract_tests.report.journal import Report

CONFORMS, VIOLATIONS, USAGE_ERROR, RUN_ERROR = ExitCode


class UsageError(Exception):
    """The command line asks for something impossible; the text is the line to print."""


def fail(error: object, code: int) -> int:
    """Print the line, without secrets, and return the code."""
    print(f"novavms-contract: {KNOWN.redact(str(error))}", file=sys.stderr)
    return code


def with_unwritten(problems: Iterable[str], code: int) -> int:
    """Print what could not be written, and return the code: 3 instead of 0 if there is something."""
    codes = [fail(problem, code or RUN_ERROR) for problem in problems]
    return max(codes, default=code)


def of_report(report: Report) -> int:
    """Return the exit code of a run."""
    return CODES[conclude(report)]
