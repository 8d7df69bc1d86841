"""``novavms-contract clean``: what a run that was killed left behind."""

import argparse
from pathlib import Path
from typing import Any

from contract_tests.commands.exit_codes import CONFORMS
from contract_tests.shared_target import cleanup


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("clean", help="remove what a run that was killed left on a target")
    command.add_argument("--run", dest="name", required=True, metavar="ID", help="as the run told it")
    command.add_argument("--config", type=Path, metavar="FILE", help="target file, if it is not where it was")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Remove it. Raises LedgerError, ConfigError, TargetTrouble."""
    target = cleanup.clean(options.name, options.config)
    print(f"Nothing of run {options.name} is left on {target}.")
    return CONFORMS
