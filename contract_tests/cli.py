"""The command line novavms-contract."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from contract_tests import __version__
from contract_tests.actors import TargetTrouble
from contract_tests.catalogue import CatalogueError
from contract_tests.commands import clean, kill, report, rules, run, sdk
from contract_tests.commands.exit_codes import CONFORMS, TROUBLE, USAGE, UsageError, complain
from contract_tests.config import ConfigError
from contract_tests.report.journal import JournalError
from contract_tests.shared_target.ledger import LedgerError

_EXAMPLES = """examples:
  novavms-contract run                                 start the packaged mock and check every rule on it
  novavms-contract run --rules 'GW-5*' --seed 7        some rules, repeatably
  novavms-contract run staging --config targets.toml --report out
                                                       a target of your own; see the README for the file
  novavms-contract sdk                                 check the Python SDK that is installed
  novavms-contract rules --json                        the catalogue
  novavms-contract kill --mutants 'EV-*'               prove that the checks of events can fail
  novavms-contract clean --run ct260421120000          remove what a run that was killed left on a target

exit codes: 0 conforms, 1 violations, 2 usage or configuration, 3 target unreachable or the suite itself failed
"""
_COMMANDS = (run, sdk, rules, kill, report, clean)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        command: Callable[[argparse.Namespace], int] = options.run
        return command(options)
    except (UsageError, ConfigError, CatalogueError, JournalError, LedgerError) as error:
        return complain(error, USAGE)
    except TargetTrouble as error:
        return complain(error, TROUBLE)
    except KeyboardInterrupt:
        return complain("interrupted", TROUBLE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CONFORMS


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="novavms-contract",
        description="Checks any NovaVMS against its documentation, rule by rule.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n")
