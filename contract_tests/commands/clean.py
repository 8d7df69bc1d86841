"""``novavms-contract clean``: removes what a killed run left on a target."""

import argparse
from pathlib import Path
from typing import Any

from contract_tests import config
from contract_tests.actors import TargetError
from contract_tests.commands.exit_codes import CONFORMS
from contract_tests.shared_target import cleanup, lock
from contract_tests.shared_target.ledger import Ledger, LedgerError


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("clean", help="remove what a killed run left on a target")
    option = command.add_argument
    option("--run", dest="run_id", required=True, metavar="ID", help="id of the run, such as ct260421120000")
    option("--config", type=Path, metavar="FILE", help="target file, if it has moved since the run")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Remove what the ledger of the run has. Raises LedgerError, ConfigError, TargetError."""
    ledger = Ledger.of(options.run_id)
    heading = ledger.heading()
    targets = config.load(options.config or Path(heading["config"]), heading["target"])
    if heading["target"] not in targets:
        raise LedgerError(f"the target file has no target {heading['target']!r}; --config names another file")
    target = targets[heading["target"]]
    with lock.held(target, options.run_id) as throttle_file:
        ledger.take_over()
        staying = ledger.staying()
        left = cleanup.remove_all(ledger, target, throttle_file)
    if left:
        raise TargetError(cleanup.description(left, options.run_id))
    but = f" but {', '.join(staying)}" if staying else ""
    print(f"Nothing of run {options.run_id}{but} is left on {heading['target']}.")
    return CONFORMS
