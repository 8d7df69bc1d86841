"""What is known of a rule after a run, and how single findings add up to it."""

from collections.abc import Iterable
from enum import Enum
from typing import Any


class Verdict(Enum):
    """The ladder: a rule takes the highest step that any of its checks reached.

    UNTESTED: no check came to the point. DISABLED: the target lacks what the check needs. PASS: it held.
    FAIL: the target broke it. ERROR: the suite itself failed.
    """

    UNTESTED = "untested"
    DISABLED = "disabled"
    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"


_STEPS = {verdict: step for step, verdict in enumerate(Verdict)}


def highest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the highest of the verdicts, UNTESTED when there are none."""
    return max(verdicts, key=_STEPS.__getitem__, default=Verdict.UNTESTED)


class Violation(AssertionError):
    """The target broke a rule: what was expected of it, what it did instead."""

    def __init__(self, rule: str, expected: str, actual: Any) -> None:
        super().__init__(f"{rule}: expected {expected}; got {actual}")
        self.rule = rule
        self.expected = expected
        self.actual = str(actual)


class Unavailable(Exception):
    """The target cannot give what a check needs; its rules are disabled, not failed."""
