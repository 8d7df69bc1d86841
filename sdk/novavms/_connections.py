"""The HTTP clients of a client: one in each process, and for asyncio one in each event loop."""

import asyncio
import os
import ssl
import warnings
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import httpx

from novavms.errors import ConfigurationError

HttpT = TypeVar("HttpT", bound=httpx.Client | httpx.AsyncClient)

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_ADVICE = {
    **dict.fromkeys(_PROXIES, "set it to a URL such as http://proxy.example.com:3128, or unset it"),
    "SSL_CERT_FILE": "set it to a file of certificates, or unset it",
    "SSL_CERT_DIR": "set it to a folder of certificates, or unset it",
    "SSLKEYLOGFILE": "set it to a file that can be written, or unset it",
    "NO_PROXY": "set it to host names and addresses with commas between, an IPv6 address without brackets, or unset it",
}


class _Connections(Generic[HttpT]):
    """Passes calls to the HTTP client of the current process.

    An HTTP client that was inherited by a fork is never used, not even closed: its connections belong to the parent.
    One that was ``given`` cannot be made again, so that it is refused in any other process than that of its first call.
    """

    def __init__(self, make: Callable[[], HttpT], given: HttpT | None) -> None:
        self._make = make
        self._given = given
        self._given_pid: int | None = None
        self._used = False
        self.closed = False

    @property
    def is_closed(self) -> bool:
        """Whether no call can be made."""
        return self.closed if self._given is None else self._given.is_closed

    def build_request(self, *arguments: Any, **fields: Any) -> httpx.Request:
        """Return a request with the settings of the HTTP client."""
        return self.current().build_request(*arguments, **fields)

    def check_pickled(self) -> None:
        """Raise ConfigurationError for a ``given`` HTTP client, which cannot be made again elsewhere."""
        if self._given is not None:
            raise ConfigurationError("A client with an http_client cannot be pickled: make it where it is used")

    def _warn_unclosed(self, warn: Callable[..., None] = warnings.warn) -> None:
        if self._given is None and self._used and not self.closed:
            warn("a NovaVMS client was not closed: use `with`, or close()", ResourceWarning, source=self, stacklevel=3)

    def current(self) -> HttpT:
        """Return the HTTP client to use here. Raises ConfigurationError."""
        self._used = True
        if self._given is None:
            return self._own()
        pid = os.getpid()
        if self._given_pid is None:
            self._given_pid = pid
        if self._given_pid != pid:
            raise ConfigurationError(
                f"http_client was used in process {self._given_pid}, which was forked, and its connections belong to "
                "that process: pass an http_client that is made in this one"
            )
        return self._given

    def _own(self) -> HttpT:
        raise NotImplementedError


class Connections(_Connections[httpx.Client]):
    """The HTTP clients of a blocking client."""

    def __init__(self, given: httpx.Client | None = None) -> None:
        super().__init__(httpx.Client, given)
        self._by_pid: dict[int, httpx.Client] = {}
        if given is None:
            self._own()

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request."""
        return self.current().send(request, **options)

    def __del__(self) -> None:
        self._warn_unclosed()
        self.close()

    def close(self) -> None:
        """Close the connections of this process, but not a ``given`` HTTP client."""
        self.closed = True
        http = self._by_pid.pop(os.getpid(), None)
        if http is not None:
            http.close()

    def _own(self) -> httpx.Client:
        pid = os.getpid()
        http = self._by_pid.get(pid)
        # Of two threads that make one at the same time, both get the first.
        return http or self._by_pid.setdefault(pid, made(self._make))


class AsyncConnections(_Connections[httpx.AsyncClient]):
    """The HTTP clients of an asyncio client. Those of an event loop that was closed are dropped with it."""

    def __init__(self, given: httpx.AsyncClient | None = None) -> None:
        super().__init__(httpx.AsyncClient, given)
        self._by_loop: WeakKeyDictionary[object, tuple[int, httpx.AsyncClient]] = WeakKeyDictionary()
        self._unused = None if given else made(self._make)

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request."""
        return await self.current().send(request, **options)

    def __del__(self) -> None:
        self._warn_unclosed()

    async def close(self) -> None:
        """Close the connections of this event loop, but not a ``given`` HTTP client."""
        self.closed = True
        pid, http = self._by_loop.pop(_loop(), (os.getpid(), self._unused))
        self._unused = None
        if http is not None and pid == os.getpid():
            await http.aclose()

    def _own(self) -> httpx.AsyncClient:
        loop, pid = _loop(), os.getpid()
        known_pid, http = self._by_loop.get(loop, (None, None))
        if http is None or known_pid != pid:
            http, self._unused = self._unused or made(self._make), None
            self._by_loop[loop] = (pid, http)
        return http


def _loop() -> object:
    """Return the running event loop, or the class where another library than asyncio runs it."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return AsyncConnections


def made(make: Callable[[], HttpT]) -> HttpT:
    """Return an HTTP client with the proxies and certificates of the environment.

    Raises ConfigurationError, which names the variable that cannot be used, but not its value: it may hold a password.
    """
    try:
        return make()
    except Exception as error:
        name = _unusable_variable()
        what = f"{name} of the environment cannot be used ({type(error).__name__}): "
        raise ConfigurationError(what + _ADVICE[name.upper()]) from None


def _unusable_variable() -> str:
    """Return the name of the variable that keeps an HTTP client from being made, as it is written."""
    known = [name for name in os.environ if name.upper() in _ADVICE]
    for name in known:
        if _is_unusable(name.upper(), os.environ[name]):
            return name
    return next((name for name in known if name.upper() == "NO_PROXY"), "NO_PROXY")


def _is_unusable(name: str, value: str) -> bool:
    try:
        if name in _PROXIES and value:
            url = value if "://" in value else f"http://{value}"
            httpx.Client(trust_env=False, verify=False, proxy=url).close()
        elif name == "SSL_CERT_FILE":
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=value)
        elif name == "SSL_CERT_DIR":
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(capath=value)
        elif name == "SSLKEYLOGFILE" and value:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = value
    except Exception:
        return True
    return False
