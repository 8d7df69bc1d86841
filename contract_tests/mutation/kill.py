"""The kill run: every mutant of the packaged mock, or of the installed SDK, against the checks of the rules it breaks.

A mutant is killed when a rule that it names fails, and survives when no rule does. Every check that kills one is known
to be able to fail.
"""

import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from contract_tests import catalogue, runner
from contract_tests.actors import TargetError
from contract_tests.jsonl import JsonlReader
from contract_tests.mutation import activation, generated, mutant_table
from contract_tests.mutation.generated import Generated
from contract_tests.mutation.mutant_table import rules_broken_by
from contract_tests.mutation.results import CLAIM_SUFFIX, ERROR, KILLED, KILLED_BY_OTHER, KILLS_FILE, SURVIVED
from contract_tests.plan import Driver, Mutant, Plan
from contract_tests.processes import child_process
from contract_tests.runner import WorkerProcess

#: The families of the rules on which a run without a control plane is measured.
_STAGING = ("Events", "Alerts", "Alert rules", "Gateways")


@dataclass(frozen=True)
class Kill:
    """What became of a mutant; ``failed_rules`` are the rules whose checks failed.

    ``noticed_by`` are the checks that failed, ``failures`` what they found of the rules that it breaks. If no rule that
    it breaks failed, ``passed_rules`` are those that passed, all their checks to the end, and ``reasons`` say why
    checks of the others could not run.
    """

    id: str
    breaks: Sequence[str]
    failed_rules: Sequence[str]
    outcome: str
    passed_rules: Sequence[str] = ()
    reasons: Sequence[str] = ()
    noticed_by: Sequence[str] = ()
    failures: Sequence[Mapping[str, str]] = ()


def mock_mutants() -> list[Mutant]:
    """Return the mutants of the packaged mock, as its command line lists them."""
    return [Mutant(row["id"], tuple(row["breaks"])) for row in _listed()]


def generated_mutants() -> Generated:
    """Return the generated mutants of the packaged mock, as its command line lists them."""
    return generated.of(_listed("--generated"))


def table_mutants(path: Path) -> list[Mutant]:
    """Return the mutants of a table for a driver. Raises TableError, ConfigError."""
    return [Mutant(mutant_id, rules_broken_by(mutant_id)) for mutant_id in mutant_table.load(path)]


def sdk_mutants(path: Path, *, generated: bool = False) -> list[Mutant]:
    """Return the mutants of the installed SDK that a file or package defines, or generates. Raises MutantError."""
    return [
        Mutant(mutant_id, rules_broken_by(mutant_id), activation.operator_of(mutant_id) * generated)
        for mutant_id in activation.load(path, generated=generated)
    ]


def matching(globs: Sequence[str], mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return the mutants whose id matches one of the globs, or that break a rule whose id does; all without globs."""
    names = ((mutant, name) for mutant in mutants for name in (mutant.id, *mutant.breaks))
    return list(dict.fromkeys(mutant for mutant, name in names if any(fnmatch(name, each) for each in globs or "*")))


def of_stated_rules(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return the mutants that a run on a target without a control plane can be asked to notice.

    They break rules that decide there, and count for those alone: rules of strength ``stated`` on events, alerts, alert
    rules and gateways.
    """
    rules = {rule.id for rule in catalogue.load().testable() if rule.strength == "stated" and rule.family in _STAGING}
    decided = (Mutant(mutant.id, tuple(rule for rule in mutant.breaks if rule in rules)) for mutant in mutants)
    return [mutant for mutant in decided if mutant.breaks]


def run(
    mutants: Sequence[Mutant],
    jobs: int,
    seed: int,
    examples: int,
    path: Path | None = None,
    *,
    without_control: bool = False,
    all_killers: bool = False,
    shrink: bool = False,
    driver: Driver | None = None,
) -> Iterator[Kill]:
    """Yield what became of each mutant, as soon as it is known. Raises TargetError.

    With a path, the mutants are those of the SDK that are defined there, with a driver those of the SDK that it calls;
    the other options are those of a plan.
    """
    rules = _rules(mutants, all_strengths=not without_control)
    plan = Plan(rules, mutants=tuple(mutants), seed=seed, examples=examples, shrink=shrink, all_killers=all_killers)
    if path:
        plan = replace(plan, sdk=True, sdk_mutants=path.resolve(), driver=driver)
    with tempfile.TemporaryDirectory(prefix="novavms-") as name:
        if without_control:
            plan = replace(plan, without_control=True, ledger=Path(name, f"{plan.run_id}.jsonl"))
        for lines in _lines(plan, Path(name), jobs):
            yield from (Kill(**line) for line in lines)


def as_json(kills: Iterable[Kill]) -> dict[str, Any]:
    """Return the kill report."""
    found = sorted(kills, key=lambda kill: kill.id)
    outcomes = (KILLED, SURVIVED, KILLED_BY_OTHER, ERROR)
    totals = {outcome: sum(kill.outcome == outcome for kill in found) for outcome in outcomes}
    return {"totals": totals, "mutants": [asdict(kill) for kill in found]}


def _listed(*options: str) -> list[dict[str, Any]]:
    command, variables = child_process.command("mockserver", "mutants", "--json", *options), child_process.environment()
    listed = subprocess.run(command, env=variables, check=True, capture_output=True)
    found: list[dict[str, Any]] = json.loads(listed.stdout)
    return found


def only_killers(kills: Iterable[Kill]) -> dict[str, int]:
    """Return how many mutants each check that notices some is the only one to notice."""
    found: Counter[str] = Counter()
    for kill in kills:
        found.update(dict.fromkeys(kill.noticed_by, 0))
        if len(kill.noticed_by) == 1:
            found[kill.noticed_by[0]] += 1
    return dict(found)


def _rules(mutants: Iterable[Mutant], *, all_strengths: bool) -> tuple[str, ...]:
    """Return the rules of the families that the mutants break, all or those of strength ``stated``.

    If the named rules hold, another one may fail.
    """
    known = catalogue.load()
    named = {rule for mutant in mutants for rule in (*mutant.breaks, *mutant.others)}
    broken = {(known.rules[rule].family, known.rules[rule].of_sdk) for rule in named}
    found = [rule for family, sdk in broken for rule in known.testable(sdk=sdk) if rule.family == family]
    return tuple(sorted(rule.id for rule in found if all_strengths or rule.strength == "stated"))


def _lines(plan: Plan, folder: Path, jobs: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the new lines of the kills file at intervals, until every mutant was tried. Raises TargetError.

    A worker process that has lost its mock ends; another one is started for the mutants that are left.
    """
    kills = JsonlReader(folder, KILLS_FILE)
    with runner.worker_processes() as workers:
        while True:
            running = sum(worker.running for worker in workers)
            yield kills.lines()
            unclaimed = len(plan.mutants) - len(list(folder.glob(f"*{CLAIM_SUFFIX}")))
            if not running and not unclaimed:
                return
            if crash := runner.first_crash(workers):
                raise TargetError(f"a worker process of the kill run crashed: {crash}")
            for _ in range(min(unclaimed, jobs - running)):
                worker_plan = plan.for_worker(len(workers), jobs, folder)
                workers.append(WorkerProcess.start(worker_plan, "contract_tests.mutation.worker"))
            time.sleep(runner.POLL_INTERVAL_SECONDS)
