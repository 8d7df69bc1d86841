"""``novavms-contract kill``: whether every check can fail."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from contract_tests import __version__
from contract_tests.commands import options as shared
from contract_tests.commands import progress
from contract_tests.commands.exit_codes import CONFORMS, RUN_ERROR, VIOLATIONS, UsageError, fail, with_unwritten
from contract_tests.mutation import generated, kill
from contract_tests.mutation.kill import Kill
from contract_tests.mutation.results import KILLED
from contract_tests.output import colour
from contract_tests.output.texts import shorten
from contract_tests.plan import Driver, Mutant
from contract_tests.report import writer
from contract_tests.report.kill_rates import rate

_DESCRIPTION = "Breaks the mock in one way after another; exit code 1 if no check of a broken rule notices one."


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("kill", help="prove that every check can fail", description=_DESCRIPTION)
    option = command.add_argument
    only = "only mutants with this id or rule (default: all); may be repeated"
    option("--mutants", action="append", default=[], metavar="GLOB", help=only)
    option("--report", type=Path, metavar="DIR", help="write report.json and report.html")
    without = "only mutants of stated rules, on a mock that is called as a target without a control plane"
    option("--without-control", action="store_true", help=without)
    option("--generated", action="store_true", help="mutants that operators make of every documented operation")
    option("--sample", type=shared.count, metavar="N", help="with --generated: N of them, of each operator its share")
    redundancy = "run all checks of the broken rules on each mutant, and print which are the only ones to notice some"
    option("--redundancy", action="store_true", help=redundancy)
    shared.add_run_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Try the mutants of the mock, and print those that were not killed. Raises UsageError, TargetError."""
    shared.make_report_folder(options.report)
    if options.generated:
        return _run_generated(options)
    if options.sample:
        raise UsageError("--sample needs --generated")
    known = kill.mock_mutants()
    if options.without_control:
        known = kill.of_stated_rules(known)
    where, without = "`novavms-mock mutants` lists them", options.without_control
    return run_and_report(known, where, options, without_control=without, redundancy=options.redundancy)


def _run_generated(options: argparse.Namespace) -> int:
    """Try generated mutants, and report on them by operator. Raises UsageError, TargetError."""
    if options.without_control:
        raise UsageError("--generated cannot be combined with --without-control")
    known = kill.generated_mutants()
    mutants = kill.matching(options.mutants, known.mutants)
    if options.sample:
        mutants = generated.sample(mutants, options.sample, options.seed)
    where = "`novavms-mock mutants --generated` lists them"
    return run_and_report(mutants, where, options, undocumented=known.undocumented, redundancy=options.redundancy)


def run_and_report(
    known: Iterable[Mutant],
    where: str,
    options: argparse.Namespace,
    path: Path | None = None,
    *,
    without_control: bool = False,
    undocumented: Mapping[str, str] | None = None,
    redundancy: bool = False,
    driver: Driver | None = None,
) -> int:
    """Try those of the known mutants that --mutants selects, report on them, and return the exit code.

    ``where`` says where the mutants are listed; the others are those of ``kill.run``, ``redundancy`` its
    ``all_killers``. Raises UsageError, TargetError.
    """
    mutants = kill.matching(options.mutants, known)
    if not mutants:
        raise UsageError(f"no mutant matches {' or '.join(map(repr, options.mutants))}; {where}")
    how = {"without_control": without_control, "all_killers": redundancy, "driver": driver}
    kills = _shown(_kills(mutants, options, path, how), len(mutants), options)
    report = kill.as_json(kills) | {"complete": len(kills) == len(mutants), "without_control": without_control}
    if undocumented is not None:
        report |= {
            "operators": generated.by_operator(mutants, {each.id: each.outcome for each in kills}),
            "undocumented": undocumented,
        }
    if redundancy:
        report |= {"only_killers": kill.only_killers(kills)}
    return _finish(report, len(mutants), options.report)


def _kills(
    mutants: list[Mutant], options: argparse.Namespace, path: Path | None, how: Mapping[str, Any]
) -> Iterable[Kill]:
    examples = options.examples or shared.PROFILES["gate"].examples
    return kill.run(mutants, options.jobs, options.seed, examples, path, **how)


def _shown(found: Iterable[Kill], planned: int, options: argparse.Namespace) -> list[Kill]:
    """Show how many mutants were tried while they are, and return what became of those until an interrupt."""
    kills: list[Kill] = []
    colours = colour.wanted(options.color, sys.stderr)
    with progress.counter(sys.stderr, "mutants", planned, colour=colours) as show, suppress(KeyboardInterrupt):
        for each in found:
            kills.append(each)
            show(len(kills))
    return kills


def _finish(report: dict[str, Any], planned: int, folder: Path | None) -> int:
    """Print and write the report, and return the exit code."""
    report |= {"versions": {"suite": __version__}}
    _print(report)
    tried = len(report["mutants"])
    code = RUN_ERROR if not report["complete"] else CONFORMS if report["totals"][KILLED] == tried else VIOLATIONS
    unwritten = writer.write_kills(report, folder, code) if folder else []
    if not report["complete"]:
        return fail(f"interrupted: {tried} of {planned} mutants were tried", code)
    return with_unwritten(unwritten, code)


def _print(report: dict[str, Any]) -> None:
    """Print the mutants that were not killed, those last whose rules pass all the same, and the totals."""
    for row in sorted(report["mutants"], key=lambda row: bool(row["passed_rules"])):
        if row["outcome"] != KILLED:
            print(f"{row['outcome']:16} {row['id']}  breaks {' '.join(row['breaks'])}; {_why(row)}")
    totals = report["totals"]
    print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    for check, count in sorted(report.get("only_killers", {}).items(), key=lambda row: row[1]):
        print(f"{count:5} noticed by {check} and no other check")
    for name, counts in report.get("operators", {}).items():
        tried, killed = counts["tried"], counts.get(KILLED, 0)
        print(f"{name:28} {killed:5} of {tried:5} killed  {rate(killed, tried)}")
    if passed := sum(bool(row["passed_rules"]) and row["outcome"] != KILLED for row in report["mutants"]):
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
