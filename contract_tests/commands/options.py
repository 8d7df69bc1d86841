"""Options that several commands have."""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract_tests.commands.exit_codes import UsageError
from contract_tests.runner import Plan
from contract_tests.sdk import installed


@dataclass(frozen=True)
class Profile:
    """How hard a run tries: so many examples per property, and whether it fuzzes too."""

    examples: int
    fuzz: bool = False


PROFILES = {"gate": Profile(15), "deep": Profile(100, fuzz=True), "live": Profile(5)}


def add_effort(command: argparse.ArgumentParser) -> None:
    """Add the options that say how hard to try, and by which chance."""
    command.add_argument("--seed", type=int, default=0, metavar="N", help="repeats a run (default: %(default)s)")
    command.add_argument("--examples", type=_count, metavar="N", help="examples per property")
    command.add_argument("--jobs", type=_count, default=2, metavar="N", help="processes (default: %(default)s)")


def add_judgement(command: argparse.ArgumentParser) -> None:
    """Add the options that say which rules are checked, which of them decide, and where it is written."""
    option = command.add_argument
    option("--rules", action="append", default=[], metavar="GLOB", help="only these rules; may be repeated")
    option("--strict", action="store_true", help="let example, derived and manual rules decide too")
    option("--require-complete", action="store_true", help="exit 1 when something was not tested that can be")
    option("--report", type=Path, metavar="DIR", help="write journal.jsonl, report.json, .html, junit.xml, summary.md")


def prefix() -> str:
    """Return what begins the names of all that a run makes."""
    return f"ct{datetime.now(UTC):%y%m%d%H%M%S}"


def unmatched(here: str, elsewhere: str) -> str:
    """Return the line for globs that match no rule that a command checks."""
    return f"no rule matches {here}; `novavms-contract rules` lists them, those {elsewhere}"


def make_folder(path: Path | None) -> None:
    """Make the folder of a report before the run, so that a mistake in its name costs no time. Raises UsageError."""
    try:
        if path:
            path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--report {path}: {error.strerror}") from None


def circumstances(plan: Plan, options: argparse.Namespace) -> dict[str, Any]:
    """Return what it takes to repeat a run."""
    return {
        "target": installed.name() if plan.sdk else plan.target.base_url if plan.target else "mock",
        "profile": options.profile,
        "seed": plan.seed,
        "examples": plan.examples,
    }


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)
