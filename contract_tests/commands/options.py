"""Options that several commands have."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.commands.endings import UsageError
from contract_tests.runner import Plan


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
        "target": plan.target.base_url if plan.target else "mock",
        "profile": options.profile,
        "seed": plan.seed,
        "examples": plan.examples,
    }


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)
