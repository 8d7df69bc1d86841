"""``novavms-contract mcp``: lets an assistant check targets (Model Context Protocol)."""

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import Any

from contract_tests import config
from contract_tests.commands.exit_codes import CONFORMS, UsageError

_DESCRIPTION = """\
Serves the Model Context Protocol over stdin and stdout, so that an assistant can find rules, check targets by them,
explain a failure and reproduce it. The tokens of the target file are never shown.
"""


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "mcp",
        help="let an assistant check targets (Model Context Protocol)",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--config", type=Path, metavar="FILE", help="target file, whose targets may be checked")
    command.add_argument("--http", type=_port, metavar="PORT", help="serve http://127.0.0.1:PORT/mcp instead of stdio")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until the assistant closes stdin, or a signal. Raises UsageError, ConfigError."""
    if options.config:
        config.load(options.config)
    try:
        from contract_tests.mcp import server
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise UsageError("mcp needs its extra: pip install 'novavms-contract[suite,mcp]'") from None
    with tempfile.TemporaryDirectory(prefix="novavms-contract-mcp-") as folder:
        tools = server.create(Path(folder), options.config)
        if options.http is None:
            asyncio.run(tools.run_stdio_async())
        else:
            asyncio.run(tools.run_streamable_http_async(port=options.http))
    return CONFORMS


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)
