"""From the lines of a journal to the outcome of each rule."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contract_tests.catalogue import Rule
from contract_tests.verdicts import Try, Verdict, by_try, found_by, highest, settled

JSON = dict[str, Any]
_FLAKY = Verdict.FLAKY.value
_FAILED = (Verdict.FAIL, Verdict.FLAKY)


@dataclass(frozen=True)
class Disabled:
    """A check that could not run or reach the target, and the reason."""

    test: str
    reason: str
    not_reached: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a run found of one rule.

    ``expectations_met`` counts over all checks; ``failures`` has the evidence of each check that failed, ``waived``
    that of the failures that a waiver is about; ``held`` names the checks that held to their end.
    """

    rule: Rule
    verdict: Verdict
    expectations_met: int
    failures: tuple[JSON, ...] = ()
    waived: tuple[JSON, ...] = ()
    held: frozenset[str] = frozenset()
    disabled: tuple[Disabled, ...] = ()
    #: The time of its checks, of which each rule that a check names has the same share.
    seconds: float = 0.0
    #: How many of its checks the run has left out, as it samples.
    left_out: int = 0

    @property
    def failure(self) -> JSON | None:
        """The evidence of the first check that failed and is not waived; of the first one if all are."""
        return next((each for each in self.failures if each not in self.waived), next(iter(self.failures), None))

    @property
    def all_waived(self) -> bool:
        """Whether the rule is violated, and every failure is waived."""
        return self.verdict in _FAILED and len(self.waived) == len(self.failures)

    def with_waived(self, waived: Sequence[JSON]) -> "Outcome":
        """Return the outcome when some failures are waived: it is FLAKY if none of the others has repeated."""
        others = [each for each in self.failures if each not in waived]
        flaky = self.verdict is Verdict.FAIL and others and all(each["verdict"] == _FLAKY for each in others)
        return replace(self, waived=tuple(waived), verdict=Verdict.FLAKY if flaky else self.verdict)

    @property
    def partial(self) -> bool:
        """Whether it passed although some of its checks could not run, or not to their end."""
        return self.verdict is Verdict.PASS and bool(self.disabled)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for which checks of the rule could not run, each once."""
        return tuple(sorted({check.reason for check in self.disabled}))


def fold(lines: Iterable[JSON], rules: Sequence[Rule]) -> list[Outcome]:
    """Return the outcome of every rule, in the order given; findings of other rules are ignored."""
    found: dict[str, list[tuple[JSON, JSON]]] = {rule.id: [] for rule in rules}
    sampled: Counter[str] = Counter()
    for line in _settled(lines):
        sampled.update(line["rules"] if line.get("left_out") else ())
        for finding in line["findings"]:
            if finding["rule"] in found:
                found[finding["rule"]].append((finding, line))
    return [replace(_outcome(rule, found[rule.id]), left_out=sampled[rule.id]) for rule in rules]


def _settled(lines: Iterable[JSON]) -> Iterator[JSON]:
    """Yield the lines, of checks that were tried again those that decide, with a finding for each rule."""
    by_check: dict[str, list[JSON]] = {}
    for line in lines:
        by_check.setdefault(line["check"], []).append(line)
    for found in by_check.values():
        tried_again = any(line.get("try", 1) > 1 for line in found)
        yield from _of_tries(found) if tried_again else found


def _of_tries(lines: Sequence[JSON]) -> Iterator[JSON]:
    """Yield the tries of one check; of each rule that with its verdict and the fewest steps has the findings."""
    tries: list[Try] = [
        found_by((finding["rule"], Verdict(finding["verdict"])) for finding in line["findings"]) for line in lines
    ]
    kept: list[list[JSON]] = [[] for _ in lines]
    for rule in dict.fromkeys(rule for found in tries for rule in found):
        verdicts = by_try(rule, tries)
        verdict = settled(verdicts)
        wanted = Verdict.FAIL if verdict is Verdict.FLAKY else verdict
        places = [place for place, found in enumerate(tries) if found.get(rule) is wanted] or [0]
        place = min(places, key=lambda place: len((lines[place].get("replay") or {}).get("steps", ())))
        changed = {"verdict": verdict.value, "tries": [each.value for each in verdicts]}
        found = [finding for finding in lines[place]["findings"] if finding["rule"] == rule]
        kept[place] += [finding | changed for finding in found] if verdict in _FAILED else found
    yield from ({**line, "findings": findings} for line, findings in zip(lines, kept, strict=True))


def left_out(lines: Iterable[JSON]) -> int:
    """Return how many checks a run has left out, as it samples."""
    return sum(bool(line.get("left_out")) for line in lines)


def held_alone(lines: Iterable[JSON]) -> list[JSON]:
    """Return the failures that were there while checks ran beside each other, and not when their check ran alone."""
    names = ("rule", "expected", "actual")
    return [
        {"check": line["check"], **{name: finding[name] for name in names}}
        for line in lines
        for finding in line.get("failed_beside_others", ())
    ]


def _outcome(rule: Rule, found: Sequence[tuple[JSON, JSON]]) -> Outcome:
    """Return the outcome of a rule from its findings, each with the line of its check."""
    verdict = highest(Verdict(finding["verdict"]) for finding, _ in found)
    shown = {Verdict.FAIL: (verdict.value, _FLAKY), Verdict.FLAKY: (_FLAKY,), Verdict.ERROR: (verdict.value,)}
    failures = [_failure(*each) for kind in shown.get(verdict, ()) for each in found if each[0]["verdict"] == kind]
    verdicts: dict[str, set[str]] = {}
    for finding, line in found:
        verdicts.setdefault(line["check"], set()).add(finding["verdict"])
    held = frozenset(check for check, seen in verdicts.items() if seen == {Verdict.PASS.value})
    disabled = tuple(
        Disabled(line["check"], finding["actual"], finding["verdict"] == Verdict.NOT_REACHED.value)
        for finding, line in found
        if finding["verdict"] in (Verdict.DISABLED.value, Verdict.NOT_REACHED.value)
    )
    met = sum(finding["met"] for finding, _ in found)
    times = {line["check"]: line.get("seconds", 0.0) / len(line["rules"]) for _, line in found}
    seconds = sum(times.values())
    return Outcome(rule, verdict, met, tuple(failures), held=held, disabled=disabled, seconds=seconds)


def _failure(finding: JSON, line: JSON) -> JSON:
    return {
        "expected": finding["expected"],
        "actual": finding["actual"],
        "verdict": finding["verdict"],
        "tries": finding.get("tries", []),
        "test": line["check"],
        "example": line["example"],
        "exchanges": line["exchanges"],
        "replay": line.get("replay"),
        "snippet": line.get("snippet", ()),
    }
