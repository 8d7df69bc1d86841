"""The command ``novavms-mock mcp``."""

import argparse
import asyncio
import socket
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from mockserver import resources
from mockserver.cli.arguments import token, url
from mockserver.openapi.document import Document
from mockserver.server.run import bind

_DONE, _USAGE, _FAILED = 0, 2, 3
_DESCRIPTION = """\
Serves the Model Context Protocol, so that an assistant can make organisations, call the API as any actor, move the
clock, inject faults and read the calls that were made. Without a URL it starts a mock of its own, which ends with it.
"""
_EXAMPLES = """examples:
  novavms-mock mcp                                a mock of its own, over stdin and stdout
  novavms-mock mcp http://127.0.0.1:8080          a mock that runs already
  novavms-mock mcp --http 8090                    over HTTP, at http://127.0.0.1:8090/mcp

exit codes: 0 done, 2 usage, or the extra is not installed, 3 the mock could not be started
"""


def add(commands: Any) -> None:
    """Add the command to the command line."""
    mcp = commands.add_parser(
        "mcp",
        help="let an assistant use a mock (Model Context Protocol)",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    mcp.add_argument("url", nargs="?", type=url, help="a mock that runs already (default: one of its own)")
    mcp.add_argument("--control-token", type=token, metavar="TOKEN", help="the token of the mock's control plane")
    mcp.add_argument("--http", type=_port, metavar="PORT", help="serve over HTTP on 127.0.0.1, instead of stdio")
    mcp.set_defaults(run=_mcp)


def _mcp(options: argparse.Namespace) -> int:
    try:
        import mcp  # noqa: F401

        from mockserver.mcp.own_mock import MockNotStarted, running
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        print("novavms-mock mcp: needs the extra mcp: pip install 'novavms-contract[mcp]'", file=sys.stderr)
        return _USAGE
    try:
        listener = None if options.http is None else bind("127.0.0.1", options.http)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        print(f"novavms-mock mcp: --http {options.http}: {reason}", file=sys.stderr)
        return _USAGE
    mock: AbstractContextManager[str] = nullcontext(options.url) if options.url else running()
    try:
        with mock as base_url:
            asyncio.run(_serve(base_url, options.control_token, listener))
    except MockNotStarted as error:
        print(f"novavms-mock mcp: the mock did not start: {error}", file=sys.stderr)
        return _FAILED
    return _DONE


async def _serve(base_url: str, control_token: str | None, listener: socket.socket | None) -> None:
    import httpx

    from mockserver.mcp.server import MockTools
    from mockserver.mcp.transports import serve_http, serve_stdio

    document = Document.load(resources.path("spec", "control.yaml"))
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
        server = MockTools(client, document, control_token).server()
        await (serve_http(server, listener) if listener else serve_stdio(server))


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)
