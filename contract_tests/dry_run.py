"""A dry run: how much a run would ask of its target, counted on the packaged mock."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from contract_tests import outcomes, runner
from contract_tests.actors import Recorder, TargetError
from contract_tests.catalogue import Rule
from contract_tests.outcomes import Outcome
from contract_tests.plan import Plan
from contract_tests.processes.mock_process import substitute_mock
from contract_tests.runner import OnProgress
from contract_tests.shared_target import discovery
from contract_tests.shared_target.throttle import PERIOD_SECONDS
from contract_tests.verdicts import Verdict

_UNCHECKED = (Verdict.UNTESTED, Verdict.DISABLED)


@dataclass(frozen=True)
class FamilyCount:
    """How many rules of a family would be checked, by how many checks and requests."""

    family: str
    rules: int
    checks: int
    requests: int


@dataclass(frozen=True)
class Cost:
    """A check: the rules that it decides, and by how many seconds it makes the run longer."""

    check: str
    rules: frozenset[str]
    seconds: float


@dataclass(frozen=True)
class DryRun:
    """The counts by family, the rules that would not be checked, and what each check costs."""

    families: Sequence[FamilyCount]
    unchecked: Sequence[Outcome]
    #: How long the run will take, without the time that it waits for an expiry.
    seconds: float
    #: How many checks the run would leave out, as it samples.
    left_out: int = 0
    costs: Sequence[Cost] = ()

    @property
    def total(self) -> FamilyCount:
        """The counts of the whole run."""
        return FamilyCount(
            "total",
            sum(family.rules for family in self.families),
            sum(family.checks for family in self.families),
            sum(family.requests for family in self.families),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the counts as JSON for other programs."""
        return {
            "families": [asdict(family) for family in self.families],
            "total": {name: value for name, value in asdict(self.total).items() if name != "family"},
            "minutes": round(self.seconds / 60, 1),
            "left_out_checks": self.left_out,
            "not_checked": [
                {"id": outcome.rule.id, "says": outcome.rule.says, "reasons": list(outcome.reasons)}
                for outcome in self.unchecked
            ],
        }


def run(
    plan: Plan, rules: Sequence[Rule], jobs: int, on_progress: OnProgress, answer_seconds: float | None = None
) -> DryRun:
    """Run the plan without its target, and count. Raises TargetError when that fails.

    For a target with a control plane the checks get new orgs on the mock, as they would there. For any other target a
    mock takes its place, called by the same actors in one org; time on it passes without waiting. ``answer_seconds`` is
    how long the target takes for an answer, where that is known.
    """
    with _standin(plan) as standin:
        delay_seconds = max(0.0, answer_seconds - _answer_seconds(standin)) if answer_seconds else 0.0
        begun = time.monotonic()
        result = runner.run(standin, jobs, on_progress)
        seconds = time.monotonic() - begun
    if result.outage:
        raise TargetError(f"the dry run failed: {result.outage}")
    if result.crash:
        raise TargetError(f"a worker process of the dry run crashed: {result.crash}")
    if not result.complete:
        raise KeyboardInterrupt
    found = outcomes.fold(result.lines, rules)
    for outcome in found:
        if outcome.verdict is Verdict.ERROR and outcome.failure:
            raise TargetError(f"the dry run failed at {outcome.rule.id}: {outcome.failure['actual']}")
    families = dict.fromkeys([*(rule.family for rule in rules), *(line["family"] for line in result.lines)])
    unchecked = [outcome for outcome in found if outcome.verdict in _UNCHECKED]
    counts = [_count(family, found, result.lines) for family in families]
    requests, left_out = sum(count.requests for count in counts), outcomes.left_out(result.lines)
    costs = [_cost(plan, line, jobs, delay_seconds) for line in result.lines if line["check"]]
    return DryRun(counts, unchecked, _predicted_seconds(plan, requests, seconds, delay_seconds), left_out, costs)


def _cost(plan: Plan, line: dict[str, Any], jobs: int, delay_seconds: float) -> Cost:
    """Return what a check costs that is one of those which several processes run at the same time."""
    processes = plan.target.processes if plan.target else jobs
    rules = {finding["rule"] for finding in line["findings"] if finding["verdict"] != Verdict.DISABLED.value}
    seconds = _predicted_seconds(plan, line["calls"], line["seconds"] / processes, delay_seconds)
    return Cost(line["check"], frozenset(rules), seconds)


def _answer_seconds(plan: Plan) -> float:
    """Return how long the stand-in takes for an answer."""
    recorder = Recorder()
    if plan.dry_run and plan.target:
        discovery.read(plan.target, recorder)
    return recorder.median_seconds or 0.0


def _predicted_seconds(plan: Plan, requests: int, seconds: float, delay_seconds: float) -> float:
    """Return how long the run will take that took some seconds on the stand-in, with a delay for each of its calls."""
    if plan.target is None:
        return seconds
    slowest = seconds + requests * delay_seconds / plan.target.processes
    per_minute = plan.target.requests_per_minute
    return max(slowest, requests * PERIOD_SECONDS / per_minute) if per_minute else slowest


@contextmanager
def _standin(plan: Plan) -> Iterator[Plan]:
    """Yield the plan for a mock in the place of its target."""
    if plan.target is None or plan.target.control:
        yield replace(plan, target=None)
        return
    with tempfile.TemporaryDirectory(prefix="novavms-") as folder, substitute_mock(plan.target, plan.seed) as config:
        ledger = Path(folder, "ledger")
        yield replace(plan, target=config, dry_run=True, fail_fast=False, shrink=False, ledger=ledger)


def _count(family: str, found: Sequence[Outcome], lines: Sequence[dict[str, Any]]) -> FamilyCount:
    checked = [outcome for outcome in found if outcome.rule.family == family and outcome.verdict not in _UNCHECKED]
    ran = [line for line in lines if line["family"] == family]
    able = [line for line in ran if any(finding["verdict"] != Verdict.DISABLED.value for finding in line["findings"])]
    return FamilyCount(family, len(checked), len(able), sum(line["calls"] for line in ran))
