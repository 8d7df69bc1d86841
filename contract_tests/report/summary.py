"""The summary of a report: headline, how to repeat the run, remarks; and summary.md, for the summary of a CI job."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests.gate.waivers import State
from contract_tests.outcomes import Outcome
from contract_tests.output.texts import shorten
from contract_tests.report import earlier
from contract_tests.report.conclusion import Conclusion, conclude, stopped_at_violation
from contract_tests.report.journal import Report, curl
from contract_tests.verdicts import Verdict

_MAX_REASONS_SHOWN = 4
_MAX_RULES_SHOWN = 12
#: With these, summary.md stays below the 1 MiB that GitHub takes for a step.
_MAX_FAILURES_SHOWN, _MAX_CALLS_SHOWN, _MAX_TEXT_CHARS = 100, 4, 1000
_OVERDUE = {State.EXPIRED: "has expired", State.STALE: "is stale, as its check holds"}


def headline(report: Report) -> str:
    """Return one sentence: whether the target conforms, how many rules have each verdict, and what does not decide."""
    conclusion = conclude(report)
    parts = [f"{conclusion.value} {_counts(report)}"]
    for cause, following in _by_cause(report).items():
        parts.append(f"{_names(following)} may follow from {cause}")
    if stopped_at_violation(report):
        parts.append("stopped at the first violation")
    if remarked := report.violated(deciding=False):
        parts.append(f"{not_deciding(remarked)}: {_names(remarked)}")
    if flaky := report.flaky():
        parts.append(f"failed once and held when tried again: {_names(flaky)}")
    if waived := report.waived():
        parts.append(f"waived: {_names(waived)}")
    parts += [f"the waiver of {one.waiver.rule} {_OVERDUE[one.state]}" for one in report.overdue()]
    parts += report.shortfall()
    if left := report.not_removed():
        parts.append(f"{_counted(len(left), 'object')} of run {report.run['run_id']} not removed")
    if conclusion in (Conclusion.NOT_REACHED, Conclusion.NOT_COMPLETE, Conclusion.NOT_FULLY_VERIFIED):
        unverified = report.unverified()
        missing = f"{_counted(report.disabled().total(), 'check')} could not run"
        parts.append(f"nothing is known of {_names(unverified)}" if unverified else missing)
    return "; ".join(parts)


def _by_cause(report: Report) -> dict[str, list[Outcome]]:
    """Return the violated rules that may follow from another one, by that one."""
    found: dict[str, list[Outcome]] = {}
    causes = report.causes()
    for outcome in report.violated():
        if cause := causes.get(outcome.rule.id):
            found.setdefault(cause, []).append(outcome)
    return found


def not_deciding(remarked: Sequence[Outcome]) -> str:
    """Return how many violated rules do not decide."""
    return (
        "1 rule that does not decide fails" if len(remarked) == 1 else f"{len(remarked)} rules that do not decide fail"
    )


def _counts(report: Report) -> str:
    """Return the number of rules by verdict, without those that fail and do not decide."""
    totals = report.totals() | {Verdict.FAIL.value: len(report.violated())}
    partial = sum(outcome.partial for outcome in report.outcomes)
    notes = {Verdict.PASS.value: f" ({partial} partial)" if partial else ""}
    shown = {name.replace("_", " "): count for name, count in totals.items() if count}
    return ", ".join(f"{count} {name}{notes.get(name, '')}" for name, count in shown.items()) or "0 pass"


def _names(outcomes: Sequence[Outcome]) -> str:
    shown = ", ".join(outcome.rule.id for outcome in outcomes[:_MAX_RULES_SHOWN])
    return shown + (" …" if len(outcomes) > _MAX_RULES_SHOWN else "")


def parameters(run: Mapping[str, Any]) -> str:
    """Return what is needed to repeat a run."""
    parts = [f"profile {run['profile']}", f"{run['examples']} examples a property", f"seed {run['seed']}"]
    if run.get("requirements"):
        parts.append(f"requirements {run['requirements']}")
    return f"{run['target']}: {', '.join(parts)}"


def remarks(report: Report) -> list[str]:
    """Return what the verdicts do not show: what was not removed, could not run, was not checked."""
    found, reasons = earlier.remarks(report), report.disabled()
    if left := report.not_removed():
        found.append(f"run {report.run['run_id']} has not removed from the target: {', '.join(left)}")
    if report.run.get("certificate_checked") is False:
        found.append("The certificate of the target was not checked (verify = false in the target file)")
    if reasons:
        shown = [f"{' '.join(reason.split())} ({count})" for reason, count in reasons.most_common(_MAX_REASONS_SHOWN)]
        shown += ["…"] if len(reasons) > _MAX_REASONS_SHOWN else []
        found.append(f"{_counted(reasons.total(), 'check')} could not run: {'; '.join(shown)}")
    if left_out_checks := report.run.get("left_out_checks"):
        found.append(sampled(left_out_checks, report.run["profile"]))
    if unseen := [one.waiver.rule for one in report.waivers if one.state is State.NOT_OBSERVED]:
        found.append(f"not observed, as their checks could not run or failed otherwise: waivers of {', '.join(unseen)}")
    found += _unsteady(report.run)
    if left_out := report.run.get("left_out"):
        decisions = _counted(len(left_out), "decision")
        found.append(f"{decisions} of this project (strength assumed) not checked: they apply to our own mock only")
    return found


def repeating(run: Mapping[str, Any], outcome: Outcome) -> str:
    """Return the command that runs the checks of a rule again."""
    words = ["--rules", outcome.rule.id, "--seed", str(run["seed"]), *run.get("differing_options", ())]
    options = " ".join(map(shlex.quote, words))
    if outcome.rule.of_sdk:
        return f"novavms-contract sdk {options}"
    target = shlex.quote(str(run.get("name") or run["target"]))
    config = f" --config {shlex.quote(run['config'])}" if run.get("config") else ""
    return f"novavms-contract run {target}{config} {options}"


def tries(failure: Mapping[str, Any]) -> str:
    """Return what the tries of a check found of a rule, in their order: ``fail, pass, pass``."""
    return ", ".join(verdict.replace("_", " ") for verdict in failure.get("tries", ()))


def waiver(report: Report, outcome: Outcome) -> str:
    """Return until when a failure is waived, by whom and why."""
    found = report.waiver_of(outcome)
    return f"until {found.until}, {found.owner}: {found.reason} {found.link}".strip() if found else ""


def _unsteady(run: Mapping[str, Any]) -> list[str]:
    """Return what was otherwise when it was tried again."""
    found = []
    if held := run.get("held_alone"):
        rules = list(dict.fromkeys(each["rule"] for each in held))
        names = ", ".join(rules[:_MAX_RULES_SHOWN]) + " …" * (len(rules) > _MAX_RULES_SHOWN)
        seen = shorten(f"expected {held[0]['expected']}; got {held[0]['actual']}", _MAX_TEXT_CHARS)
        found.append(
            f"failed while other checks ran, and held when the check ran alone: {names}; the target may mix up calls of"
            f" the same time; the first was {held[0]['check']}: {' '.join(seen.split())}"
        )
    if repeated := run.get("repeated"):
        found.append(f"{_counted(repeated, 'call')} repeated, after a 429 or without an answer of the API")
    return found


def sampled(left_out_checks: int, profile: str) -> str:
    """Return what a run that samples has left out."""
    number = _counted(left_out_checks, "check")
    return f"{number} of rules that do not decide left out, as profile {profile} samples them; profile gate does not"


def render(report: Report) -> str:
    """Return summary.md: headline, parameters, remarks, the number of rules by family and verdict, the failures."""
    lines = ["# NovaVMS contract", "", headline(report), "", f"{parameters(report.run)}."]
    lines += [line for remark in remarks(report) for line in ("", f"{remark.replace('<', '&lt;')}.")]
    names = [verdict.value.replace("_", " ") for verdict in Verdict]
    lines += ["", _row("family", names), "|---" * (len(Verdict) + 1) + "|"]
    for family in dict.fromkeys(outcome.rule.family for outcome in report.outcomes):
        verdicts = [outcome.verdict for outcome in report.outcomes if outcome.rule.family == family]
        lines.append(_row(family, [str(verdicts.count(verdict)) for verdict in Verdict]))
    remarked = report.violated(deciding=False)
    causes = report.causes()
    failed = [(one, _following(causes.get(one.rule.id))) for one in report.failures()]
    failed += [(one, ", which does not decide") for one in remarked]
    failed += [(one, "") for one in report.flaky() if not report.strict]
    failed += [(one, f", waived {waiver(report, one)}") for one in report.waived()]
    for outcome, note in failed[:_MAX_FAILURES_SHOWN]:
        lines += _failure(report, outcome, note)
    if more := failed[_MAX_FAILURES_SHOWN:]:
        lines += ["", f"{len(more)} more are in report.html."]
    return "\n".join([*lines, *_undecided(report)]) + "\n"


def _failure(report: Report, outcome: Outcome, note: str) -> list[str]:
    failure, path = outcome.failure or {}, report.script_of(outcome)
    return [
        *("", f"## {outcome.rule.id} {outcome.verdict.value}{note}", "", outcome.rule.says, ""),
        *(f"- source: {outcome.rule.source}", f"- expected: {_code(failure['expected'])}"),
        *(f"- actual: {_code(failure['actual'])}", f"- check: `{failure['test']}`"),
        *([f"- tries: {tries(failure)}"] if failure.get("tries") else []),
        *(f"- call: {_code(call)}" for call in curl(failure["exchanges"])[-_MAX_CALLS_SHOWN:]),
        *([f"- script: `sh {path}`"] if path else []),
        f"- repeat: {_code(repeating(report.run, outcome))}",
    ]


def _following(cause: str | None) -> str:
    return f", which may follow from {cause}" if cause else ""


def _undecided(report: Report) -> list[str]:
    """Return the stated rules that are not decided, by reason."""
    found: dict[str, list[str]] = {}
    for outcome in report.unverified():
        found.setdefault("; ".join(outcome.reasons) or "no check", []).append(outcome.rule.id)
    if not found:
        return []
    return ["", "## Not decided", "", *(f"- {', '.join(ids)}: {_code(reason)}" for reason, ids in found.items())]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def _row(first: str, cells: list[str]) -> str:
    return "| " + " | ".join([first, *cells]) + " |"


def _code(text: object) -> str:
    return "`` " + " ".join(shorten(str(text), _MAX_TEXT_CHARS).replace("`", "'").split()) + " ``"
