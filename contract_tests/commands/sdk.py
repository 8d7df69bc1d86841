"""``novavms-contract sdk``: checks the installed Python SDK, or one that a driver calls."""

import argparse
import shlex
from pathlib import Path
from typing import Any

from contract_tests import catalogue
from contract_tests.commands import options as shared
from contract_tests.commands.exit_codes import UsageError
from contract_tests.commands.kill import run_and_report as run_kill
from contract_tests.commands.run_and_report import run_and_report
from contract_tests.mutation import activation, generated, kill
from contract_tests.mutation.activation import MutantError
from contract_tests.mutation.kill import sdk_mutants, table_mutants
from contract_tests.mutation.mutant_table import TableError
from contract_tests.plan import Driver, Mutant, Plan
from contract_tests.sdk import driver_process, installed
from contract_tests.sdk.driver_process import NotStarted
from contract_tests.sdk.installed import NotInstalled


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("sdk", help="check the installed Python SDK")
    shared.add_rule_options(command)
    shared.add_gate_options(command)
    option = command.add_argument
    called = "check the SDK of any language that this driver calls (docs/how-to/sdk-driver.md)"
    option("--driver", metavar="COMMAND", help=called)
    option("--kill", type=Path, metavar="FILE", help="prove that the checks can fail, by the SDK mutants in this file")
    only = "with --kill: only mutants with this id or rule (default: all); may be repeated"
    option("--mutants", action="append", default=[], metavar="GLOB", help=only)
    option("--generated", action="store_true", help="with --kill: the mutants that operators generate, in GENERATED")
    option("--sample", type=shared.count, metavar="N", help="with --generated: N of them, of each operator its share")
    shared.add_run_options(command)
    command.set_defaults(run=run, profile="gate")


def run(options: argparse.Namespace) -> int:
    """Check the SDK, or try its mutants. Raises UsageError."""
    try:
        driver = None if options.driver is None else _driver(options.driver)
        if driver is None:
            installed.check()
    except (NotInstalled, NotStarted) as error:
        raise UsageError(error) from None
    return _kill(options, driver) if options.kill else _check(options, driver)


def _driver(command: str) -> Driver:
    """Return what a driver is. Raises NotStarted, UsageError."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--driver {command!r}: {error}") from None
    if not words:
        raise UsageError("--driver: is empty, and must be a command such as 'node driver.mjs'")
    return Driver(words, Path.cwd(), driver_process.introduced(words, Path.cwd()))


def _check(options: argparse.Namespace, driver: Driver | None) -> int:
    if options.mutants or options.generated or options.sample:
        raise UsageError("--mutants, --generated and --sample need --kill")
    rules = catalogue.load().select(options.rules, sdk=True, language=driver.language if driver else "")
    if not rules:
        raise UsageError(
            "no rule of the SDK matches; see `novavms-contract rules`, and `novavms-contract run` for the API"
        )
    plan = Plan(
        rules=tuple(rule.id for rule in rules),
        seed=options.seed,
        examples=options.examples or shared.PROFILES[options.profile].examples,
        run_id=shared.new_run_id(),
        deciding=shared.deciding(rules, all_decide=options.strict),
        sdk=True,
        driver=driver,
    )
    gate = shared.gate(options)
    shared.make_report_folder(options.report)
    return run_and_report(plan, rules, options, gate)


def _kill(options: argparse.Namespace, driver: Driver | None) -> int:
    if options.rules or options.strict or options.require_complete:
        raise UsageError(
            "--kill cannot be combined with --rules, --strict or --require-complete; --mutants selects mutants"
        )
    if options.sample and not options.generated:
        raise UsageError("--sample needs --generated")
    shared.make_report_folder(options.report)
    path = options.kill
    try:
        known = _of_driver(driver, options) if driver else sdk_mutants(path, generated=options.generated)
        known = kill.matching(options.mutants, known)
        undocumented = activation.undocumented(path) if options.generated else None
    except (MutantError, TableError) as error:
        raise UsageError(error) from None
    if options.sample:
        known = generated.sample(known, options.sample, options.seed)
    return run_kill(known, f"they are in {path}", options, path, undocumented=undocumented, driver=driver)


def _of_driver(driver: Driver, options: argparse.Namespace) -> list[Mutant]:
    """Return the mutants of a table. Raises UsageError, TableError, ConfigError."""
    if options.generated:
        raise UsageError("--generated cannot be combined with --driver: operators are made for Python")
    if "mutants" not in driver.hello["capabilities"]:
        raise UsageError(f"--kill: the driver {' '.join(driver.command)!r} does not have the capability mutants")
    return table_mutants(options.kill)
