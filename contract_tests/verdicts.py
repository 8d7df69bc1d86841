"""The verdicts on a rule, and the exceptions by which a check reaches one."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What a run found of a rule, from low to high; a rule takes the highest verdict of its checks.

    UNTESTED: no check stated it. DISABLED: the target lacks what the check needs. NOT_REACHED: the network between
    suite and target failed. PASS: it held. FLAKY: it failed, and held when tried again. FAIL: the target broke it.
    ERROR: the suite itself failed.
    """

    UNTESTED = "untested"
    DISABLED = "disabled"
    NOT_REACHED = "not_reached"
    PASS = "pass"
    FLAKY = "flaky"
    FAIL = "fail"
    ERROR = "error"


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


def highest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the highest of the verdicts, UNTESTED when there are none."""
    return max(verdicts, key=_RANKS.__getitem__, default=Verdict.UNTESTED)


#: What one try of a check found of each rule. One that ended without a problem has found no other rule violated.
Try = Mapping[str, Verdict]
MAX_TRIES = 3


def found_by(findings: Iterable[tuple[str, Verdict]]) -> Try:
    """Return what a try found, from its findings: of each rule the highest."""
    found: dict[str, Verdict] = {}
    for rule, verdict in findings:
        found[rule] = highest((verdict, found.get(rule, verdict)))
    return found


def by_try(rule: str, tries: Sequence[Try]) -> list[Verdict]:
    """Return what each try of a check found of a rule."""
    return [
        found.get(rule, Verdict.PASS if {*found.values()} == {Verdict.PASS} else Verdict.UNTESTED) for found in tries
    ]


def settled(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of a check on a rule from those of its tries: a failure that does not repeat is FLAKY.

    One stays a failure if no other try reached a verdict. A rule that never failed takes what held, or the first.
    """
    failed, held = verdicts.count(Verdict.FAIL), Verdict.PASS in verdicts
    if failed:
        return Verdict.FLAKY if held and failed == 1 else Verdict.FAIL
    return Verdict.PASS if held else verdicts[0]


def undecided(tries: Sequence[Try]) -> bool:
    """Whether a check is to be tried again, as a rule has failed just once."""
    rules = {rule for found in tries for rule in found}
    return len(tries) < MAX_TRIES and any(by_try(rule, tries).count(Verdict.FAIL) == 1 for rule in rules)


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
