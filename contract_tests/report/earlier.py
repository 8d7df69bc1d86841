"""What has changed since an earlier run: which failures are new, fixed, still there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.gate import earlier_report
from contract_tests.outcomes import Outcome
from contract_tests.output.texts import shorten, visible
from contract_tests.report.journal import Report
from contract_tests.verdicts import Verdict

_MAX_CHARS = 200


@dataclass(frozen=True)
class Changes:
    """Ids of rules that fail now and did not, failed and hold now, fail again, failed and have no verdict now.

    ``started_at`` and ``target`` are those of the earlier run.
    """

    started_at: str
    target: str
    new: tuple[str, ...]
    fixed: tuple[str, ...]
    still: tuple[str, ...]
    undecided: tuple[str, ...]

    def __str__(self) -> str:
        counts = f"{len(self.new)} new, {len(self.fixed)} fixed, {len(self.still)} still failing"
        undecided = f", {len(self.undecided)} without a verdict now" if self.undecided else ""
        return f"since the run of {self.started_at} on {self.target}: {counts}{undecided}"


def read(path: Path) -> dict[str, Any]:
    """Return what a journal keeps of an earlier run, from its report.json or its folder. Raises ConfigError."""
    facts, rules = earlier_report.load(path)
    shown = {name: visible(shorten(text, _MAX_CHARS)) for name, text in facts.items()}
    return {**shown, "failing": [row["id"] for row in rules if row["verdict"] == "fail"]}


def changes(report: Report) -> Changes | None:
    """Return what has changed since the earlier run that a run is compared with, None if it is with none."""
    before = report.run.get("since")
    if not before:
        return None
    now = {outcome.rule.id: outcome for outcome in report.outcomes}
    failed = before["failing"]
    return Changes(
        before["started_at"],
        before["target"],
        new=tuple(name for name, outcome in now.items() if _fails(outcome) and name not in failed),
        fixed=tuple(name for name in failed if name in now and now[name].verdict is Verdict.PASS),
        still=tuple(name for name in failed if name in now and _fails(now[name])),
        undecided=tuple(name for name in failed if name not in now or not _decided(now[name])),
    )


def remarks(report: Report) -> list[str]:
    """Return the line about the changes, if the run is compared with an earlier one."""
    found = changes(report)
    return [str(found)] if found else []


def _fails(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.FAIL


def _decided(outcome: Outcome) -> bool:
    return outcome.verdict in (Verdict.PASS, Verdict.FAIL)
