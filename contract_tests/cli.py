"""The command line novavms-contract."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from contract_tests import __version__, catalogue, config, kill, preflight, progress, runner
from contract_tests.actors import TargetTrouble
from contract_tests.catalogue import STRENGTHS, CatalogueError, Rule
from contract_tests.config import ConfigError, TargetConfig
from contract_tests.report import folder, journal, terminal
from contract_tests.report.journal import JournalError, Report
from contract_tests.runner import Plan
from contract_tests.shared import tidy
from contract_tests.shared.ledger import LedgerError
from contract_tests.verdicts import Verdict

CONFORMS, VIOLATIONS, USAGE, TROUBLE = 0, 1, 2, 3
_EXAMPLES = """examples:
  novavms-contract run                                 start the packaged mock and check every rule on it
  novavms-contract run --rules 'GW-5*' --seed 7        some rules, repeatably
  novavms-contract run staging --config targets.toml --report out
                                                       a target of your own; see the README for the file
  novavms-contract rules --json                        the catalogue
  novavms-contract kill --mutants 'EV-*'               prove that the checks of events can fail
  novavms-contract clean --run ct260421120000          remove what a run that was killed left on a target

exit codes: 0 conforms, 1 violations, 2 usage or configuration, 3 target unreachable or the suite itself failed
"""
#: Examples per property, by profile.
_PROFILES = {"gate": 15, "deep": 100, "live": 5}


class UsageError(Exception):
    """Something on the command line cannot be done; the text is the one line to print."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        command: Callable[[argparse.Namespace], int] = options.run
        return command(options)
    except (UsageError, ConfigError, CatalogueError, JournalError, LedgerError) as error:
        return _complain(error, USAGE)
    except TargetTrouble as error:
        return _complain(error, TROUBLE)
    except KeyboardInterrupt:
        return _complain("interrupted", TROUBLE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CONFORMS


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="novavms-contract",
        description="Checks any NovaVMS against its documentation, rule by rule.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    rules = commands.add_parser("rules", help="list the rules")
    rules.add_argument("--json", action="store_true")
    rules.set_defaults(run=_rules)
    mutants = commands.add_parser("kill", help="prove that every check can fail")
    mutants.add_argument("--mutants", default="*", metavar="GLOB", help="some of the mutants (default: all)")
    mutants.add_argument("--report", type=Path, metavar="DIR", help="write report.json here")
    _add_effort(mutants)
    mutants.set_defaults(run=_kill)
    report = commands.add_parser("report", help="print the report of an earlier run, and write its views again")
    report.add_argument("folder", type=Path, metavar="DIR")
    report.set_defaults(run=_report)
    clean = commands.add_parser("clean", help="remove what a run that was killed left on a target")
    clean.add_argument("--run", dest="name", required=True, metavar="ID", help="as the run told it")
    clean.add_argument("--config", type=Path, metavar="FILE", help="target file, if it is not where it was")
    clean.set_defaults(run=_clean)
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser("run", help="check a target")
    add = run.add_argument
    add("target", nargs="?", default="mock", help="mock, a URL, or a name in the target file (default: %(default)s)")
    add("--config", type=Path, metavar="FILE", help="target file (TOML)")
    add("--rules", action="append", default=[], metavar="GLOB", help="only these rules; may be repeated")
    add("--strict", action="store_true", help="let example, derived and manual rules decide too")
    add("--only-strength", choices=STRENGTHS, help="only rules of this strength")
    add("--profile", choices=sorted(_PROFILES), default="gate", help="how hard to try (default: %(default)s)")
    add(
        "--report", type=Path, metavar="DIR", help="write journal.jsonl, report.json, .html, junit.xml, summary.md here"
    )
    add("--fail-fast", action="store_true", help="stop at the first violation")
    add("--require-complete", action="store_true", help="exit 1 when a stated rule was not tested")
    add("--dry-run", action="store_true", help="list what would be checked and why the rest would not")
    _add_effort(run)
    run.set_defaults(run=_run)


def _add_effort(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=0, metavar="N", help="repeats a run (default: %(default)s)")
    command.add_argument("--examples", type=_count, metavar="N", help="examples per property")
    command.add_argument("--jobs", type=_count, default=2, metavar="N", help="processes (default: %(default)s)")


def _run(options: argparse.Namespace) -> int:
    target = _target(options)
    rules = _selected(options, mock=target is None)
    if options.dry_run:
        return _dry_run(rules, target)
    warnings = preflight.check(target) if target else []
    for warning in warnings:
        print(f"novavms-contract: warning: {warning}", file=sys.stderr)
    _make_folder(options.report)
    plan = Plan(
        rules=tuple(rule.id for rule in rules),
        target=target,
        seed=options.seed,
        examples=options.examples or _PROFILES[options.profile],
        prefix=f"ct{datetime.now(UTC):%y%m%d%H%M%S}",
        fail_fast=options.fail_fast,
    )
    with tidy.kept(plan.prefix, target, options.config) as ledger:
        return _checked(replace(plan, ledger=str(ledger.path) if ledger else None), rules, options)


def _checked(plan: Plan, rules: Sequence[Rule], options: argparse.Namespace) -> int:
    started, begun = datetime.now(UTC), time.monotonic()
    with progress.bar(sys.stderr, "checks") as tick:
        # Where all checks share one org they must take turns.
        findings = runner.run(plan, 1 if plan.ledger else options.jobs, tick)
    facts = _facts(plan, options, started, time.monotonic() - begun)
    report = Report(facts, runner.fold(findings.lines, rules), findings.complete)
    if options.report:
        journal.write(options.report / "journal.jsonl", facts, findings.lines, complete=findings.complete)
        folder.write_views(report, options.report)
    terminal.render(report, sys.stdout)
    if findings.breakdown:
        return _complain(f"a process of the run broke down: {findings.breakdown}", TROUBLE)
    return _exit_code(report, options, mock=plan.target is None)


def _facts(plan: Plan, options: argparse.Namespace, started: datetime, seconds: float) -> dict[str, Any]:
    return {
        "target": plan.target.base_url if plan.target else "mock",
        "profile": options.profile,
        "seed": plan.seed,
        "examples": plan.examples,
        "started_at": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "duration_s": round(seconds, 1),
        "versions": {"suite": __version__},
        "capabilities": sorted(runner.capabilities(plan.target)),
        "rules": plan.rules,
    }


def _clean(options: argparse.Namespace) -> int:
    target = tidy.clean(options.name, options.config)
    print(f"Nothing of run {options.name} is left on {target}.")
    return CONFORMS


def _target(options: argparse.Namespace) -> TargetConfig | None:
    """Return the target, or None for a packaged mock. Raises UsageError, ConfigError."""
    targets = config.load(options.config) if options.config else {}
    if options.target in targets:
        return targets[options.target]
    if options.target == "mock":
        return None
    if options.target.startswith(("http://", "https://")):
        base_url = options.target.rstrip("/")
        return TargetConfig(options.target, base_url, control=preflight.control_of(base_url))
    known = ", ".join(["mock", *targets])
    raise UsageError(f"target {options.target!r} is neither a URL nor one of {known}; --config names the target file")


def _selected(options: argparse.Namespace, *, mock: bool) -> list[Rule]:
    """Return the rules to check; decisions of this project are checked on our own mock only."""
    found = catalogue.load().select(options.rules)
    if options.only_strength:
        found = [rule for rule in found if rule.strength == options.only_strength]
    if not mock:
        found = [rule for rule in found if rule.strength != "assumed"]
    if not found:
        raise UsageError("no rule matches; `novavms-contract rules` lists them")
    return found


def _exit_code(report: Report, options: argparse.Namespace, *, mock: bool) -> int:
    decisive = [found for found in report.outcomes if mock or options.strict or found.rule.strength == "stated"]
    if any(outcome.verdict is Verdict.ERROR for outcome in report.outcomes) or not report.complete:
        return TROUBLE
    violated = any(outcome.verdict is Verdict.FAIL for outcome in decisive)
    silent = options.require_complete and bool(report.unverified())
    return VIOLATIONS if violated or silent else CONFORMS


def _dry_run(rules: Sequence[Rule], target: TargetConfig | None) -> int:
    given = runner.capabilities(target)
    for rule in rules:
        missing = sorted(rule.needs - given)
        print(f"{rule.id:8} {'needs ' + ', '.join(missing) if missing else 'would be checked'}: {rule.says}")
    return CONFORMS


def _rules(options: argparse.Namespace) -> int:
    found = catalogue.load()
    if options.json:
        rows = [
            {
                "id": rule.id,
                "says": rule.says,
                "source": rule.source,
                "strength": rule.strength,
                "operation": list(rule.operations),
                "needs": sorted(rule.needs),
                "untested": found.untested.get(rule.id),
            }
            for rule in found.rules.values()
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return CONFORMS
    for rule in found.rules.values():
        print(f"{rule.id:8} {rule.strength:8} {rule.says}")
    print(f"\n{len(found.rules)} rules, {len(found.untested)} of which cannot be checked over HTTP.")
    return CONFORMS


def _kill(options: argparse.Namespace) -> int:
    _make_folder(options.report)
    victims = kill.matching(options.mutants)
    if not victims:
        raise UsageError(f"no mutant matches {options.mutants!r}; `novavms-mock mutants` lists them")
    kills = []
    with progress.bar(sys.stderr, "mutants", len(victims)) as tick:
        for found in kill.run(victims, options.jobs, options.seed, options.examples or _PROFILES["gate"]):
            kills.append(found)
            tick(len(kills))
    report = kill.as_json(kills)
    for row in report["mutants"]:
        if row["outcome"] != kill.KILLED:
            print(f"{row['outcome']:16} {row['id']}  breaks {' '.join(row['breaks'])}; failed: {row['failed_rules']}")
    totals = report["totals"]
    print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    print(f"kill rate {totals[kill.KILLED] / len(kills):.1%}")
    if options.report:
        (options.report / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return CONFORMS if totals[kill.KILLED] == len(kills) else VIOLATIONS


def _report(options: argparse.Namespace) -> int:
    report = journal.read(options.folder / "journal.jsonl")
    folder.write_views(report, options.folder)
    terminal.render(report, sys.stdout)
    return CONFORMS


def _make_folder(path: Path | None) -> None:
    """Make the folder of a report before the run, so that a mistake in its name costs no time. Raises UsageError."""
    try:
        if path:
            path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--report {path}: {error.strerror}") from None


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _complain(error: object, code: int) -> int:
    print(f"novavms-contract: {error}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n")
