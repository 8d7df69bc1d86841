"""What ``run`` and ``sdk`` do with a plan: run its checks, tell what was found, and end by it."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from contract_tests import __version__, runner
from contract_tests.catalogue import Rule
from contract_tests.commands import options as shared
from contract_tests.commands import progress
from contract_tests.commands.exit_codes import CONFORMS, TROUBLE, VIOLATIONS, complain
from contract_tests.report import journal, terminal, writer
from contract_tests.report.journal import Report
from contract_tests.runner import Plan
from contract_tests.verdicts import Verdict


def judge(plan: Plan, rules: Sequence[Rule], options: argparse.Namespace, left_out: Sequence[Rule] = ()) -> int:
    """Run the plan, report on the rules and return the exit code."""
    started, begun = datetime.now(UTC), time.monotonic()
    with progress.families(sys.stderr) as tick:
        findings = runner.run(plan, options.jobs, tick)
    facts = {
        **shared.circumstances(plan, options),
        "started_at": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "duration_s": round(time.monotonic() - begun, 1),
        "versions": {"suite": __version__},
        "capabilities": sorted(runner.capabilities(plan)),
        "rules": plan.rules,
        "left_out": [rule.id for rule in left_out],
    }
    report = Report(facts, runner.fold(findings.lines, rules), findings.complete)
    if options.report:
        journal.write(options.report / "journal.jsonl", facts, findings.lines, complete=findings.complete)
        writer.write_views(report, options.report)
    terminal.render(report, sys.stdout)
    if findings.breakdown:
        return complain(f"a process of the run broke down: {findings.breakdown}", TROUBLE)
    return _code(report, options, plan)


def _code(report: Report, options: argparse.Namespace, plan: Plan) -> int:
    ours = plan.target is None or plan.target.ours
    # Our own mock answers for every rule; a server of somebody else, or an SDK, for what its documentation says.
    strict = options.strict or (ours and not plan.sdk)
    decisive = [found for found in report.outcomes if strict or found.rule.strength == "stated"]
    if any(outcome.verdict is Verdict.ERROR for outcome in report.outcomes) or not report.complete:
        return TROUBLE
    violated = any(outcome.verdict is Verdict.FAIL for outcome in decisive)
    # Our own mock gives everything, so that a check it disables is a defect.
    silent = options.require_complete and bool(report.unverified() or (ours and report.disabled()))
    return VIOLATIONS if violated or silent else CONFORMS
