"""How an assistant reaches the server: over the standard streams of the command, or over HTTP."""

import socket
from typing import Any

import uvicorn
from mcp.server import Server
from mcp.server.stdio import stdio_server


async def serve_stdio(server: Server[Any]) -> None:
    """Serve one assistant over stdin and stdout until it closes them."""
    async with stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())


async def serve_http(server: Server[Any], listener: socket.socket) -> None:
    """Serve assistants at ``/mcp`` until a signal; requests for pages of other sites are refused."""
    config = uvicorn.Config(server.streamable_http_app(), log_level="warning")
    await uvicorn.Server(config).serve(sockets=[listener])
