"""The report for people at a terminal: the headline, the matrix, each failure once."""

import textwrap
from collections.abc import Mapping
from itertools import groupby
from typing import Any, TextIO

from contract_tests.report.journal import Report, curl
from contract_tests.runner import Outcome
from contract_tests.verdicts import Verdict

_SIGNS = {
    Verdict.PASS: (".", "32"),
    Verdict.FAIL: ("F", "31;1"),
    Verdict.ERROR: ("E", "35;1"),
    Verdict.DISABLED: ("-", "33"),
    Verdict.UNTESTED: ("?", "33"),
}
_WIDTH = 100
_CALLS_SHOWN = 6
_REASONS_SHOWN = 4


def headline(report: Report) -> str:
    """Return the one sentence that says how the target stands."""
    totals = report.totals()
    told = ", ".join(f"{count} {name}" for name, count in totals.items() if count)
    if not report.complete:
        return f"INCOMPLETE: the run was stopped; so far {told or 'nothing'}"
    if totals["error"]:
        return f"ERROR: the suite or its connection failed; {told}"
    if totals["fail"]:
        return f"VIOLATED: {told}"
    if missing := report.unverified():
        names = ", ".join(outcome.rule.id for outcome in missing[:12]) + (" …" if missing[12:] else "")
        return f"Not fully verified: {told}; nothing is known of {names}"
    return f"Conforms: {told}"


def circumstances(run: Mapping[str, Any]) -> str:
    """Return what it takes to repeat a run."""
    return f"{run['target']}: profile {run['profile']}, {run['examples']} examples a property, seed {run['seed']}"


def remarks(report: Report) -> list[str]:
    """Return what the verdicts do not show: checks that could not run, decisions that were left out."""
    found, reasons = [], report.disabled()
    if reasons:
        told = [f"{reason} ({count})" for reason, count in reasons.most_common(_REASONS_SHOWN)]
        told += ["…"] if len(reasons) > _REASONS_SHOWN else []
        found.append(f"{_counted(reasons.total(), 'check')} could not run: {'; '.join(told)}")
    if left_out := report.run.get("left_out"):
        decisions = _counted(len(left_out), "decision")
        found.append(f"{decisions} of this project (AS rules) not checked: they bind our own mock alone")
    return found


def render(report: Report, stream: TextIO) -> None:
    """Write the whole report."""
    colour = stream.isatty()
    stream.write(f"{circumstances(report.run)}\n\n")
    for family, outcomes in groupby(report.outcomes, key=lambda outcome: outcome.rule.family):
        _family(family, list(outcomes), stream, colour=colour)
    for outcome in report.outcomes:
        if outcome.failure:
            _failure(outcome, stream, colour=colour)
    stream.write("\n")
    for remark in remarks(report):
        stream.write(f"{textwrap.fill(remark, _WIDTH)}\n")
    stream.write(f"{headline(report)}\n")


def _family(family: str, outcomes: list[Outcome], stream: TextIO, *, colour: bool) -> None:
    signs = [_paint(*_SIGNS[outcome.verdict], colour=colour) for outcome in outcomes]
    passed = sum(outcome.verdict is Verdict.PASS for outcome in outcomes)
    stream.write(f"{family} ({passed}/{len(outcomes)})\n")
    for start in range(0, len(signs), _WIDTH):
        stream.write(f"  {''.join(signs[start : start + _WIDTH])}\n")


def _failure(outcome: Outcome, stream: TextIO, *, colour: bool) -> None:
    rule, failure = outcome.rule, outcome.failure or {}
    sign = _paint(f"{rule.id} {outcome.verdict.value.upper()}", _SIGNS[outcome.verdict][1], colour=colour)
    stream.write(f"\n{sign}  {rule.says}\n  source    {rule.source} ({rule.strength})\n")
    for name in ("expected", "actual", "example", "test"):
        if failure.get(name):
            text = textwrap.fill(str(failure[name]), _WIDTH, subsequent_indent=" " * 12)
            stream.write(f"  {name:<10}{text}\n")
    calls = curl(failure["exchanges"])
    if len(calls) > _CALLS_SHOWN:
        stream.write(f"  {len(calls) - _CALLS_SHOWN} earlier calls are in the journal\n")
    for call in calls[-_CALLS_SHOWN:]:
        stream.write(f"    {call}\n")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text
