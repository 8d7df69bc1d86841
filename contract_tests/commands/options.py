"""Options that several commands have, and what follows from them."""

import argparse
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract_tests.catalogue import Rule
from contract_tests.commands.exit_codes import UsageError
from contract_tests.gate import coverage_floor, requirements, waivers
from contract_tests.output import colour
from contract_tests.output.redaction import KNOWN
from contract_tests.plan import Plan
from contract_tests.report import earlier, kill_rates, writer
from contract_tests.sdk import installed


@dataclass(frozen=True)
class Profile:
    """How thorough a run is: the number of examples per property, whether it fuzzes, and what it leaves out."""

    examples: int
    fuzz: bool = False
    #: See ``Plan.checks_per_rule``.
    checks_per_rule: int | None = None

    def __str__(self) -> str:
        fuzzed = " and random calls of every operation" if self.fuzz else ""
        sampled = f", and {self.checks_per_rule} of the checks of a rule that does not decide" * bool(
            self.checks_per_rule
        )
        return f"{self.examples} examples per property{fuzzed}{sampled}"


PROFILES = {"gate": Profile(15), "deep": Profile(100, fuzz=True), "live": Profile(3, checks_per_rule=1)}
DEFAULT_PROFILE = "gate"


def add_rule_options(command: argparse.ArgumentParser) -> None:
    """Add the options for which rules are checked, which of them decide, and where the report is written."""
    option = command.add_argument
    option("--rules", action="append", default=[], metavar="GLOB", help="check only these rules; may be repeated")
    option("--strict", action="store_true", help="rules of strength example, derived and manual decide too")
    complete = "exit 1 if a stated rule was not tested, or on our own mock any check could not run"
    option("--require-complete", action="store_true", help=complete)
    option(
        "--report",
        type=Path,
        metavar="DIR",
        help="write journal.jsonl, report.json, .html, junit.xml, ctrf.json, summary.md",
    )


def add_gate_options(command: argparse.ArgumentParser) -> None:
    """Add the options for known failures, and for how much a run must decide."""
    option = command.add_argument
    option("--annotations", choices=("github",), help="print failures as annotations of a CI job too")
    option("--waivers", type=Path, metavar="FILE", help="known failures that do not decide (TOML; see waive)")
    option("--allow-stale-waivers", action="store_true", help="a waiver whose check holds again does not decide")
    floor = "exit 1 if fewer of the stated rules are decided, as 90%%"
    option("--min-decided", type=_percent, default=0.0, metavar="PERCENT", help=floor)
    before = "exit 1 if a deciding rule that an earlier run decided is not decided now"
    option("--decided-like", type=Path, metavar="REPORT", help=before)
    add_other_reports(command)


def add_other_reports(command: argparse.ArgumentParser) -> None:
    """Add the options for other runs of which a report shows something."""
    changes = "show which failures are new, fixed or still there since this earlier run"
    command.add_argument("--since", type=Path, metavar="REPORT", help=changes)
    rates = "show how many mutants this kill run killed with the same checks"
    command.add_argument("--kills", type=Path, metavar="REPORT", help=rates)


def compared(options: argparse.Namespace) -> dict[str, Any]:
    """Return what a report shows of other runs, as the journal keeps it. Raises ConfigError."""
    return {
        "since": earlier.read(options.since) if options.since else None,
        "kills": kill_rates.read(options.kills) if options.kills else None,
    }


def gate(options: argparse.Namespace) -> dict[str, Any]:
    """Return what a run is held to beside the verdicts, as the journal keeps it. Raises ConfigError."""
    like = coverage_floor.decided_by(options.decided_like) if options.decided_like else ()
    return {
        "waivers": [each.as_json() for each in waivers.load(options.waivers)] if options.waivers else [],
        "allow_stale_waivers": options.allow_stale_waivers,
        "floor": {"percent": options.min_decided, "like": like},
        **compared(options),
    }


def _percent(text: str) -> float:
    try:
        if 0 <= (percent := float(text.removesuffix("%"))) <= 100:
            return percent
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a percentage from 0% to 100%, such as 90%")


def add_run_options(command: argparse.ArgumentParser) -> None:
    """Add the options for the seed, the number of examples, and the number of worker processes."""
    option = command.add_argument
    option("--seed", type=int, default=0, metavar="N", help="seed that repeats a run (default: %(default)s)")
    option("--examples", type=count, metavar="N", help="examples per property")
    option("--jobs", type=count, default=2, metavar="N", help="worker processes (default: %(default)s)")
    add_colour_option(command)


def add_colour_option(command: argparse.ArgumentParser) -> None:
    """Add the option for colours."""
    when = "colours: where the output is a terminal and NO_COLOR is not set, or one of these (default: %(default)s)"
    command.add_argument("--color", choices=colour.CHOICES, default="auto", help=when)


def deciding(rules: Iterable[Rule], *, all_decide: bool) -> tuple[str, ...]:
    """Return the ids of the rules that decide the exit code: all, or those of strength ``stated``.

    All do on our own mock and with ``--strict``; those of strength ``stated`` do on another target, and of an SDK.
    """
    return tuple(rule.id for rule in rules if all_decide or rule.strength == "stated")


def required(rules: Iterable[Rule], options: argparse.Namespace) -> tuple[str, ...]:
    """Return the ids of the rules that --requirements names. Raises UsageError, ConfigError."""
    if options.strict:
        raise UsageError("--strict lets rules decide that --requirements does not name; leave out one of them")
    wanted = requirements.load(options.requirements)
    return tuple(rule.id for rule in rules if rule.id in wanted)


def new_run_id() -> str:
    """Return a new id for a run; the name of everything that the run creates begins with it."""
    return f"ct{datetime.now(UTC):%y%m%d%H%M%S}"


def make_report_folder(path: Path | None) -> None:
    """Create the folder of the report before the run, so that what is wrong is reported at once. Raises UsageError."""
    try:
        if path:
            writer.create(path)
    except OSError as error:
        raise UsageError(f"--report {path}: {error.strerror}") from None


def parameters(plan: Plan, options: argparse.Namespace) -> dict[str, Any]:
    """Return what is needed to repeat a run."""
    sdk = KNOWN.redact(plan.driver.label) if plan.driver else installed.name()
    return {
        "target": sdk if plan.sdk else KNOWN.redact(plan.target.base_url) if plan.target else "mock",
        "profile": options.profile,
        "seed": plan.seed,
        "examples": plan.examples,
    }


def differing(plan: Plan, options: argparse.Namespace) -> list[str]:
    """Return the words of a command line that choose a driver, and profile and examples where they are not usual."""
    driver = ["--driver", shlex.join(plan.driver.command)] if plan.driver else []
    profile = [] if options.profile == DEFAULT_PROFILE else ["--profile", options.profile]
    usual = plan.examples == PROFILES[options.profile].examples
    return [*driver, *profile, *([] if usual else ["--examples", str(plan.examples)])]


def count(text: str) -> int:
    """Return a whole number from 1 up. Raises ArgumentTypeError."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)
