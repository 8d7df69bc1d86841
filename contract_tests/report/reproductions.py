"""The scripts of a report: each makes the calls of a failed check again."""

from collections.abc import Mapping

from contract_tests.outcomes import Outcome
from contract_tests.replay import rendering
from contract_tests.report.journal import Report
from contract_tests.report.summary import repeating


def scripts(report: Report) -> Mapping[str, str]:
    """Return the texts of the scripts, by their path in the folder of the report."""
    return {str(report.script_of(outcome)): _text(report, outcome) for outcome in report.scripted()}


def _text(report: Report, outcome: Outcome) -> str:
    failure = outcome.failure or {}
    facts = {name: str(failure[name]) for name in ("expected", "actual", "test")}
    facts |= {"rule": outcome.rule.id, "says": outcome.rule.says, "repeat": repeating(report.run, outcome)}
    target = str(report.run["target"])
    return rendering.render(facts, failure["replay"], target if "://" in target else None)
