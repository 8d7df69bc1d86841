"""Clients of the target: on this machine it is called directly, elsewhere through the proxy of the environment."""

import os
import urllib.request
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

import httpx

from contract_tests.config import ConfigError
from contract_tests.http.bodies import CookielessClient


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the environment variable that names it."""

    url: str
    variable: str

    def __str__(self) -> str:
        scheme, separator, address = self.url.rpartition("://")
        return f"the proxy {scheme}{separator}{address.rpartition('@')[2]} of {self.variable}"


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


def client(base_url: str, **options: Any) -> TargetClient:
    """Return a client for a target, with options of httpx. Raises ConfigError, and InvalidURL for the base URL."""
    url = httpx.URL(base_url)
    proxy = proxy_for(url)
    try:
        # Without TLS there is no need to read certificates.
        verify = httpx.create_ssl_context() if url.scheme == "https" or proxy else False
        options |= {"proxy": proxy.url if proxy else None, "trust_env": False, "verify": verify}
        made = TargetClient(base_url=url, **options)
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise ConfigError(f"{proxy} cannot be used: {error}") from None
    except OSError as error:
        raise ConfigError(f"the certificates of SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error}") from None
    made.proxy = proxy
    return made


def proxy_for(url: httpx.URL) -> Proxy | None:
    """Return the proxy through which a target is called, as the environment or the system names it."""
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
