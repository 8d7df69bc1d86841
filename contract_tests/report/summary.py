"""The summary of a report: headline, how to repeat the run, remarks; and summary.md, for the summary of a CI job."""

from collections.abc import Mapping
from typing import Any

from contract_tests.report.journal import Report
from contract_tests.verdicts import Verdict

_MAX_REASONS_SHOWN = 4
_MAX_RULES_SHOWN = 12


def headline(report: Report) -> str:
    """Return one sentence: whether the target conforms, and how many rules have each verdict."""
    totals = report.totals()
    counts = ", ".join(f"{count} {name}" for name, count in totals.items() if count)
    if not report.complete:
        return f"INCOMPLETE: the run was stopped; so far {counts or 'nothing'}"
    if totals["error"]:
        return f"ERROR: the suite or its connection failed; {counts}"
    if totals["fail"]:
        return f"VIOLATED: {counts}"
    if unverified := report.unverified():
        names = ", ".join(outcome.rule.id for outcome in unverified[:_MAX_RULES_SHOWN])
        names += " …" if len(unverified) > _MAX_RULES_SHOWN else ""
        return f"Not fully verified: {counts}; nothing is known of {names}"
    return f"Conforms: {counts}"


def parameters(run: Mapping[str, Any]) -> str:
    """Return what is needed to repeat a run."""
    return f"{run['target']}: profile {run['profile']}, {run['examples']} examples a property, seed {run['seed']}"


def remarks(report: Report) -> list[str]:
    """Return what the verdicts do not show: checks that could not run, and decisions that were not checked."""
    found, reasons = [], report.disabled()
    if reasons:
        shown = [f"{reason} ({count})" for reason, count in reasons.most_common(_MAX_REASONS_SHOWN)]
        shown += ["…"] if len(reasons) > _MAX_REASONS_SHOWN else []
        found.append(f"{_counted(reasons.total(), 'check')} could not run: {'; '.join(shown)}")
    if left_out := report.run.get("left_out"):
        decisions = _counted(len(left_out), "decision")
        found.append(f"{decisions} of this project (AS rules) not checked: they apply to our own mock only")
    return found


def render(report: Report) -> str:
    """Return summary.md: headline, parameters, remarks, the number of rules by family and verdict, the failures."""
    lines = ["# NovaVMS contract", "", headline(report), "", f"{parameters(report.run)}."]
    lines += [line for remark in remarks(report) for line in ("", f"{remark}.")]
    lines += ["", _row("family", [verdict.value for verdict in Verdict]), "|---" * (len(Verdict) + 1) + "|"]
    for family in dict.fromkeys(outcome.rule.family for outcome in report.outcomes):
        verdicts = [outcome.verdict for outcome in report.outcomes if outcome.rule.family == family]
        lines.append(_row(family, [str(verdicts.count(verdict)) for verdict in Verdict]))
    for outcome in report.outcomes:
        if outcome.failure:
            lines += ["", f"## {outcome.rule.id} {outcome.verdict.value}", "", outcome.rule.says, ""]
            lines += [f"- source: {outcome.rule.source}", f"- expected: {_code(outcome.failure['expected'])}"]
            lines += [f"- actual: {_code(outcome.failure['actual'])}", f"- check: `{outcome.failure['test']}`"]
    return "\n".join(lines) + "\n"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def _row(first: str, cells: list[str]) -> str:
    return "| " + " | ".join([first, *cells]) + " |"


def _code(text: object) -> str:
    return "`` " + str(text).replace("`", "'").replace("\n", " ") + " ``"
