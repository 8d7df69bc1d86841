"""``novavms-contract run --dry-run``: what a run would ask of the target, without asking it."""

import argparse
import json
import sys
from collections.abc import Sequence

from contract_tests import dry_run
from contract_tests.catalogue import Rule
from contract_tests.commands import options as shared
from contract_tests.commands import progress
from contract_tests.commands.exit_codes import CONFORMS
from contract_tests.dry_run import Forecast
from contract_tests.report import terminal
from contract_tests.runner import Plan

_ROW = "{:16} {:>7} {:>8} {:>10}"


def tell(plan: Plan, rules: Sequence[Rule], options: argparse.Namespace) -> int:
    """Print the checks and requests of a rehearsal by family, and what would not be checked. Raises TargetTrouble."""
    with progress.families(sys.stderr) as tick:
        found = dry_run.rehearse(plan, rules, options.jobs, tick)
    about = shared.circumstances(plan, options)
    if options.json:
        print(json.dumps({"run": about, **found.as_json()}, ensure_ascii=False))
        return CONFORMS
    print(f"{terminal.circumstances(about)}\n\n{_ROW.format('', 'rules', 'checks', 'requests')}")
    for load in (*found.loads, found.total):
        print(_ROW.format(load.family, f"{load.rules:,}", f"{load.checks:,}", f"{load.requests:,}"))
    print("\nCounted on the packaged mock just now; where lists are longer, reading them takes more requests.")
    if pace := plan.target and plan.target.requests_per_minute:
        print(f"At {pace} requests a minute that takes {found.total.requests / pace:,.0f} minutes.")
    _tell_silent(found)
    return CONFORMS


def _tell_silent(found: Forecast) -> None:
    if found.silent:
        print("\nWould not be checked:")
    for outcome in found.silent:
        reasons = "; ".join(outcome.reasons) or "no check comes to the point"
        print(f"  {outcome.rule.id:8} {reasons}: {outcome.rule.says}")
