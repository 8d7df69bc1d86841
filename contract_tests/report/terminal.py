"""The report on a terminal: a matrix with a sign for each rule, each failure once, and the headline."""

import io
import shlex
import textwrap
from itertools import groupby
from typing import TextIO

from contract_tests.outcomes import Outcome
from contract_tests.output.texts import shorten, without_commands
from contract_tests.report.conclusion import stopped_at_violation
from contract_tests.report.journal import Report, curl
from contract_tests.report.summary import headline, not_deciding, parameters, remarks, repeating, tries, waiver
from contract_tests.verdicts import Verdict

_SIGNS = {
    Verdict.PASS: (".", "32"),
    Verdict.FLAKY: ("~", "33;1"),
    Verdict.FAIL: ("F", "31;1"),
    Verdict.ERROR: ("E", "35;1"),
    Verdict.DISABLED: ("-", "33"),
    Verdict.UNTESTED: ("?", "33"),
    Verdict.NOT_REACHED: ("n", "33"),
}
_PARTIAL_PASS, _NOT_DECIDING, _WAIVED = ("p", "33"), ("f", "33"), ("w", "33")
_WIDTH_COLUMNS = 100
_MAX_CALLS_SHOWN = 6
_MAX_SDK_CHARS = 300


def render(report: Report, stream: TextIO, *, colour: bool = False) -> None:
    """Write the report; no line is a command to a CI runner, wherever a text was wrapped."""
    written = io.StringIO()
    _render(report, written, colour=colour)
    stream.write(without_commands(written.getvalue()))


def _render(report: Report, stream: TextIO, *, colour: bool) -> None:
    """Write the whole report; of a run that stopped at its first violation, that one and the headline only."""
    full = not stopped_at_violation(report)
    if full:
        _matrix(report, stream, colour=colour)
    remarked = report.violated(deciding=False)
    causes = report.causes()
    for outcome in report.failures():
        _violated(report, outcome, stream, colour=colour, cause=causes.get(outcome.rule.id))
    flaky = [] if report.strict else report.flaky()
    apart = [(not_deciding(remarked), remarked), ("flaky, as a failure did not repeat (decides with --strict)", flaky)]
    for title, outcomes in apart if full else ():
        stream.write(f"\n{title}:\n" * bool(outcomes))
        for outcome in outcomes:
            _violated(report, outcome, stream, colour=colour)
    if waived := report.waived():
        stream.write("\nwaived:\n")
        stream.writelines(f"  {outcome.rule.id}  {waiver(report, outcome)}\n" for outcome in waived)
    stream.write("\n")
    for remark in remarks(report) if full else ():
        stream.write(f"{textwrap.fill(remark, _WIDTH_COLUMNS)}\n")
    stream.write(f"{headline(report)}\n")


def _matrix(report: Report, stream: TextIO, *, colour: bool) -> None:
    """Write a sign for each rule, by family."""
    stream.write(f"{parameters(report.run)}\n\n")
    for family, found in groupby(report.outcomes, key=lambda outcome: outcome.rule.family):
        outcomes = list(found)
        signs = [_paint(*_sign(outcome, decides=report.decides(outcome)), colour=colour) for outcome in outcomes]
        _family(family, outcomes, signs, stream)


def _sign(outcome: Outcome, *, decides: bool) -> tuple[str, str]:
    if outcome.partial:
        return _PARTIAL_PASS
    if outcome.all_waived:
        return _WAIVED
    return _NOT_DECIDING if outcome.verdict is Verdict.FAIL and not decides else _SIGNS[outcome.verdict]


def _family(family: str, outcomes: list[Outcome], signs: list[str], stream: TextIO) -> None:
    passed = sum(outcome.verdict is Verdict.PASS for outcome in outcomes)
    stream.write(f"{family} ({passed}/{len(outcomes)})\n")
    for start in range(0, len(signs), _WIDTH_COLUMNS):
        stream.write(f"  {''.join(signs[start : start + _WIDTH_COLUMNS])}\n")


def _failure(outcome: Outcome, stream: TextIO, *, colour: bool, cause: str | None = None) -> None:
    rule, failure = outcome.rule, outcome.failure or {}
    sign = _paint(f"{rule.id} {outcome.verdict.value.upper()}", _SIGNS[outcome.verdict][1], colour=colour)
    stream.write(f"\n{sign}  {rule.says}\n  source    {rule.source} ({rule.strength})\n")
    if cause:
        stream.write(f"  cause     may follow from {cause}: the check has read the same list\n")
    for name in ("expected", "actual", "example", "test"):
        if failure.get(name):
            text = textwrap.fill(str(failure[name]), _WIDTH_COLUMNS, subsequent_indent=" " * 12)
            stream.write(f"  {name:<10}{text}\n")
    if failure.get("tries"):
        stream.write(f"  tries     {tries(failure)}\n")
    calls = curl(failure["exchanges"])
    if len(calls) > _MAX_CALLS_SHOWN:
        stream.write(f"  {len(calls) - _MAX_CALLS_SHOWN} earlier calls are in the journal\n")
    for call in calls[-_MAX_CALLS_SHOWN:]:
        stream.write(f"    {call}\n")


def _violated(report: Report, outcome: Outcome, stream: TextIO, *, colour: bool, cause: str | None = None) -> None:
    if outcome.rule.of_sdk:
        _sdk_failure(report, outcome, stream, colour=colour)
    else:
        _failure(outcome, stream, colour=colour, cause=cause)
        _reproduction(report, outcome, stream)


def _sdk_failure(report: Report, outcome: Outcome, stream: TextIO, *, colour: bool) -> None:
    """Write ten lines at most: what was expected and got, the call and what it sent, how to repeat it."""
    rule, failure = outcome.rule, outcome.failure or {}
    sign = _paint(f"{rule.id} {outcome.verdict.value.upper()}", _SIGNS[outcome.verdict][1], colour=colour)
    rows = [("source", f"{rule.source} ({rule.strength})")]
    rows += [(name, str(failure[name])) for name in ("expected", "actual") if failure.get(name)]
    rows += [("called", f"{each['method']} {each['url']}: {each['status']}") for each in failure["exchanges"][-1:]]
    rows += [("python", line) for line in failure["snippet"]]
    rows += [("repeat", repeating(report.run, outcome))]
    stream.write(f"\n{sign}  {rule.says}\n")
    stream.writelines(f"  {name:<10}{shorten(' '.join(text.split()), _MAX_SDK_CHARS)}\n" for name, text in rows)


def _reproduction(report: Report, outcome: Outcome, stream: TextIO) -> None:
    folder, path = report.run.get("report"), report.script_of(outcome)
    if folder and path:
        stream.write(f"  script    sh {shlex.quote(f'{folder}/{path}')}\n")


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text
