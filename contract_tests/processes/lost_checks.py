"""Checks that a run planned and no worker process reported: never silent.

Each is an error of the suite, unless the target stopped answering before its turn.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests import catalogue
from contract_tests.verdicts import Verdict

JSON = dict[str, Any]
_MARKER = re.compile(r"mark\.rules\(([^)]*)\)")
_RULE = re.compile(r'"([A-Z]+-\d+)"')


@dataclass(frozen=True)
class Collected:
    """What one worker process found when it collected the checks."""

    #: How many checks of each family it runs itself.
    families: Mapping[str, int]
    #: All checks of the run, those of other processes too, each with those of its rules that were asked for.
    rules_by_check: Mapping[str, tuple[str, ...]]
    #: The rules that checks name, also those that this run leaves out.
    rules: frozenset[str]


def named(file: Path) -> set[str]:
    """Return the rules that a file names anywhere."""
    return {*_RULE.findall(file.read_text(encoding="utf-8"))}


def marked(files: Iterable[Path]) -> set[str]:
    """Return the rules that markers in these files name."""
    texts = (file.read_text(encoding="utf-8") for file in files)
    return {rule for text in texts for marker in _MARKER.findall(text) for rule in _RULE.findall(marker)}


def not_reached(collected: Sequence[Collected], lines: Iterable[JSON], outage: str) -> list[JSON]:
    """Return a line of the journal for each check whose turn had not come when the target stopped answering."""
    finding = {"verdict": Verdict.NOT_REACHED.value, "met": 0, "expected": None, "actual": outage}
    return [_line(check, rules, finding) for check, rules in _unreported(collected, lines).items()]


def errors(planned: Iterable[str], collected: Sequence[Collected], lines: Iterable[JSON]) -> list[JSON]:
    """Return a line of the journal for each check that is missing among the lines of a run.

    ``planned`` are the rules asked for that have a check; those without any collected check are errors too.
    """
    found = {rule for each in collected for rule in each.rules}
    missing = [(check, rules, "not reported") for check, rules in _unreported(collected, lines).items()]
    missing += [("", (rule,), "not collected") for rule in sorted({*planned} - found)]
    finding = {"verdict": Verdict.ERROR.value, "met": 0, "expected": "a report of every check"}
    texts = [(check, rules, f"{check or 'its check'} was planned and {what}") for check, rules, what in missing]
    return [_line(check, rules, finding | {"actual": text}) for check, rules, text in texts]


def _unreported(collected: Sequence[Collected], lines: Iterable[JSON]) -> dict[str, tuple[str, ...]]:
    """Return the rules of the checks that no line reports, by check."""
    reported = {line["check"] for line in lines}
    planned = {check: rules for each in collected for check, rules in each.rules_by_check.items()}
    return {check: rules for check, rules in planned.items() if check not in reported}


def _line(check: str, rules: Sequence[str], finding: JSON) -> JSON:
    return {
        "check": check,
        "family": catalogue.load().rules[rules[0]].family,
        "rules": list(rules),
        "findings": [{"rule": rule, **finding} for rule in rules],
        "example": None,
        "exchanges": [],
        "calls": 0,
        "seconds": 0.0,
    }
