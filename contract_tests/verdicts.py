"""The verdicts on a rule, and the exceptions by which a check reaches one."""

from collections.abc import Iterable
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What a run found of a rule, from low to high; a rule takes the highest verdict of its checks.

    UNTESTED: no check stated it. DISABLED: the target lacks what the check needs. NOT_REACHED: the network between
    suite and target failed. PASS: it held. FAIL: the target broke it. ERROR: the suite itself failed.
    """

    UNTESTED = "untested"
    DISABLED = "disabled"
    NOT_REACHED = "not_reached"
    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


def highest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the highest of the verdicts, UNTESTED when there are none."""
    return max(verdicts, key=_RANKS.__getitem__, default=Verdict.UNTESTED)


class Violation(AssertionError):
    """The target broke a rule: what was expected, and what it did instead; ``rule`` is "" if no rule is named."""

    def __init__(self, rule: str, expected: str, actual: Any) -> None:
        super().__init__(f"{rule}: expected {expected}; got {actual}")
        self.rule = rule
        self.expected = expected
        self.actual = str(actual)


class Unavailable(Exception):
    """The target cannot provide what a check needs: its rules are DISABLED, not failed."""


class CodesTaken(Unavailable):
    """Others may have the pairing codes of an org that the run has not; ``answer`` is the refusal of one more."""

    def __init__(self, answer: Any) -> None:
        super().__init__("all pairing codes of the org are taken")
        self.answer = answer


class LeftOut(Exception):
    """A run that samples does not need the check."""


class NotServed(Unavailable):
    """The target does not have an operation that only other pages than the endpoint pages name."""
