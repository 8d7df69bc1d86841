"""The command line novavms-contract."""

import argparse
import errno
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from contract_tests import __version__
from contract_tests.actors import TargetError
from contract_tests.catalogue import CatalogueError
from contract_tests.commands import clean, docs, kill, mcp, report, rules, run, sdk, waive
from contract_tests.commands.exit_codes import CONFORMS, RUN_ERROR, USAGE_ERROR, UsageError, fail
from contract_tests.config import ConfigError
from contract_tests.report.journal import JournalError
from contract_tests.shared_target.ledger import LedgerError

_EXAMPLES = """examples:
  novavms-contract run                                 start the packaged mock and check every rule on it
  novavms-contract run --rules 'GW-5*' --seed 7        check some rules, with a seed that repeats the run
  novavms-contract run staging --config targets.toml --report out
                                                       check a target of the target file (see docs/how-to/staging.md)
  novavms-contract sdk                                 check the installed Python SDK
  novavms-contract rules --json                        print the catalogue
  novavms-contract kill --mutants 'EV-*'               prove that the checks of the EV rules can fail
  novavms-contract waive EV-26 --from out --until 2027-01-31 --owner media --reason "fixed in 1.2"
                                                       a known failure does not decide until then
  novavms-contract docs alerts.md sdk.html             hold documentation pages against document and rules
  novavms-contract mcp --config targets.toml           let an assistant check these targets
  novavms-contract clean --run ct260421120000          remove what a killed run left on a target

exit codes: 0 conforms, 1 violations, 2 usage or configuration, 3 target unreachable or the suite itself failed
"""
_COMMANDS = (run, sdk, rules, kill, report, waive, docs, mcp, clean)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.run
        code = command(options)
        sys.stdout.flush()
        return code
    except (UsageError, ConfigError, CatalogueError, JournalError, LedgerError) as error:
        return fail(error, USAGE_ERROR)
    except TargetError as error:
        return fail(error, RUN_ERROR)
    except KeyboardInterrupt:
        return fail("interrupted", RUN_ERROR)
    except BrokenPipeError:
        _discard_output()
        return CONFORMS
    except Exception as error:
        return fail(_description(error), RUN_ERROR)


def _description(error: Exception) -> str:
    """Return what is known of an error that no command expects."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _discard_output()
        return f"the output could not be written: {error.strerror}"
    return f"the suite itself failed\n{traceback.format_exc().strip()}"


def _discard_output() -> None:
    """Keep Python from writing what is left of the output as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="novavms-contract",
        description="Checks any NovaVMS server against its documentation, rule by rule.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")
