"""The kill run: every mutant of the packaged mock, or of the installed SDK, against the checks of the rules it breaks.

A check is worth what it notices: a mutant is killed when a rule that it names fails, survives when none does.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from contract_tests import catalogue, runner
from contract_tests.actors import TargetTrouble
from contract_tests.jsonl import Tail
from contract_tests.mutation import activation
from contract_tests.mutation.worker import BY_OTHER, ERROR, KILLED, KILLS, SURVIVED
from contract_tests.runner import Plan


@dataclass(frozen=True)
class Victim:
    """A mutant: its name, and the rules it must break."""

    id: str
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class Kill:
    """What became of a mutant; ``failed_rules`` are the rules whose checks noticed."""

    id: str
    breaks: Sequence[str]
    failed_rules: Sequence[str]
    outcome: str


def mutants() -> list[Victim]:
    """Return the mutants of the packaged mock, as its command line lists them."""
    listed = subprocess.run([sys.executable, "-m", "mockserver", "mutants", "--json"], check=True, capture_output=True)
    return [Victim(row["id"], tuple(row["breaks"])) for row in json.loads(listed.stdout)]


def mutants_of_sdk(path: Path) -> list[Victim]:
    """Return the mutants of the installed SDK that are in a file or folder. Raises LawError."""
    return [Victim(name, activation.broken(name)) for name in activation.read(path)]


def matching(pattern: str, known: Iterable[Victim]) -> list[Victim]:
    """Return the mutants whose name, or whose rule, matches."""
    return [found for found in known if any(fnmatch(name, pattern) for name in (found.id, *found.breaks))]


def run(victims: Sequence[Victim], jobs: int, seed: int, examples: int, path: Path | None = None) -> Iterator[Kill]:
    """Yield what became of each mutant, in the order in which that is known. Raises TargetTrouble.

    With a path they are the mutants of the SDK that are there.
    """
    listed = tuple((victim.id, victim.breaks) for victim in victims)
    plan = Plan(rules=_rules(victims), victims=listed, seed=seed, examples=examples, shrink=False)
    if path:
        plan = replace(plan, sdk=True, laws=str(path.resolve()))
    with tempfile.TemporaryDirectory(prefix="novavms-") as name:
        for lines in _told(plan, Path(name), jobs):
            yield from (Kill(**line) for line in lines)


def as_json(kills: Iterable[Kill]) -> dict[str, Any]:
    """Return the kill report."""
    found = sorted(kills, key=lambda kill: kill.id)
    totals = {name: sum(kill.outcome == name for kill in found) for name in (KILLED, SURVIVED, BY_OTHER, ERROR)}
    return {"totals": totals, "mutants": [asdict(kill) for kill in found]}


def _rules(victims: Iterable[Victim]) -> tuple[str, ...]:
    """Return all rules of the families in which the mutants are: where the named ones see nothing, others may."""
    known = catalogue.load()
    broken = {(known.rules[rule].family, known.rules[rule].of_sdk) for victim in victims for rule in victim.breaks}
    found = [rule.id for family, sdk in broken for rule in known.testable(sdk=sdk) if rule.family == family]
    return tuple(sorted(found))


def _told(plan: Plan, folder: Path, jobs: int) -> Iterator[list[dict[str, Any]]]:
    """Yield what has become known, again and again, until every mutant was tried; raises TargetTrouble.

    A process that has lost its mock ends, and another one goes on.
    """
    kills = Tail(folder, KILLS)
    with runner.started() as processes:
        while True:
            over = [process.poll() is not None for process in processes]
            yield kills.lines()
            waiting = len(plan.victims) - len(list(folder.glob("*.claimed")))
            if all(over) and not waiting:
                return
            if broken := runner.breakdown(processes, folder):
                raise TargetTrouble(f"a process of the kill run broke down: {broken}")
            for _ in range(min(waiting, jobs - over.count(False))):
                shard = (len(processes), jobs)
                processes.append(runner.start(replace(plan, shard=shard), folder, "contract_tests.mutation.worker"))
            time.sleep(runner.TICK)
