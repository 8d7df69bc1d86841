"""``novavms-contract sdk``: checks the Python SDK that is installed."""

import argparse
from pathlib import Path
from typing import Any

from contract_tests import catalogue
from contract_tests.commands import kill as killing
from contract_tests.commands import options as shared
from contract_tests.commands import run_and_report
from contract_tests.commands.exit_codes import UsageError
from contract_tests.mutation.activation import LawError
from contract_tests.mutation.kill import mutants_of_sdk
from contract_tests.runner import Plan
from contract_tests.sdk import installed
from contract_tests.sdk.installed import NotInstalled


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("sdk", help="check the Python SDK that is installed")
    shared.add_judgement(command)
    option = command.add_argument
    option("--kill", type=Path, metavar="FILE", help="prove that the checks can fail, by mutants of the SDK")
    option("--mutants", metavar="GLOB", help="with --kill: some of the mutants (default: all)")
    shared.add_effort(command)
    command.set_defaults(run=run, profile="gate")


def run(options: argparse.Namespace) -> int:
    """Check the SDK, or try its mutants. Raises UsageError."""
    try:
        installed.check()
    except NotInstalled as error:
        raise UsageError(error) from None
    return _kill(options) if options.kill else _check(options)


def _check(options: argparse.Namespace) -> int:
    if options.mutants:
        raise UsageError("--mutants goes with --kill")
    rules = catalogue.load().select(options.rules, sdk=True)
    if not rules:
        raise UsageError(shared.unmatched("of the SDK", "of the API are checked by `novavms-contract run`"))
    plan = Plan(
        rules=tuple(rule.id for rule in rules),
        seed=options.seed,
        examples=options.examples or shared.PROFILES[options.profile].examples,
        prefix=shared.prefix(),
        sdk=True,
    )
    shared.make_folder(options.report)
    return run_and_report.judge(plan, rules, options)


def _kill(options: argparse.Namespace) -> int:
    if options.rules or options.strict or options.require_complete:
        raise UsageError("--kill goes without --rules, --strict and --require-complete; --mutants GLOB chooses")
    options.mutants = options.mutants or "*"
    shared.make_folder(options.report)
    try:
        known = mutants_of_sdk(options.kill)
    except LawError as error:
        raise UsageError(error) from None
    return killing.judge(known, f"they are in {options.kill}", options, options.kill)
