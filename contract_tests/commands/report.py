"""``novavms-contract report``: an earlier run once more."""

import argparse
import sys
from pathlib import Path
from typing import Any

from contract_tests.commands.exit_codes import CONFORMS
from contract_tests.report import journal, terminal, writer


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("report", help="print the report of an earlier run, and write its views again")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report of a journal and write its views. Raises JournalError."""
    report = journal.read(options.folder / "journal.jsonl")
    writer.write_views(report, options.folder)
    terminal.render(report, sys.stdout)
    return CONFORMS
