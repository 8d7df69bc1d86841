"""HTTP/1.1 messages as bytes: read whole from a connection, written by a load balancer."""

import asyncio
from http import HTTPStatus


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Return the first line and the headers of the next message, nothing at the end of the connection."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def read_body(reader: asyncio.StreamReader, head: bytes, *, to_end: bool) -> bytes:
    """Return the body of a message, as it is framed; ``to_end`` is whether one without a length ends the connection."""
    if b"chunked" in _header(head, b"transfer-encoding"):
        return await _read_chunks(reader)
    length = _header(head, b"content-length")
    if length:
        return await reader.readexactly(int(length))
    return await reader.read() if to_end else b""


def status_of(head: bytes) -> int:
    """Return the status of an answer."""
    return int(head.split(b" ", 2)[1])


def balancer_answer(status: int, *headers: str) -> bytes:
    """Return the answer of a load balancer: a page of HTML, no header of the API."""
    body = f"<html><body><h1>{status} {HTTPStatus(status).phrase}</h1></body></html>".encode()
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Server: balancer", "Content-Type: text/html", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _header(head: bytes, name: bytes) -> bytes:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return next((value.strip().lower() for key, _, value in lines if key.strip().lower() == name), b"")


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while True:
        parts.append(await reader.readuntil(b"\r\n"))
        size = int(parts[-1].partition(b";")[0], 16)
        parts.append(await reader.readexactly(size + 2))
        if size == 0:
            return b"".join(parts)
