"""Which requests a browser may have made for a page of another site, by the headers that no page can change."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from mockserver.asgi import Scope, header
from mockserver.domain.errors import Forbidden

_UNSPECIFIED = ("0.0.0.0", "::")
_REMEDY = "`novavms-mock serve --allow-host NAME` allows a name."
LOOPBACK, ANY = "loopback", "*"
_LOOPBACK_ORIGIN = re.compile(
    r"https?://(?:(?:[a-z0-9-]{1,63}\.){0,9}localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?"
)
_LOCALHOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*localhost")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s*]{1,300}", re.ASCII | re.IGNORECASE)
_DEFAULT_PORT = re.compile(r"http://.*:80|https://.*:443", re.IGNORECASE)


def is_origin(text: str) -> bool:
    """Whether browsers send this text as the origin of pages: a scheme, a host and a port that is not the default."""
    return _ORIGIN.fullmatch(text) is not None and _DEFAULT_PORT.fullmatch(text) is None


class Origins:
    """The origins whose pages may call the API, such as ``http://localhost:5173``.

    ``loopback`` stands for every page that this machine serves, on any port, ``*`` for every page there is.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = {origin.lower() for origin in allowed}

    def allow(self, origin: str) -> bool:
        """Whether pages of this origin may call the API."""
        if ANY in self._allowed:
            return True
        origin = origin.lower()
        return origin in self._allowed or (LOOPBACK in self._allowed and _LOOPBACK_ORIGIN.fullmatch(origin) is not None)


class OwnHosts:
    """The names and addresses under which the mock is called: those of this machine, and ``hosts``.

    With the unspecified address among the hosts it is called by any address. A page can give its own name the address
    of the mock, and is refused then by that name.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = {host.strip("[]").lower() for host in hosts}
        self._any_address = not self._hosts.isdisjoint(_UNSPECIFIED)

    def check(self, scope: Scope, origins: Origins | None = None, *, links: bool = False) -> None:
        """Raise Forbidden for a request under another name, or made for a page of another site.

        Pages of ``origins`` may make it, too; with ``links`` any page may lead a person here.
        """
        sent = (header(scope, b"host") or b"").decode("latin-1")
        host = _host_name(f"//{sent}")
        if sent and not (self._owns(host) or (self._any_address and _address(host))):
            raise Forbidden(f"The mock is not called {host or sent!r}; {_REMEDY}")
        origin = (header(scope, b"origin") or b"").decode("latin-1")
        if origin and origins is not None and origins.allow(origin):
            return
        page = _host_name(origin)
        if origin and not (page and (self._owns(page) or page == host)):
            raise Forbidden(f"A page of {origin} may not do this; {_REMEDY}")
        if header(scope, b"sec-fetch-site") == b"cross-site" and not (links and _follows_link(scope)):
            raise Forbidden("A page of another site may not do this.")

    def _owns(self, host: str) -> bool:
        if host in self._hosts or _LOCALHOST.fullmatch(host):
            return True
        address = _address(host)
        return address is not None and address.is_loopback


def _follows_link(scope: Scope) -> bool:
    """Whether a browser shows the answer as a page of its own, which no other page can read."""
    sent = (header(scope, b"sec-fetch-mode"), header(scope, b"sec-fetch-dest"))
    return scope["method"] in ("GET", "HEAD") and sent == (b"navigate", b"document")


def _host_name(url: str) -> str:
    """Return the host of a URL in lower case, without a dot at its end, or nothing."""
    try:
        return (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
