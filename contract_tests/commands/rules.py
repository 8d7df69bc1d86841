"""``novavms-contract rules``: prints the catalogue."""

import argparse
import json
from typing import Any

from contract_tests import catalogue
from contract_tests.commands.exit_codes import CONFORMS


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("rules", help="list the rules")
    command.add_argument("--json", action="store_true", help="print every field as JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print every rule of the catalogue."""
    found = catalogue.load()
    if options.json:
        rows = [{**rule.as_json(), "untested": found.untested.get(rule.id)} for rule in found.rules.values()]
        print(json.dumps(rows, ensure_ascii=False))
        return CONFORMS
    for rule in found.rules.values():
        print(f"{rule.id:8} {rule.strength:8} {rule.says}")
    about_sdk = len(list(found.testable(sdk=True)))
    print(f"\n{len(found.rules)} rules: `novavms-contract run` checks {len(list(found.testable()))} of the API,")
    print(f"`novavms-contract sdk` {about_sdk} of an SDK, and {len(found.untested)} cannot be checked.")
    return CONFORMS
