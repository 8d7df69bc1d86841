"""The report on a terminal: a matrix with a sign for each rule, each failure once, and the headline."""

import io
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, TextIO
from urllib.parse import urlsplit

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
_MAX_CALLS_SHOWN = 3
#: How much of a text about a failure is shown, and how long a command may be; report.html and the journal have it all.
_MAX_CHARS, _MAX_SDK_CHARS = 250, 300
_MAX_CURL_CHARS = 1000


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
    rows = [(name, str(failure[name])) for name in ("expected", "actual", "example", "test") if failure.get(name)]
    rows += [("tries", tries(failure))] if failure.get("tries") else []
    stream.writelines(f"  {name:<10}{_wrapped(text)}\n" for name, text in rows)
    _calls(failure["exchanges"], stream)


def _wrapped(text: str) -> str:
    """Return the beginning of a text, on a few lines."""
    lines = textwrap.wrap(shorten(text, _MAX_CHARS), _WIDTH_COLUMNS, break_on_hyphens=False)
    return f"\n{' ' * 12}".join(lines)


def _calls(exchanges: Sequence[Mapping[str, Any]], stream: TextIO) -> None:
    """Write the last calls, those that follow each other and are alike in one line, and the last one as a command."""
    found = [(name, len([*alike])) for name, alike in groupby(map(_call, exchanges))]
    rows = [name + (f", {times:,} times" if times > 1 else "") for name, times in found[-_MAX_CALLS_SHOWN:]]
    if before := sum(times for _, times in found[:-_MAX_CALLS_SHOWN]):
        rows.insert(0, f"{before:,} earlier")
    stream.writelines(f"  {'' if number else 'calls':<10}{row}\n" for number, row in enumerate(rows))
    for command in curl(exchanges[-1:]):
        stream.write(f"  last call {command}\n" if len(command) <= _MAX_CURL_CHARS else "")


def _call(exchange: Mapping[str, Any]) -> str:
    """Return who made which call, and the status of its answer; without the query, as cursors differ in it."""
    url = urlsplit(exchange["url"])
    query = "?…" if url.query else ""
    status = exchange["status"] or "no answer"
    return f"{exchange['method']} {shorten(url.path)}{query} by {exchange['actor']}: {status}"


def _violated(report: Report, outcome: Outcome, stream: TextIO, *, colour: bool, cause: str | None = None) -> None:
    if outcome.rule.of_sdk:
        _sdk_failure(report, outcome, stream, colour=colour)
    else:
        _failure(outcome, stream, colour=colour, cause=cause)
        stream.write(f"  repeat    {repeating(report.run, outcome)}\n")
        _reproduction(report, outcome, stream)


def _sdk_failure(report: Report, outcome: Outcome, stream: TextIO, *, colour: bool) -> None:
    """Write ten lines at most: what was expected and got, the call and what it sent, how to repeat it."""
    rule, failure = outcome.rule, outcome.failure or {}
    sign = _paint(f"{rule.id} {outcome.verdict.value.upper()}", _SIGNS[outcome.verdict][1], colour=colour)
    rows = [("source", f"{rule.source} ({rule.strength})")]
    rows += [(name, str(failure[name])) for name in ("expected", "actual") if failure.get(name)]
    rows += [("called", f"{each['method']} {each['url']}: {each['status']}") for each in failure["exchanges"][-1:]]
    label = "client" if "--driver" in report.run.get("differing_options", ()) else "python"
    rows += [(label, line) for line in failure["snippet"]]
    rows += [("repeat", repeating(report.run, outcome))]
    stream.write(f"\n{sign}  {rule.says}\n")
    stream.writelines(f"  {name:<10}{shorten(' '.join(text.split()), _MAX_SDK_CHARS)}\n" for name, text in rows)


def _reproduction(report: Report, outcome: Outcome, stream: TextIO) -> None:
    folder, path = report.run.get("report"), report.script_of(outcome)
    if folder and path:
        stream.write(f"  script    sh {shlex.quote(f'{folder}/{path}')}\n")


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text
