"""``novavms-contract run``: checks a target."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from contract_tests import budget, catalogue, config, preflight
from contract_tests.catalogue import STRENGTHS, Rule
from contract_tests.commands import dry_run
from contract_tests.commands import options as shared
from contract_tests.commands.exit_codes import UsageError
from contract_tests.commands.run_and_report import run_and_report
from contract_tests.config import TargetConfig
from contract_tests.plan import Plan
from contract_tests.shared_target import cleanup, lock
from contract_tests.shared_target.ledger import Ledger

_PROFILES = "; ".join(f"{name}: {profile}" for name, profile in shared.PROFILES.items())
_DESCRIPTION = (
    "Checks every rule on a target, or on a mock of its own, and prints what is violated. "
    "The target file (--config) says how a server is reached and which tokens to use: docs/how-to/staging.md."
)


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("run", help="check a target", description=_DESCRIPTION)
    option = command.add_argument
    option("target", nargs="?", default="mock", help="mock, a URL, or a name in the target file (default: %(default)s)")
    option("--config", type=Path, metavar="FILE", help="target file (TOML)")
    shared.add_rule_options(command)
    shared.add_gate_options(command)
    option("--only-strength", choices=STRENGTHS, help="check only rules of this strength")
    option(
        "--profile",
        choices=sorted(shared.PROFILES),
        default=shared.DEFAULT_PROFILE,
        help=f"{_PROFILES} (default: %(default)s)",
    )
    required = "only the rules that a release of this version must meet decide, as v1.0"
    option("--requirements", metavar="VERSION", help=required)
    option("--fail-fast", action="store_true", help="stop at the first violation that decides, and print it alone")
    option(
        "--dry-run",
        action="store_true",
        help="count checks and requests on the packaged mock, and read what the target has",
    )
    option("--json", action="store_true", help="print the counts of --dry-run as JSON")
    option("--budget", type=_minutes, metavar="MINUTES", help="leave out checks that take longer together")
    shared.add_run_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check the target. Raises UsageError, ConfigError, TargetError."""
    if options.json and not options.dry_run:
        raise UsageError("--json needs --dry-run; --report writes report.json")
    if options.dry_run and options.budget:
        raise UsageError("--dry-run checks nothing that --budget could leave out; leave out one of them")
    gate = shared.gate(options)
    target = _target(options)
    rules, left_out = _selected(options, ours=target is None or target.ours)
    plan = _plan(options, rules, target)
    if options.dry_run:
        return dry_run.run(plan, rules, options)
    shared.make_report_folder(options.report)
    with lock.held(target, plan.run_id) as throttle_file:
        for warning in preflight.check(target, throttle_file) if target else []:
            print(f"novavms-contract: warning: {warning}", file=sys.stderr)
        with _within_budget(replace(plan, throttle_file=throttle_file), rules, options) as plan:
            ledger = cleanup.start(plan.run_id, target, options.config)
            if target is None or ledger is None:
                return run_and_report(plan, rules, options, gate, left_out)
            remove_created = partial(_remove, ledger, target, throttle_file)
            return run_and_report(replace(plan, ledger=ledger.path), rules, options, gate, left_out, remove_created)


def _remove(ledger: Ledger, target: TargetConfig, throttle_file: Path | None) -> list[str]:
    """Remove what the run has created and return what is left, after a note of what stays with permission."""
    if staying := ledger.staying():
        print(f"novavms-contract: note: {', '.join(staying)} stays on the target, as permitted", file=sys.stderr)
    return cleanup.remove_all(ledger, target, throttle_file)


@contextmanager
def _within_budget(plan: Plan, rules: Sequence[Rule], options: argparse.Namespace) -> Iterator[Plan]:
    """Yield the plan, without the checks that --budget leaves no time for. Raises TargetError."""
    if options.budget is None:
        yield plan
        return
    found, _, _ = dry_run.predict(plan, rules, options)
    stated = [rule.id for rule in rules if rule.strength == "stated"]
    with budget.applied(plan, found, stated, options.budget) as affordable:
        yield affordable


def _minutes(text: str) -> float:
    try:
        if (minutes := float(text)) > 0:
            return minutes
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes, such as 5 or 0.5")


def _plan(options: argparse.Namespace, rules: Sequence[Rule], target: TargetConfig | None) -> Plan:
    profile = shared.PROFILES[options.profile]
    deciding = shared.deciding(rules, all_decide=options.strict or target is None or target.ours)
    if options.requirements:
        deciding = shared.required(rules, options)
    return Plan(
        rules=tuple(rule.id for rule in rules),
        target=target,
        seed=options.seed,
        examples=options.examples or profile.examples,
        checks_per_rule=None if target is None or target.ours else profile.checks_per_rule,
        fuzz=profile.fuzz,
        run_id=shared.new_run_id(),
        deciding=deciding,
        fail_fast=options.fail_fast,
    )


def _target(options: argparse.Namespace) -> TargetConfig | None:
    """Return the target, or None for a packaged mock. Raises UsageError, ConfigError."""
    names = config.names(options.config) if options.config else ()
    if options.target in names:
        return config.load(options.config, options.target)[options.target]
    if options.target == "mock":
        return None
    if options.target.lower().startswith(("http://", "https://")):
        base_url = config.base_url("target", options.target)
        control = preflight.control_of(base_url)
        return TargetConfig(options.target, base_url, control=control, ours=control is not None)
    known = ["mock", *names]
    closest = config.did_you_mean(options.target, known) or "; --config names the target file"
    raise UsageError(f"target {options.target!r} is neither a URL nor one of {', '.join(known)}{closest}")


def _selected(options: argparse.Namespace, *, ours: bool) -> tuple[list[Rule], list[Rule]]:
    """Return the rules to check, and those that apply to our own mock only. Raises UsageError."""
    found = catalogue.load().select(options.rules)
    if options.only_strength:
        found = [rule for rule in found if rule.strength == options.only_strength]
    left_out = [] if ours else [rule for rule in found if rule.strength == "assumed"]
    if not found:
        raise UsageError(
            "no rule of the API matches; see `novavms-contract rules`, and `novavms-contract sdk` for the SDK"
        )
    if len(left_out) == len(found):
        raise UsageError(
            "only decisions of this project match (strength assumed), and they are checked on our own mock only"
        )
    return [rule for rule in found if rule not in left_out], left_out
