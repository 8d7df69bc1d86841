"""Which checks a run leaves out that samples: those of rules that do not decide, once enough others have checked them.

The checks of rules that decide come first, the others in an order that the seed of the run chooses.
"""

import hashlib
import mmap
from collections.abc import Callable, Iterable, Sequence

import pytest

from contract_tests.expectations import Finding
from contract_tests.plan import Plan
from contract_tests.verdicts import Verdict

_MAX_COUNT = 255
RulesOf = Callable[[pytest.Item], Sequence[str]]


class Sampling:
    """Counts how many checks have decided each rule, in this process and those that are forked from it later."""

    def __init__(self, plan: Plan, rules_of: RulesOf) -> None:
        self._plan, self._rules_of = plan, rules_of
        self._counts = mmap.mmap(-1, len(plan.rules) or 1)
        self._places = {rule: place for place, rule in enumerate(plan.rules)}

    def in_order(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Return the checks in the order in which they are to run."""
        return items if self._plan.checks_per_rule is None else sorted(items, key=self._rank)

    def leaves_out(self, item: pytest.Item) -> bool:
        """Whether no rule of a check decides or needs it any more."""
        enough = self._plan.checks_per_rule
        if enough is None or self._decides(item):
            return False
        return all(self._counts[self._places[rule]] >= enough for rule in self._rules_of(item) if rule in self._places)

    def count(self, findings: Iterable[Finding]) -> None:
        """Count the rules that a check has decided."""
        for rule in {found.rule for found in findings if found.verdict in (Verdict.PASS, Verdict.FAIL)}:
            if (place := self._places.get(rule)) is not None:
                self._counts[place] = min(self._counts[place] + 1, _MAX_COUNT)

    def _decides(self, item: pytest.Item) -> bool:
        return not set(self._rules_of(item)).isdisjoint(self._plan.deciding)

    def _rank(self, item: pytest.Item) -> tuple[bool, str]:
        if self._decides(item):
            return False, ""
        return True, hashlib.sha256(f"{self._plan.seed} {item.nodeid}".encode()).hexdigest()
