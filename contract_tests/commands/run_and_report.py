"""What ``run`` and ``sdk`` do with a plan: run it, report what was found, and return the exit code."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from contract_tests import __version__, document, outcomes, runner
from contract_tests.actors import TargetError
from contract_tests.catalogue import Rule
from contract_tests.commands import exit_codes, progress
from contract_tests.commands import options as shared
from contract_tests.output import colour
from contract_tests.plan import Plan
from contract_tests.report import annotations, terminal, writer
from contract_tests.report.journal import Report
from contract_tests.report.writer import JournalFile
from contract_tests.runner import RunResult
from contract_tests.shared_target import cleanup

_MAX_HELD_ALONE = 50


def run_and_report(
    plan: Plan,
    rules: Sequence[Rule],
    options: argparse.Namespace,
    gate: Mapping[str, Any],
    left_out: Sequence[Rule] = (),
    remove_created: Callable[[], list[str]] = list,
) -> int:
    """Run the plan, report on the rules, and return the exit code; ``left_out`` are rules that do not apply.

    ``gate`` is what the run is held to beside the verdicts, see ``options.gate``.
    ``remove_created`` removes what the run has created on its target, and returns what is left there. Raises
    TargetError when the target stopped answering: then nobody tries to remove anything from it.
    """
    begun, facts = time.monotonic(), {**gate, **_facts(plan, options, left_out)}
    journal = JournalFile(options.report, facts) if options.report else None
    with progress.families(sys.stderr, colour=colour.wanted(options.color, sys.stderr)) as show:
        result = runner.run(plan, options.jobs, show, *([journal.add] if journal else []))
    left = [] if result.outage else remove_created()
    facts |= {**_found(result), "duration_s": round(time.monotonic() - begun, 1), "not_removed": left}
    report = Report.of(facts, outcomes.fold(result.lines, rules), complete=result.complete)
    report = writer.write(report, options.report, journal) if journal else report
    unwritten = report.run.get("not_written", ())
    code = _show(report, options, [*([cleanup.description(left, plan.run_id)] if left else []), *unwritten])
    if result.crash:
        return exit_codes.fail(f"a worker process crashed: {result.crash}", exit_codes.RUN_ERROR)
    if result.outage:
        raise TargetError(f"{result.outage}{_remedy(plan)}")
    return code


def _show(report: Report, options: argparse.Namespace, problems: Sequence[str]) -> int:
    """Print the report and what went wrong after it, and return the exit code."""
    if options.annotations:
        print("\n".join(annotations.lines(report)))
    terminal.render(report, sys.stdout, colour=colour.wanted(options.color, sys.stdout))
    code = exit_codes.of_report(report)
    for problem in problems:
        exit_codes.fail(problem, code)
    return code


def _facts(plan: Plan, options: argparse.Namespace, left_out: Sequence[Rule]) -> dict[str, Any]:
    """Return what is run, and when."""
    return {
        "started_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        **shared.parameters(plan, options),
        "differing_options": shared.differing(plan, options),
        **document.identity(),
        "name": plan.target.name if plan.target else "mock",
        "config": None if plan.target is None else str(options.config or ""),
        "requirements": None if plan.sdk else options.requirements,
        "versions": {"suite": __version__},
        "capabilities": sorted(plan.capabilities),
        "rules": plan.rules,
        "left_out": [rule.id for rule in left_out],
        "deciding": plan.deciding,
        "ours": plan.ours,
        "certificate_checked": plan.target is None or plan.target.connection.verify,
        "fail_fast": plan.fail_fast,
        "strict": options.strict,
        "require_complete": options.require_complete,
        "run_id": plan.run_id,
        "report": str(options.report) if options.report else None,
    }


def _found(result: RunResult) -> dict[str, Any]:
    """Return how many calls the run took, and why the target can no longer be called."""
    return {
        "requests": sum(line["calls"] for line in result.lines),
        "repeated": sum(line.get("repeated", 0) for line in result.lines),
        "outage": result.outage,
        "left_out_checks": outcomes.left_out(result.lines),
        "held_alone": outcomes.held_alone(result.lines)[:_MAX_HELD_ALONE],
    }


def _remedy(plan: Plan) -> str:
    """Return the end of a message about a target on which the run may have left something."""
    return f"; novavms-contract clean --run {plan.run_id} removes what the run has created" if plan.ledger else ""
