"""Posting one message on a connection of its own, to an address that was checked: no name is resolved again."""

import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Self

import httpcore

from mockserver.webhooks.allowlist import Destination

#: How much of an answer is read, and how much of that is recorded (WH-26).
MAX_READ_BYTES, MAX_KEPT_BYTES = 64 * 1024, 1024


async def post(
    destination: Destination,
    addresses: Sequence[str],
    tls: ssl.SSLContext | None,
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[int, bytes]:
    """Return the status and the beginning of the answer, over http without ``tls``. Raises OSError if it failed."""
    url = httpcore.URL(
        scheme="https" if tls else "http", host=destination.host, port=destination.port, target=destination.target
    )
    sent_headers = [("Host", _authority(destination)), ("Connection", "close"), *headers.items()]
    try:
        async with (
            _AddressBackend(addresses) as backend,
            httpcore.AsyncHTTPConnection(url.origin, tls, network_backend=backend) as connection,
            connection.stream("POST", url, headers=sent_headers, content=body) as response,
        ):
            return response.status, await _beginning(response)
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise OSError(str(error) or type(error).__name__) from error


class _AddressBackend(httpcore.AsyncNetworkBackend):
    """Connects to the first of some addresses that accepts the connection."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection, also if it was cancelled before httpcore owned it."""
        if self._stream is not None:
            await self._stream.aclose()

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that accepts the connection. Raises ConnectError."""
        failure = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses:
            try:
                self._stream = await httpcore.AnyIOBackend().connect_tcp(address, port)
            except httpcore.ConnectError as error:
                failure = error
            else:
                return self._stream
        try:
            raise failure
        finally:
            del failure  # its traceback holds this frame


async def _beginning(response: httpcore.Response) -> bytes:
    """Return the beginning of an answer's body, of at most MAX_KEPT_BYTES."""
    kept, read = b"", 0
    async for part in response.aiter_stream():
        kept += part[: MAX_KEPT_BYTES - len(kept)]
        read += len(part)
        if read >= MAX_READ_BYTES:
            break
    return kept


def _authority(destination: Destination) -> str:
    host = f"[{destination.host}]" if ":" in destination.host else destination.host
    return host if destination.port == 443 else f"{host}:{destination.port}"
