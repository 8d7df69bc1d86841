"""Sending one message to a URL that a user chose: only to allowed addresses, and within a time limit."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import cache
from threading import Thread

from mockserver.domain.webhooks import Attempt
from mockserver.webhooks.allowlist import Allowed, Destination, WebhookOptionError, addresses

#: How much is recorded of the answer, or of an error, which may quote what the receiver sent.
_MAX_KEPT_CHARACTERS = 1024
#: Resolves a host name and a port to addresses. Raises OSError.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Sender:
    """Posts messages over https to allowed addresses, each on a connection of its own.

    An attempt may take ``timeout_seconds`` of real time. Redirects are not followed and proxies are not used. The HTTP
    client is imported for the first message.
    """

    def __init__(
        self,
        allowed: Collection[Allowed],
        tls: Callable[[], ssl.SSLContext],
        timeout_seconds: float,
        resolve: Resolve | None = None,
    ) -> None:
        self._allowed = allowed
        self._tls = tls
        self._timeout_seconds = timeout_seconds
        self._resolve = resolve or _look_up

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, at: datetime) -> Attempt:
        """Post the body and return the attempt: the receiver's status and the beginning of its answer, or an error."""
        return await self._attempt(url, headers, body, at, self._tls)

    async def forward(self, url: str, headers: Mapping[str, str], body: bytes, at: datetime) -> Attempt:
        """Do the same over http."""
        return await self._attempt(url.replace("http:", "https:", 1), headers, body, at, lambda: None)

    async def _attempt(
        self, url: str, headers: Mapping[str, str], body: bytes, at: datetime, tls: Callable[[], ssl.SSLContext | None]
    ) -> Attempt:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                status, answer = await self._exchange(Destination.parse(url), headers, body, tls)
        except TimeoutError:
            return Attempt(at=at, error=f"no answer within {self._timeout_seconds:g} s")
        except (OSError, ValueError) as error:
            return Attempt(at=at, error=_kept(str(error) or type(error).__name__))
        return Attempt(at=at, status=status, response=_kept(answer.decode(errors="replace")))

    async def _exchange(
        self,
        destination: Destination,
        headers: Mapping[str, str],
        body: bytes,
        tls: Callable[[], ssl.SSLContext | None],
    ) -> tuple[int, bytes]:
        from mockserver.webhooks import connection

        resolved = await self._resolve(destination.host, destination.port)
        checked = addresses(destination, self._allowed, resolved)
        return await connection.post(destination, checked, tls(), headers, body)


def tls_settings(ca_file: str | None) -> Callable[[], ssl.SSLContext]:
    """Return a function that returns the TLS settings: they trust the system's certificates, or those of a file alone.

    The system's certificates are read for the first message. Raises WebhookOptionError for a file without certificates.
    """
    if ca_file is None:
        return cache(ssl.create_default_context)
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise WebhookOptionError(f"--webhook-ca {ca_file}: {error.strerror or error}") from None
    return lambda: context


def _kept(text: str) -> str:
    """Return what is recorded of a text of the receiver: its beginning, without NUL, which no record holds."""
    return text[:_MAX_KEPT_CHARACTERS].replace("\0", "\ufffd")


async def _look_up(host: str, port: int) -> list[str]:
    """Resolve a host in a daemon thread, so that a slow name server delays neither a timeout nor the shutdown."""
    answer = Future[list[str]]()
    answer.set_running_or_notify_cancel()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([str(address[0]) for *_, address in found])
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    Thread(target=resolve, daemon=True).start()
    return await asyncio.wrap_future(answer)
