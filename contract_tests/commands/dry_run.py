"""``novavms-contract run --dry-run``: how much a run would ask of the target, without calling it."""

import argparse
import json
import sys
from collections.abc import Sequence

from contract_tests import dry_run
from contract_tests.catalogue import Rule
from contract_tests.commands import options as shared
from contract_tests.commands import progress
from contract_tests.commands.exit_codes import CONFORMS
from contract_tests.dry_run import DryRun
from contract_tests.plan import Plan
from contract_tests.report import summary

_ROW = "{:16} {:>7} {:>8} {:>10}"


def run(plan: Plan, rules: Sequence[Rule], options: argparse.Namespace) -> int:
    """Print the number of checks and requests by family, and the rules that would not be checked.

    Raises TargetError.
    """
    with progress.families(sys.stderr) as show:
        found = dry_run.run(plan, rules, options.jobs, show)
    parameters = shared.parameters(plan, options)
    if options.json:
        print(json.dumps({"run": parameters, **found.as_json()}, ensure_ascii=False))
        return CONFORMS
    print(f"{summary.parameters(parameters)}\n\n{_ROW.format('', 'rules', 'checks', 'requests')}")
    for count in (*found.families, found.total):
        print(_ROW.format(count.family, f"{count.rules:,}", f"{count.checks:,}", f"{count.requests:,}"))
    print("\nCounted on the packaged mock; a target with longer lists gets more requests.")
    if plan.target and not plan.target.control:
        print("Not counted: a call with each token before the checks, and those that remove and look for what is left.")
    if per_minute := plan.target and plan.target.requests_per_minute:
        print(f"At {per_minute} requests a minute the run takes {found.total.requests / per_minute:,.0f} minutes.")
    _print_unchecked(found)
    return CONFORMS


def _print_unchecked(found: DryRun) -> None:
    if found.unchecked:
        print("\nWould not be checked:")
    for outcome in found.unchecked:
        reasons = "; ".join(outcome.reasons) or "no check states it"
        print(f"  {outcome.rule.id:8} {reasons}: {outcome.rule.says}")
