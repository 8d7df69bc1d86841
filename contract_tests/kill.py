"""The kill run: every mutant of the packaged mock against the checks of the rules it breaks.

A check is worth what it notices: a mutant is killed when a rule that it names fails, survives when none does.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from typing import Any

from contract_tests import catalogue, runner
from contract_tests.runner import Plan
from contract_tests.verdicts import Verdict

KILLED, BY_OTHER, SURVIVED, ERROR = "killed", "killed_by_other", "survived", "error"


@dataclass(frozen=True)
class Victim:
    """A mutant: its name, and the rules it must break."""

    id: str
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class Kill:
    """What became of a mutant; ``failed_rules`` are the rules whose checks noticed."""

    id: str
    breaks: tuple[str, ...]
    failed_rules: tuple[str, ...]
    outcome: str


def mutants() -> list[Victim]:
    """Return the mutants of the packaged mock, as its command line lists them."""
    listed = subprocess.run([sys.executable, "-m", "mockserver", "mutants", "--json"], check=True, capture_output=True)
    return [Victim(row["id"], tuple(row["breaks"])) for row in json.loads(listed.stdout)]


def matching(pattern: str) -> list[Victim]:
    """Return the mutants whose name, or whose rule, matches."""
    return [found for found in mutants() if any(fnmatch(name, pattern) for name in (found.id, *found.breaks))]


def run(victims: Sequence[Victim], jobs: int, seed: int, examples: int) -> Iterator[Kill]:
    """Yield what became of each mutant, in the order in which that is known."""
    with ProcessPoolExecutor(jobs) as pool:
        tries = [pool.submit(_try, victim, seed, examples) for victim in victims]
        try:
            for attempt in as_completed(tries):
                yield attempt.result()
        finally:
            pool.shutdown(cancel_futures=True)


def as_json(kills: Iterable[Kill]) -> dict[str, Any]:
    """Return the kill report."""
    found = sorted(kills, key=lambda kill: kill.id)
    totals = {name: sum(kill.outcome == name for kill in found) for name in (KILLED, SURVIVED, BY_OTHER, ERROR)}
    return {"totals": totals, "mutants": [asdict(kill) for kill in found]}


def _try(victim: Victim, seed: int, examples: int) -> Kill:
    """Run the checks of the rules the mutant names; where they see nothing, those of its whole family."""
    failed, verdicts = _failed(victim, victim.breaks, seed, examples)
    if failed:
        return Kill(victim.id, victim.breaks, failed, KILLED)
    if Verdict.ERROR in verdicts or Verdict.PASS not in verdicts:
        return Kill(victim.id, victim.breaks, (), ERROR)
    family = _family(victim.breaks[0])
    failed, _ = _failed(victim, family, seed, examples)
    return Kill(victim.id, victim.breaks, failed, BY_OTHER if failed else SURVIVED)


def _failed(victim: Victim, rules: Sequence[str], seed: int, examples: int) -> tuple[tuple[str, ...], set[Verdict]]:
    lines = runner.run_here(
        Plan(rules=tuple(rules), mutants=(victim.id,), seed=seed, examples=examples, fail_fast=True, shrink=False)
    )
    known = catalogue.load().rules
    outcomes = runner.fold(lines, [known[rule] for rule in rules])
    failed = tuple(outcome.rule.id for outcome in outcomes if outcome.verdict is Verdict.FAIL)
    return failed, {outcome.verdict for outcome in outcomes}


def _family(rule_id: str) -> list[str]:
    found = catalogue.load()
    return [rule.id for rule in found.testable() if rule.family == found.rules[rule_id].family]
