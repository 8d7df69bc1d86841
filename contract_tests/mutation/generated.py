"""The generated mutants of the packaged mock: which rules may notice each, and which are tried in a sample."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from contract_tests import catalogue
from contract_tests.plan import Mutant


@dataclass(frozen=True)
class Generated:
    """The generated mutants: those that break a documented sentence, and the others by id with the reason."""

    mutants: Sequence[Mutant]
    undocumented: Mapping[str, str]


def of(listed: Iterable[Mapping[str, Any]]) -> Generated:
    """Return the mutants that ``novavms-mock mutants --generated --json`` has listed."""
    rules = [rule for rule in catalogue.load().testable() if rule.strength != "assumed"]
    reasons = catalogue.uncovered()
    mutants, undocumented = [], {}
    for row in listed:
        reason = next((reason for glob, reason in reasons.items() if fnmatchcase(row["id"], glob)), None)
        if reason or not row["breaks"]:
            undocumented[row["id"]] = reason or "no documented rule names the operation and the field"
            continue
        breaks = tuple(row["breaks"])
        others = tuple(rule.id for rule in rules if row["operation"] in rule.operations and rule.id not in breaks)
        mutants.append(Mutant(row["id"], breaks, row["kind"], others))
    return Generated(mutants, undocumented)


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return that many mutants, of each operator as large a share as of all, and at least one."""
    source = random.Random(seed)
    totals = Counter(mutant.kind for mutant in mutants)
    wanted = {kind: max(1, count * total // len(mutants)) for kind, total in totals.items()}
    chosen: list[Mutant] = []
    for mutant in source.sample(mutants, len(mutants)):
        if wanted[mutant.kind]:
            wanted[mutant.kind] -= 1
            chosen.append(mutant)
    return sorted(chosen, key=lambda mutant: mutant.id)


def by_operator(mutants: Iterable[Mutant], outcomes: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Return how many mutants of each operator were tried, and how many had each outcome, by the id of the mutant."""
    found: dict[str, Counter[str]] = {}
    for mutant in sorted(mutants, key=lambda mutant: mutant.kind):
        if mutant.id in outcomes:
            found.setdefault(mutant.kind, Counter())[outcomes[mutant.id]] += 1
    return {kind: {"tried": counts.total(), **counts} for kind, counts in found.items()}
