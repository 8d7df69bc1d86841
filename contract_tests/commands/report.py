"""``novavms-contract report``: prints the report of an earlier run."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from contract_tests.commands import options as shared
from contract_tests.commands.exit_codes import CONFORMS, with_unwritten
from contract_tests.output import colour
from contract_tests.report import journal, terminal, writer


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("report", help="print the report of an earlier run, and write its views again")
    command.add_argument("folder", type=Path, metavar="DIR", help="the folder that --report of that run named")
    shared.add_other_reports(command)
    shared.add_colour_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report from the journal in the folder, and write its views again. Raises JournalError, ConfigError."""
    report = journal.read(options.folder)
    given = {name: facts for name, facts in shared.compared(options).items() if facts}
    report = replace(report, run={**report.run, **given})
    unwritten = writer.write_views(report, options.folder)
    terminal.render(report, sys.stdout, colour=colour.wanted(options.color, sys.stdout))
    return with_unwritten(unwritten, CONFORMS)
