"""Checks that are tried again: the same seed in a fresh world, at first the smallest example alone if there is one.

A failure decides when it repeats. Kill runs and dry runs try nothing again: a mutant is noticed by the first failure.
"""

import ast
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest

from contract_tests.expectations import Finding
from contract_tests.plan import Plan
from contract_tests.verdicts import Try, Verdict, found_by, undecided

#: How many checks a process tries again; where more fail, the target is not unsteady.
_MAX_CHECKS = 50
#: How Hypothesis says which example failed.
_BLOB = re.compile(r"@reproduce_failure\(('[^']+'), (b'[^']+')\)")


class Tries:
    """What each try of the checks that failed has found, in one process."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._found: dict[str, list[Try]] = {}
        self._examples: dict[str, tuple[str, bytes]] = {}

    def number(self, item: pytest.Item) -> int:
        """Return the number of the try of a check that runs now, from 1."""
        return len(self._found.get(item.nodeid, ())) + 1

    def add(self, item: pytest.Item, findings: Sequence[Finding], problem: BaseException | None) -> bool:
        """Note what a check has found and by which exception; return whether it is to be tried again."""
        found = found_by((finding.rule, finding.verdict) for finding in findings)
        if self._plan.mutants or (item.nodeid not in self._found and Verdict.FAIL not in found.values()):
            return False
        tries = self._found.setdefault(item.nodeid, [])
        tries.append(found)
        if example := _BLOB.search("\n".join(getattr(problem, "__notes__", []))):
            self._examples[item.nodeid] = ast.literal_eval(example[1]), ast.literal_eval(example[2])
        return self._allowed(item) and undecided(tries)

    @contextmanager
    def example_of(self, item: Any) -> Iterator[None]:
        """Let a check try only the example with which it failed before, if there is one, until the block ends.

        The try after that takes all examples again.
        """
        function = getattr(item, "obj", None)
        example = self._examples.pop(item.nodeid, None) if hasattr(function, "hypothesis") else None
        if example is None or not function:
            yield
            return
        hypothesis.reproduce_failure(*example)(function)
        try:
            yield
        finally:
            function._hypothesis_internal_use_reproduce_failure = None

    def _allowed(self, item: pytest.Item) -> bool:
        plan = self._plan
        if plan.dry_run or len(self._found) > _MAX_CHECKS:
            return False
        waits = plan.target is not None and item.get_closest_marker("expiry") is not None
        return not waits and (plan.ends_at is None or time.time() < plan.ends_at)
