"""``novavms-contract run --dry-run``: how much a run would ask of the target, and what it would find there."""

import argparse
import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests import dry_run
from contract_tests.actors import Recorder, TargetError
from contract_tests.catalogue import Rule
from contract_tests.commands import options as shared
from contract_tests.commands import progress
from contract_tests.commands.exit_codes import CONFORMS
from contract_tests.dry_run import DryRun
from contract_tests.output import colour
from contract_tests.output.redaction import KNOWN
from contract_tests.output.texts import shorten, visible
from contract_tests.plan import Plan
from contract_tests.report import summary
from contract_tests.shared_target import discovery
from contract_tests.shared_target.waiting import MAX_WAITS_MINUTES
from contract_tests.verdicts import Unavailable, Violation

_WIDTH = 100
_ROW = "{:16} {:>7} {:>8} {:>10}"


def run(plan: Plan, rules: Sequence[Rule], options: argparse.Namespace) -> int:
    """Print the number of checks and requests by family, and the rules that would not be checked.

    Raises TargetError.
    """
    found, discovered, answer_seconds = predict(plan, rules, options)
    parameters = shared.parameters(plan, options)
    if options.json:
        print(json.dumps({"run": parameters, **found.as_json(), **discovered}, ensure_ascii=False))
        return CONFORMS
    print(f"{summary.parameters(parameters)}\n\n{_ROW.format('', 'rules', 'checks', 'requests')}")
    for count in (*found.families, found.total):
        print(_ROW.format(count.family, f"{count.rules:,}", f"{count.checks:,}", f"{count.requests:,}"))
    print("\nCounted on the packaged mock; a target with longer lists gets more requests.")
    if plan.target and not plan.target.control:
        print("Not counted: a call with each token before the checks, and those that remove and look for what is left.")
    if found.left_out:
        print(f"{summary.sampled(found.left_out, options.profile)}.")
    print(f"The run will take about {found.seconds / 60:.1f} minutes{_conditions(plan, answer_seconds)}.")
    if plan.target and plan.target.wait_for_expiry and not plan.target.control:
        print(f"Waiting adds at most {MAX_WAITS_MINUTES:.0f} minutes: pairing codes expire in one window of ten.")
    _print_discovered(discovered)
    _print_unchecked(found)
    return CONFORMS


def predict(
    plan: Plan, rules: Sequence[Rule], options: argparse.Namespace
) -> tuple[DryRun, dict[str, Any], float | None]:
    """Return what a run would cost, what reading finds on the target, and how long an answer takes there.

    Raises TargetError.
    """
    recorder = Recorder()
    discovered = _discovered(plan, recorder)
    with progress.families(sys.stderr, colour=colour.wanted(options.color, sys.stderr)) as show:
        found = dry_run.run(plan, rules, options.jobs, show, recorder.median_seconds)
    return found, discovered, recorder.median_seconds


def _conditions(plan: Plan, answer_seconds: float | None) -> str:
    """Return the end of a sentence: why the run takes as long as it does."""
    if plan.target is None or plan.target.control:
        return ""
    count, per_minute = plan.target.connections, plan.target.requests_per_minute
    paced = f"at most {per_minute} requests a minute, " if per_minute else ""
    known = f"an answer takes {1000 * (answer_seconds or 0):.0f} ms"
    answers = known if answer_seconds else "if it answers as fast as the mock"
    return f": {paced}{count} connection{'s' * (count > 1)}, {answers}"


def _discovered(plan: Plan, recorder: Recorder) -> dict[str, Any]:
    """Return what a target without a control plane has, read from it, or why it cannot be read."""
    if plan.target is None or plan.target.control:
        return {}
    try:
        return {"found": discovery.read(plan.target, recorder)}
    except (Violation, Unavailable, TargetError) as problem:
        return {"not_read": KNOWN.redact(visible(shorten(str(problem))))}


def _print_discovered(discovered: Mapping[str, Any]) -> None:
    if reason := discovered.get("not_read"):
        print(f"\nThe target could not be read: {reason}")
    for org, found in discovered.get("found", {}).items():
        print(f"\nFound in the org {org}, by reading:")
        for name, value in found.items():
            shown = ", ".join(value) if isinstance(value, list) else value
            if isinstance(value, dict):
                shown = ", ".join(f"{count} {noun}" for noun, count in value.items())
            print(f"  {name.replace('_', ' '):20} {shown if shown != '' else 'none'}")


def _print_unchecked(found: DryRun) -> None:
    """Print the rules by what they lack, that which most rules lack first; of several things, they stand at each."""
    lacking: dict[str, list[str]] = {}
    for outcome in found.unchecked:
        for reason in outcome.reasons or ("no check states it",):
            lacking.setdefault(reason, []).append(outcome.rule.id)
    if lacking:
        print(f"\nWould not be checked, {len(found.unchecked)} in all, by what they lack:")
    for reason, ids in sorted(lacking.items(), key=lambda each: -len(each[1])):
        print(f"  {reason} ({len(ids)})")
        print(textwrap.fill(", ".join(ids), _WIDTH, initial_indent="    ", subsequent_indent="    "))
