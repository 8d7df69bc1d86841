"""The report on a terminal: a matrix with a sign for each rule, each failure once, and the headline."""

import textwrap
from itertools import groupby
from typing import TextIO

from contract_tests.outcomes import Outcome
from contract_tests.report.journal import Report, curl
from contract_tests.report.summary import headline, parameters, remarks
from contract_tests.verdicts import Verdict

_SIGNS = {
    Verdict.PASS: (".", "32"),
    Verdict.FAIL: ("F", "31;1"),
    Verdict.ERROR: ("E", "35;1"),
    Verdict.DISABLED: ("-", "33"),
    Verdict.UNTESTED: ("?", "33"),
}
_WIDTH_COLUMNS = 100
_MAX_CALLS_SHOWN = 6


def render(report: Report, stream: TextIO) -> None:
    """Write the whole report."""
    colour = stream.isatty()
    stream.write(f"{parameters(report.run)}\n\n")
    for family, outcomes in groupby(report.outcomes, key=lambda outcome: outcome.rule.family):
        _family(family, list(outcomes), stream, colour=colour)
    for outcome in report.outcomes:
        if outcome.failure:
            _failure(outcome, stream, colour=colour)
    stream.write("\n")
    for remark in remarks(report):
        stream.write(f"{textwrap.fill(remark, _WIDTH_COLUMNS)}\n")
    stream.write(f"{headline(report)}\n")


def _family(family: str, outcomes: list[Outcome], stream: TextIO, *, colour: bool) -> None:
    signs = [_paint(*_SIGNS[outcome.verdict], colour=colour) for outcome in outcomes]
    passed = sum(outcome.verdict is Verdict.PASS for outcome in outcomes)
    stream.write(f"{family} ({passed}/{len(outcomes)})\n")
    for start in range(0, len(signs), _WIDTH_COLUMNS):
        stream.write(f"  {''.join(signs[start : start + _WIDTH_COLUMNS])}\n")


def _failure(outcome: Outcome, stream: TextIO, *, colour: bool) -> None:
    rule, failure = outcome.rule, outcome.failure or {}
    sign = _paint(f"{rule.id} {outcome.verdict.value.upper()}", _SIGNS[outcome.verdict][1], colour=colour)
    stream.write(f"\n{sign}  {rule.says}\n  source    {rule.source} ({rule.strength})\n")
    for name in ("expected", "actual", "example", "test"):
        if failure.get(name):
            text = textwrap.fill(str(failure[name]), _WIDTH_COLUMNS, subsequent_indent=" " * 12)
            stream.write(f"  {name:<10}{text}\n")
    calls = curl(failure["exchanges"])
    if len(calls) > _MAX_CALLS_SHOWN:
        stream.write(f"  {len(calls) - _MAX_CALLS_SHOWN} earlier calls are in the journal\n")
    for call in calls[-_MAX_CALLS_SHOWN:]:
        stream.write(f"    {call}\n")


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text
