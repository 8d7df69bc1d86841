"""The report as Markdown, for the summary of a CI job."""

from contract_tests.report.journal import Report
from contract_tests.report.terminal import circumstances, headline, remarks
from contract_tests.verdicts import Verdict


def render(report: Report) -> str:
    """Return the page: the headline, what it takes to repeat the run, the totals by family, the failures."""
    lines = ["# NovaVMS contract", "", headline(report), "", f"{circumstances(report.run)}."]
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


def _row(first: str, cells: list[str]) -> str:
    return "| " + " | ".join([first, *cells]) + " |"


def _code(text: object) -> str:
    return "`` " + str(text).replace("`", "'").replace("\n", " ") + " ``"
