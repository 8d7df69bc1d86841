"""What is known of a rule's mutants: which of them the last kill runs killed, at home and as on a staging target."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from contract_tests.catalogue import Rule
from contract_tests.mutation import kill
from contract_tests.plan import Mutant

#: Written by ``python -m benchmarks.kill_rates``.
RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "kill_status.csv"
_KILLED = "killed"


class KillStatus:
    """The mutants that there are, and what became of each when the kill rates were measured."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        with RESULTS.open(encoding="utf-8", newline="") as lines:
            self._found = {row["mutant"]: row for row in csv.DictReader(lines)}
        self._of_rule = _by_rule(mutants)
        self._staging = _by_rule(kill.of_stated_rules(mutants))

    def mutants(self, rule: Rule) -> Sequence[str]:
        """Return the ids of the mutants that break a rule."""
        return self._of_rule[rule.id]

    def at_home(self, rule: Rule) -> str:
        """Say how many of them a run on the mock kills."""
        return self._said(self._of_rule[rule.id], "home")

    def abroad(self, rule: Rule) -> str:
        """Say how many of them a run on a target like a user's kills, and why it does not kill the others."""
        return self._said(self._staging[rule.id], "staging")

    def counts(self, rules: Iterable[Rule]) -> tuple[str, str]:
        """Return how many of the mutants of these rules are killed at home and abroad, each counted once."""
        ids = [rule.id for rule in rules]
        home, staging = ({mutant for rule in ids for mutant in known[rule]} for known in (self._of_rule, self._staging))
        return self._share(home, "home"), self._share(staging, "staging")

    def _share(self, mutants: Iterable[str], place: str) -> str:
        measured = [outcome for name in mutants if (outcome := self._outcome(name, place))]
        return f"{measured.count(_KILLED)} of {len(measured)}" if measured else ""

    def _said(self, mutants: Sequence[str], place: str) -> str:
        parts = [self._share(mutants, place)]
        for name in mutants:
            outcome = self._outcome(name, place)
            if outcome and outcome != _KILLED:
                parts.append(f"`{name}`: {outcome.replace('_', ' ')} ({self._found[name]['why']})")
        if newer := [name for name in mutants if not self._outcome(name, place)]:
            parts.append(f"{len(newer)} of them are newer than the figures")
        return "; ".join(filter(None, parts))

    def _outcome(self, name: str, place: str) -> str:
        return self._found.get(name, {}).get(place, "")


def _by_rule(mutants: Iterable[Mutant]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for mutant in mutants:
        for rule in mutant.breaks:
            found[rule].append(mutant.id)
    return found
