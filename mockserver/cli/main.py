"""The command line ``novavms-mock``: its parser, the dispatch to a command, and exit codes."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from mockserver import __version__
from mockserver.cli import info, mcp, serve, simulate
from mockserver.cli.usage import UsageError
from mockserver.fixtures import FixtureError
from mockserver.mutants import UnknownMutant
from mockserver.openapi.document import DocumentError
from mockserver.server.workers import WorkerFailed
from mockserver.store.base import StoreError
from mockserver.webhooks.allowlist import WebhookOptionError

_EXAMPLES = """examples:
  novavms-mock serve                              a mock on 127.0.0.1:8080; `serve --help` has more examples
  novavms-mock serve --scenario busy-week         another initial state; `novavms-mock scenarios` lists them
  novavms-mock simulate --gateways 50             50 gateways that report to the mock, until Ctrl-C
  novavms-mock mcp                                a mock that an assistant can use (Model Context Protocol)
  novavms-mock spec --format json > openapi.json  the OpenAPI document
  novavms-mock coverage                           which operations are implemented

exit codes: 0 success, 2 wrong usage, file or setting, 3 a worker failed or a server cannot be reached
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 success, 2 usage or configuration, 3 failure of a worker or server."""
    _open_standard_streams()
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _discard(1)
        return 0
    except OSError as error:
        _discard(1)
        _print_error(f"{error.filename or 'standard output'}: {error.strerror}")
        return 2


def _run(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except (UsageError, FixtureError, DocumentError, WebhookOptionError, StoreError, UnknownMutant) as error:
        _print_error(str(error))
        return 2
    except WorkerFailed as error:
        _print_error(str(error))
        return 3


def _print_error(message: str, program: str = "novavms-mock") -> None:
    """Print one line on stderr, if that can be written."""
    try:
        print(f"{program}: {message}", file=sys.stderr, flush=True)
    except OSError:
        _discard(2)


def _discard(number: int) -> None:
    """Discard what is written to a standard stream from now on, and what is still in its buffer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _open_standard_streams() -> None:
    """Open those standard streams that were closed when the process began, so that no other file takes their number.

    Characters that the encoding of stdout lacks are escaped.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="novavms-mock",
        description="A stateful mock of the NovaVMS API.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (serve, simulate, mcp, info):
        command.add(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        _print_error(message, self.prog)
        self.exit(2)
