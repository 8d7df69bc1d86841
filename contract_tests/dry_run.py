"""What a run would ask of a target, counted in a rehearsal on the packaged mock."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from contract_tests import runner
from contract_tests.actors import TargetTrouble
from contract_tests.catalogue import Rule
from contract_tests.runner import Outcome, Plan, Progress
from contract_tests.verdicts import Verdict

_SILENT = (Verdict.UNTESTED, Verdict.DISABLED)


@dataclass(frozen=True)
class Load:
    """How much is asked in the name of one family."""

    family: str
    rules: int
    checks: int
    requests: int


@dataclass(frozen=True)
class Forecast:
    """The load by family, and the rules that would not be checked."""

    loads: Sequence[Load]
    silent: Sequence[Outcome]

    @property
    def total(self) -> Load:
        """The load of the whole run."""
        loads = self.loads
        return Load(
            "total",
            sum(load.rules for load in loads),
            sum(load.checks for load in loads),
            sum(load.requests for load in loads),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the forecast as other programs read it."""
        return {
            "families": [asdict(load) for load in self.loads],
            "total": {name: value for name, value in asdict(self.total).items() if name != "family"},
            "not_checked": [
                {"id": outcome.rule.id, "says": outcome.rule.says, "reasons": list(outcome.reasons)}
                for outcome in self.silent
            ],
        }


def rehearse(plan: Plan, rules: Sequence[Rule], jobs: int, progress: Progress) -> Forecast:
    """Run the plan where it costs nobody anything and count.

    Where the target has a control plane, checks get orgs of their own on the mock as they would there; otherwise a
    stand-in is met as the target would be, except that nobody waits. Raises TargetTrouble when that fails.
    """
    with tempfile.TemporaryDirectory(prefix="novavms-") as folder:
        if plan.target is None or plan.target.control:
            plan = replace(plan, target=None)
        else:
            ledger = str(Path(folder, "ledger"))
            plan = replace(plan, rehearsal=True, fail_fast=False, shrink=False, ledger=ledger)
        findings = runner.run(plan, jobs, progress)
    if findings.breakdown:
        raise TargetTrouble(f"a process of the rehearsal broke down: {findings.breakdown}")
    if not findings.complete:
        raise KeyboardInterrupt
    outcomes = runner.fold(findings.lines, rules)
    for outcome in outcomes:
        if outcome.verdict is Verdict.ERROR and outcome.failure:
            raise TargetTrouble(f"the rehearsal failed at {outcome.rule.id}: {outcome.failure['actual']}")
    silent = [outcome for outcome in outcomes if outcome.verdict in _SILENT]
    families = dict.fromkeys(rule.family for rule in rules)
    return Forecast([_load(family, outcomes, findings.lines) for family in families], silent)


def _load(family: str, outcomes: Sequence[Outcome], lines: Sequence[dict[str, Any]]) -> Load:
    checked = [out for out in outcomes if out.rule.family == family and out.verdict not in _SILENT]
    ran = [line for line in lines if line["family"] == family]
    able = [line for line in ran if any(found["verdict"] != Verdict.DISABLED.value for found in line["findings"])]
    return Load(family, len(checked), len(able), sum(line["calls"] for line in ran))
