"""Clients of the target, as the target file has it.

Without a proxy there, a target on this machine is called directly, another through the proxy of the environment.
"""

import os
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

import httpx

from contract_tests.config import ConfigError, Connection
from contract_tests.http.bodies import CookielessClient, read_requests_body
from contract_tests.http.direct import DirectTransport

#: What connects to a target without settings in the target file.
_DEFAULT = Connection()


@dataclass(frozen=True)
class Proxy:
    """A proxy, and what names it: an environment variable, or the target file."""

    url: str
    source: str

    def __str__(self) -> str:
        scheme, separator, address = self.url.rpartition("://")
        return f"the proxy {scheme}{separator}{address.rpartition('@')[2]} of {self.source}"


class TargetClient(CookielessClient):
    """A client whose errors name the proxy that the call went through."""

    proxy: Proxy | None = None

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request. Raises TransportError."""
        try:
            return super().send(request, **options)
        except httpx.TransportError as error:
            if self.proxy is None:
                raise
            raise type(error)(f"through {self.proxy}: {error}", request=request) from error


def client(base_url: str, connection: Connection = _DEFAULT, **options: Any) -> TargetClient:
    """Return a client for a target, with options of httpx. Raises ConfigError, and InvalidURL for the base URL."""
    url = httpx.URL(base_url)
    proxy = proxy_for(url, connection)
    try:
        # Without TLS there is no need to read certificates.
        verify = connection.ssl_context() if url.scheme == "https" or proxy else False
        options |= {"proxy": proxy.url if proxy else None, "trust_env": False, "verify": verify}
        if verify is False and url.scheme == "http":
            options["transport"] = DirectTransport()
        made = TargetClient(base_url=url, headers=connection.headers, **options)
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise ConfigError(f"{proxy} cannot be used: {error}") from None
    except OSError as error:
        raise ConfigError(f"the certificates of SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error}") from None
    made.proxy = proxy
    return made


def requests_options(base_url: str, connection: Connection) -> dict[str, Any]:
    """Return the options of the library requests that make its calls as those of ``client``, their bodies bounded."""
    proxy, cert = proxy_for(httpx.URL(base_url), connection), connection.client_cert
    return {
        # An empty address keeps requests from the proxies of the environment.
        "proxies": dict.fromkeys(("http", "https"), proxy.url if proxy else ""),
        "verify": str(connection.ca) if connection.ca else connection.verify,
        "cert": (str(cert.cert), str(cert.key or cert.cert)) if cert else None,
        "hooks": {"response": read_requests_body},
    }


def tls_failed(error: BaseException) -> bool:
    """Whether a call had no answer because a TLS connection could not be made."""
    return any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def proxy_failed(error: httpx.TransportError) -> bool:
    """Whether a call through a proxy had no answer because the proxy cannot be reached or demands credentials."""
    if isinstance(error, httpx.ProxyError):
        return any(str(cause).startswith("407") for cause in _causes(error))
    connecting = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    return connecting and not tls_failed(error) and not any(map(_ended_after_connecting, _causes(error)))


def _ended_after_connecting(cause: BaseException) -> bool:
    """Whether the proxy was there: it closed the connection, or what is behind it did not begin with TLS in time."""
    closed = isinstance(cause, ConnectionResetError | ConnectionAbortedError | BrokenPipeError)
    return closed or (isinstance(cause, TimeoutError) and "handshake" in str(cause))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def proxy_for(url: httpx.URL, connection: Connection = _DEFAULT) -> Proxy | None:
    """Return the proxy through which a target is called, as the target file, the environment or the system names it."""
    if connection.proxy:
        return Proxy(connection.proxy, "the target file")
    if _is_loopback(url.host) or any(map(urllib.request.proxy_bypass, (url.host, url.netloc.decode()))):
        return None
    known = urllib.request.getproxies()
    kind = next((kind for kind in (url.scheme, "all") if known.get(kind)), None)
    if kind is None:
        return None
    named = (name for name, text in os.environ.items() if name.lower() == f"{kind}_proxy" and text == known[kind])
    proxy_url = known[kind] if "://" in known[kind] else f"http://{known[kind]}"
    return Proxy(proxy_url, next(named, "the system's settings"))


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback or address.is_unspecified
