"""Sends one message to one webhook, as carefully as a service that sends to addresses its users chose."""

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

#: Returns the addresses of a host, given its name and a port. Raises OSError.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Sender:
    """Posts messages over https, to allowed addresses alone, each on a connection of its own.

    Redirects are not followed and no proxy is asked. ``seconds`` of real time are all that an attempt has. What speaks
    HTTP is loaded for the first message.
    """

    def __init__(
        self,
        allowed: Collection[Allowed],
        tls: Callable[[], ssl.SSLContext],
        seconds: float,
        resolve: Resolve | None = None,
    ) -> None:
        self._allowed = allowed
        self._tls = tls
        self._seconds = seconds
        self._resolve = resolve or _resolved

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, at: datetime) -> Attempt:
        """Return what came of posting the body: the receiver's status and the beginning of its answer, or an error."""
        try:
            async with asyncio.timeout(self._seconds):
                status, answer = await self._exchange(Destination.parse(url), headers, body)
        except TimeoutError:
            return Attempt(at=at, error=f"no answer within {self._seconds:g} s")
        except (OSError, ValueError) as error:
            return Attempt(at=at, error=str(error) or type(error).__name__)
        return Attempt(at=at, status=status, response=answer.decode(errors="replace"))

    async def _exchange(self, destination: Destination, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        from mockserver.webhooks import connection

        resolved = await self._resolve(destination.host, destination.port)
        found = addresses(destination, self._allowed, resolved)
        return await connection.post(destination, found, self._tls(), headers, body)


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


async def _resolved(host: str, port: int) -> list[str]:
    """Look a host up in a thread that nobody waits for, not even the end: name servers may take their time."""
    answer = Future[list[str]]()
    answer.set_running_or_notify_cancel()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([str(address[0]) for *_, address in found])
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    Thread(target=look_up, daemon=True).start()
    return await asyncio.wrap_future(answer)
