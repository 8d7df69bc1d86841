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
from contract_tests.commands.exit_codes import CONFORMS, TROUBLE, VIOLATIONS, UsageError, complain
from contract_tests.mutation import kill
from contract_tests.mutation.kill import Victim
from contract_tests.mutation.worker import KILLED


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("kill", help="prove that every check can fail")
    command.add_argument("--mutants", default="*", metavar="GLOB", help="some of the mutants (default: all)")
    command.add_argument("--report", type=Path, metavar="DIR", help="write report.json here")
    shared.add_effort(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Try the mutants and print those that were not killed. Raises UsageError."""
    shared.make_folder(options.report)
    return judge(kill.mutants(), "`novavms-mock mutants` lists them", options)


def judge(known: Iterable[Victim], where: str, options: argparse.Namespace, path: Path | None = None) -> int:
    """Try those mutants that match, of the mock or of the SDK by the file at the path. Raises UsageError."""
    victims = kill.matching(options.mutants, known)
    if not victims:
        raise UsageError(f"no mutant matches {options.mutants!r}; {where}")
    kills, examples = [], options.examples or shared.PROFILES["gate"].examples
    with progress.bar(sys.stderr, "mutants", len(victims)) as tick, suppress(KeyboardInterrupt):
        for found in kill.run(victims, options.jobs, options.seed, examples, path):
            kills.append(found)
            tick(len(kills))
    report = kill.as_json(kills) | {"complete": len(kills) == len(victims)}
    _tell(report)
    if options.report:
        (options.report / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    if not report["complete"]:
        return complain(f"interrupted: {len(kills)} of {len(victims)} mutants were tried", TROUBLE)
    return CONFORMS if report["totals"][KILLED] == len(kills) else VIOLATIONS


def _tell(report: dict[str, Any]) -> None:
    for row in report["mutants"]:
        if row["outcome"] != KILLED:
            print(f"{row['outcome']:16} {row['id']}  breaks {' '.join(row['breaks'])}; failed: {row['failed_rules']}")
    totals = report["totals"]
    print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    if tried := len(report["mutants"]):
        print(f"kill rate {_rate(totals[KILLED], tried)}")


def _rate(killed: int, total: int) -> str:
    """Return a share in tenths of a percent, rounded down: 100.0 % is only said of all."""
    tenths = 1000 * killed // total
    return f"{tenths // 10}.{tenths % 10} %"
