"""``novavms-contract kill``: whether every check can fail."""

import argparse
import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from contract_tests.commands import options as shared
from contract_tests.commands import progress
from contract_tests.commands.exit_codes import CONFORMS, RUN_ERROR, VIOLATIONS, UsageError, fail, with_unwritten
from contract_tests.mutation import kill
from contract_tests.mutation.worker import KILLED
from contract_tests.plan import Mutant
from contract_tests.report import writer


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("kill", help="prove that every check can fail")
    option = command.add_argument
    option("--mutants", default="*", metavar="GLOB", help="only mutants with this id or rule (default: all)")
    option("--report", type=Path, metavar="DIR", help="write report.json")
    shared.add_run_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Try the mutants of the mock, and print those that were not killed. Raises UsageError, TargetError."""
    shared.make_report_folder(options.report)
    return run_and_report(kill.mock_mutants(), "`novavms-mock mutants` lists them", options)


def run_and_report(known: Iterable[Mutant], where: str, options: argparse.Namespace, path: Path | None = None) -> int:
    """Try those of the known mutants that --mutants selects, report on them, and return the exit code.

    ``where`` says where the mutants are listed; ``path`` is the file or package of those of the SDK.
    Raises UsageError, TargetError.
    """
    mutants = kill.matching(options.mutants, known)
    if not mutants:
        raise UsageError(f"no mutant matches {options.mutants!r}; {where}")
    kills, examples = [], options.examples or shared.PROFILES["gate"].examples
    with progress.bar(sys.stderr, "mutants", len(mutants)) as show, suppress(KeyboardInterrupt):
        for found in kill.run(mutants, options.jobs, options.seed, examples, path):
            kills.append(found)
            show(len(kills))
    report = kill.as_json(kills) | {"complete": len(kills) == len(mutants)}
    _print(report)
    unwritten = []
    if options.report:
        unwritten = writer.write_file(options.report / "report.json", json.dumps(report, indent=1))
    if not report["complete"]:
        return fail(f"interrupted: {len(kills)} of {len(mutants)} mutants were tried", RUN_ERROR)
    return with_unwritten(unwritten, CONFORMS if report["totals"][KILLED] == len(kills) else VIOLATIONS)


def _print(report: dict[str, Any]) -> None:
    for row in report["mutants"]:
        if row["outcome"] != KILLED:
            print(f"{row['outcome']:16} {row['id']}  breaks {' '.join(row['breaks'])}; failed: {row['failed_rules']}")
    totals = report["totals"]
    print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    if tried := len(report["mutants"]):
        print(f"kill rate {_rate(totals[KILLED], tried)}")


def _rate(killed: int, total: int) -> str:
    """Return the percentage with one decimal, rounded down: only all of them are 100.0 %."""
    tenths = 1000 * killed // total
    return f"{tenths // 10}.{tenths % 10} %"
