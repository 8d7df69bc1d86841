"""``novavms-contract kill``: whether every check can fail."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from contract_tests import kill, progress
from contract_tests.commands import options as shared
from contract_tests.commands.endings import CONFORMS, VIOLATIONS, UsageError


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
    victims = kill.matching(options.mutants)
    if not victims:
        raise UsageError(f"no mutant matches {options.mutants!r}; `novavms-mock mutants` lists them")
    kills, examples = [], options.examples or shared.PROFILES["gate"].examples
    with progress.bar(sys.stderr, "mutants", len(victims)) as tick:
        for found in kill.run(victims, options.jobs, options.seed, examples):
            kills.append(found)
            tick(len(kills))
    report = kill.as_json(kills)
    _tell(report)
    if options.report:
        (options.report / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return CONFORMS if report["totals"][kill.KILLED] == len(kills) else VIOLATIONS


def _tell(report: dict[str, Any]) -> None:
    for row in report["mutants"]:
        if row["outcome"] != kill.KILLED:
            print(f"{row['outcome']:16} {row['id']}  breaks {' '.join(row['breaks'])}; failed: {row['failed_rules']}")
    totals = report["totals"]
    print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    print(f"kill rate {totals[kill.KILLED] / len(report['mutants']):.1%}")
