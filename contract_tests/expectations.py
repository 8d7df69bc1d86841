"""How a check states what a rule demands, and what becomes of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contract_tests.verdicts import Verdict, Violation


@dataclass
class Finding:
    """What one check found of one rule."""

    rule: str
    verdict: Verdict
    met: int = 0
    expected: str | None = None
    actual: str | None = None


@dataclass
class Expect:
    """Given to a check for the rules it names; every statement that holds is counted, the first that fails ends it."""

    rules: tuple[str, ...]
    findings: dict[str, Finding] = field(default_factory=dict)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Keep Hypothesis from telling all that was found when it tells an example."""
        printer.text("expect")

    def __call__(self, rule: str, holds: object, expected: str, actual: Any = "") -> None:
        """State that a rule holds here. Raises Violation if it does not."""
        if rule not in self.rules:
            raise LookupError(f"the check does not name {rule} among its rules")
        if not holds:
            raise Violation(rule, expected, actual)
        finding = self.findings.setdefault(rule, Finding(rule, Verdict.PASS))
        finding.met += 1

    def equal(self, rule: str, actual: Any, expected: Any, what: str) -> None:
        """State that something has a value. Raises Violation."""
        self(rule, actual == expected, f"{what} {expected!r}", repr(actual))

    def fail(self, violation: Violation) -> None:
        """Record what was violated; what is in nobody's name goes to every rule that has not held yet, if any."""
        silent = [rule for rule in self.rules if rule not in self.findings]
        blamed: Iterable[str] = [violation.rule] if violation.rule else silent or self.rules
        for rule in blamed:
            self.findings[rule] = Finding(rule, Verdict.FAIL, 0, violation.expected, violation.actual)
