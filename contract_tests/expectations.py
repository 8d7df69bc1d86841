"""How a check states what a rule demands, and what it found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contract_tests.actors import Answer
from contract_tests.verdicts import Verdict, Violation

MAX_LIMIT = 100
#: The rules that name a limit, by the path of a list.
_LIMIT_RULES = {
    "/api/v1/events": {1: "EV-27", MAX_LIMIT: "EV-28"},
    "/api/v1/alerts": dict.fromkeys(range(1, MAX_LIMIT + 1), "AL-14"),
    "/api/v1/cameras": dict.fromkeys(range(1, MAX_LIMIT + 1), "CAM-09"),
    "/api/v1/users": dict.fromkeys(range(1, MAX_LIMIT + 1), "USR-02"),
}


@dataclass
class Finding:
    """What one check found of one rule; ``met`` counts the expectations that held."""

    rule: str
    verdict: Verdict
    met: int = 0
    expected: str | None = None
    actual: str | None = None


@dataclass
class Expect:
    """A check's expectations for the rules that it names: those that hold are counted, the first that fails ends it."""

    rules: tuple[str, ...]
    #: Further rules that the check names, which do not apply to the target.
    inapplicable: frozenset[str] = frozenset()
    findings: dict[str, Finding] = field(default_factory=dict)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print the name alone where Hypothesis prints an example."""
        printer.text("expect")

    def __call__(self, rule: str, holds: object, expected: str, actual: Any = "") -> None:
        """State that a rule holds here. Raises Violation if it does not, LookupError for a rule not marked."""
        if rule in self.inapplicable:
            return
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
        """Record a violation, which ends the check.

        One without a rule is of those rules that have not held yet, or of all. One of a single rule, be it among those
        of the check or not, leaves the others that have not held yet unchecked.
        """
        undecided = [rule for rule in self.rules if rule not in self.findings]
        violated: Iterable[str] = [violation.rule] if violation.rule else undecided or self.rules
        for rule in undecided:
            reason = f"not reached, as {violation.rule} was violated before"
            self.findings[rule] = Finding(rule, Verdict.DISABLED, actual=reason)
        for rule in violated:
            self.findings[rule] = Finding(rule, Verdict.FAIL, 0, violation.expected, violation.actual)

    def cut_short(self, reason: str, verdict: Verdict = Verdict.DISABLED) -> list[Finding]:
        """Return what was found when a later step is unavailable: what held, and that none of the rules is complete."""
        missing = [Finding(rule, verdict, actual=reason) for rule in self.rules]
        return [*self.findings.values(), *missing]


def require_limit(path: str, limit: int | None, answer: Answer) -> None:
    """Raise Violation, of the rule that names the limit if there is one, when an answer refuses a limit in range."""
    if limit is None or not 1 <= limit <= MAX_LIMIT or not answer.is_(400):
        return
    if "limit" in answer.field_errors:
        raise Violation(_LIMIT_RULES.get(path, {}).get(limit, ""), f"200 for limit={limit}", answer)
