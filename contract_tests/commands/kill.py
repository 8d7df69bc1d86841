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
from contract_tests.output.texts import shorten
from contract_tests.plan import Mutant
from contract_tests.report import writer


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("kill", help="prove that every check can fail")
    option = command.add_argument
    option("--mutants", default="*", metavar="GLOB", help="only mutants with this id or rule (default: all)")
    option("--report", type=Path, metavar="DIR", help="write report.json")
    without = "only mutants of stated rules, on a mock that is called as a target without a control plane"
    option("--without-control", action="store_true", help=without)
    shared.add_run_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Try the mutants of the mock, and print those that were not killed. Raises UsageError, TargetError."""
    shared.make_report_folder(options.report)
    known = kill.mock_mutants()
    if options.without_control:
        known = kill.of_stated_rules(known)
    return run_and_report(known, "`novavms-mock mutants` lists them", options, without_control=options.without_control)


def run_and_report(
    known: Iterable[Mutant],
    where: str,
    options: argparse.Namespace,
    path: Path | None = None,
    *,
    without_control: bool = False,
) -> int:
    """Try those of the known mutants that --mutants selects, report on them, and return the exit code.

    ``where`` says where the mutants are listed; ``path`` and ``without_control`` are those of ``kill.run``.
    Raises UsageError, TargetError.
    """
    mutants = kill.matching(options.mutants, known)
    if not mutants:
        raise UsageError(f"no mutant matches {options.mutants!r}; {where}")
    kills, examples = [], options.examples or shared.PROFILES["gate"].examples
    with progress.bar(sys.stderr, "mutants", len(mutants)) as show, suppress(KeyboardInterrupt):
        for found in kill.run(mutants, options.jobs, options.seed, examples, path, without_control=without_control):
            kills.append(found)
            show(len(kills))
    report = kill.as_json(kills) | {"complete": len(kills) == len(mutants), "without_control": without_control}
    _print(report)
    unwritten = []
    if options.report:
        unwritten = writer.write_file(options.report / "report.json", json.dumps(report, indent=1))
    if not report["complete"]:
        return fail(f"interrupted: {len(kills)} of {len(mutants)} mutants were tried", RUN_ERROR)
    return with_unwritten(unwritten, CONFORMS if report["totals"][KILLED] == len(kills) else VIOLATIONS)


def _print(report: dict[str, Any]) -> None:
    """Print the mutants that were not killed, those last whose rules pass all the same, and the totals."""
    for row in sorted(report["mutants"], key=lambda row: bool(row["passed_rules"])):
        if row["outcome"] != KILLED:
            print(f"{row['outcome']:16} {row['id']}  breaks {' '.join(row['breaks'])}; {_why(row)}")
    totals = report["totals"]
    print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    if passed := sum(bool(row["passed_rules"]) for row in report["mutants"]):
        print(f"{passed} not killed though a rule that they break passes")
    if tried := len(report["mutants"]):
        print(f"kill rate {rate(totals[KILLED], tried)}{' without a control plane' * report['without_control']}")


def _why(row: dict[str, Any]) -> str:
    """Return which rules failed or passed, and why checks could not run."""
    parts = [f"failed: {row['failed_rules']}"]
    if row["passed_rules"]:
        parts.append(f"passed: {row['passed_rules']}")
    if row["reasons"]:
        parts.append(f"not checked: {'; '.join(shorten(reason) for reason in row['reasons'])}")
    return "; ".join(parts)


def rate(killed: int, total: int) -> str:
    """Return the percentage with one decimal, rounded down: only all of them are 100.0 %."""
    tenths = 1000 * killed // total
    return f"{tenths // 10}.{tenths % 10} %"
