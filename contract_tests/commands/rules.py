"""``novavms-contract rules``: prints the catalogue, or some rules of it."""

import argparse
import json
from fnmatch import fnmatch
from typing import Any

from contract_tests import catalogue
from contract_tests.commands.exit_codes import CONFORMS, UsageError


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "rules", help="list the rules", description="Says what rules demand, and how strongly."
    )
    command.add_argument("rules", nargs="*", metavar="RULE", help="rules, or globs such as 'GW-5*' (default: all)")
    command.add_argument("--json", action="store_true", help="print every field as JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the rules that are asked for, or all. Raises UsageError if there is none."""
    found, globs = catalogue.load(), options.rules or ("*",)
    rules = [rule for rule in found.rules.values() if any(fnmatch(rule.id, glob) for glob in globs)]
    if not rules:
        raise UsageError(f"no rule matches {' '.join(globs)}; `novavms-contract rules` lists them")
    if options.json:
        rows = [{**rule.as_json(), "untested": found.untested.get(rule.id)} for rule in rules]
        print(json.dumps(rows, ensure_ascii=False))
        return CONFORMS
    for rule in rules:
        print(f"{rule.id:8} {rule.strength:8} {rule.says}")
    if options.rules:
        return CONFORMS
    about_sdk = len(list(found.testable(sdk=True)))
    print(f"\n{len(found.rules)} rules: `novavms-contract run` checks {len(list(found.testable()))} of the API,")
    print(f"`novavms-contract sdk` {about_sdk} of an SDK, and {len(found.untested)} cannot be checked.")
    return CONFORMS
