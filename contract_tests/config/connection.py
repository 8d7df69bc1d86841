"""How a target is reached: certificates, proxy and headers, as its table in the target file has them."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from contract_tests.config.values import ConfigError, did_you_mean, pem_file, secret
from contract_tests.output.redaction import KNOWN

_CERTIFICATE_KEYS = ("cert", "key")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
#: Headers that the suite or HTTP sets, in small letters.
_OWN_HEADERS = frozenset({
    "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "cookie", "expect",
    "host", "origin", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "x-request-id",
})  # fmt: skip
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_PROXY_FORM = "must be such as http://proxy.example.com:3128, with user:password@ before the host if it needs them"


@dataclass(frozen=True)
class ClientCertificate:
    """A client certificate and its key; without ``key`` both are in the one file."""

    cert: Path
    key: Path | None = None


@dataclass(frozen=True)
class Connection:
    """How a target is reached.

    ``ca`` has the certificates that are trusted in place of those of the system; ``headers`` go with every call.
    """

    ca: Path | None = None
    client_cert: ClientCertificate | None = None
    proxy: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    verify: bool = True

    @property
    def secrets(self) -> list[str]:
        """What no output may show: the values of the headers, and the credentials of the proxy."""
        proxy = urlsplit(self.proxy or "")
        password, user = proxy.password or "", proxy.username or ""
        of_proxy = [password, unquote(password), f"{unquote(user)}:{unquote(password)}"] if password else []
        return [*self.headers.values(), *of_proxy]

    def ssl_context(self) -> ssl.SSLContext:
        """Return how TLS connections to the target are made. Raises OSError, of which SSLError is one."""
        context = ssl.create_default_context(cafile=self.ca) if self.ca else httpx.create_ssl_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.client_cert:
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(self.client_cert.cert, self.client_cert.key, password="")
        return context


def read(where: str, table: Mapping[str, Any], folder: Path) -> Connection:
    """Return the connection of a target, whose values have the right types. Raises ConfigError."""
    tls = [key for key in ("ca", "client_cert", "verify") if table.get(key) not in (None, True)]
    if tls and not table.get("base_url", "").lower().startswith("https:"):
        raise ConfigError(f"{where}.{tls[0]}: is about TLS, so it needs a base_url that begins with https://")
    if "ca" in tls and "verify" in tls:
        raise ConfigError(f"{where}.verify = False: with it nothing is checked against ca; leave out one of the two")
    found = Connection(
        ca=_ca(f"{where}.ca", table["ca"], folder) if "ca" in table else None,
        client_cert=_client_cert(f"{where}.client_cert", table["client_cert"], folder)
        if "client_cert" in tls
        else None,
        proxy=_proxy(f"{where}.proxy", table["proxy"], folder) if "proxy" in table else None,
        headers=_headers(f"{where}.headers", table.get("headers", {}), folder),
        verify=table.get("verify", True),
    )
    KNOWN.learn(found.secrets)
    return found


def _ca(where: str, text: str, folder: Path) -> Path:
    path = pem_file(where, text, folder)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise ConfigError(f"{where} = {text!r}: has no certificate as PEM ({reason}); name the file of a CA") from None
    return path


def _client_cert(where: str, value: Any, folder: Path) -> ClientCertificate:
    table = {"cert": value} if isinstance(value, str) else value
    for key in sorted(table.keys() - set(_CERTIFICATE_KEYS)):
        raise ConfigError(f"{where}.{key}: is not one of cert, key{did_you_mean(key, _CERTIFICATE_KEYS)}")
    for key in {"cert", *table}:
        if not isinstance(table.get(key), str):
            raise ConfigError(f"{where}.{key}: must be a string, the path of a PEM file")
    files = {key: pem_file(f"{where}.{key}", text, folder) for key, text in table.items()}
    found = ClientCertificate(**files)
    try:
        Connection(client_cert=found).ssl_context()
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        remedy = "name PEM files with a certificate and its key, the key not encrypted"
        raise ConfigError(f"{where} = {value!r}: cannot be used ({reason}); {remedy}") from None
    return found


def _proxy(where: str, text: str, folder: Path) -> str:
    url = secret(where, text, folder)
    try:
        parts = urlsplit(url)
        valid = parts.scheme in _PROXY_SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not _HEADER_VALUE.fullmatch(url) or " " in url:
        shown = "" if "@" in text else f" = {text!r}"
        raise ConfigError(f"{where}{shown}: {_PROXY_FORM}")
    return url


def _headers(where: str, table: Mapping[str, Any], folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in table.items():
        _check_name(f"{where}.{name!r}", name)
        if name.lower() in map(str.lower, found):
            raise ConfigError(f"{where}.{name}: is there twice, as names of headers ignore case; leave out one")
        found[name] = secret(f"{where}.{name}", text, folder)
        if not _HEADER_VALUE.fullmatch(found[name]):
            raise ConfigError(
                f"{where}.{name}: a header can have visible ASCII characters, with spaces between them; remove others"
            )
    return found


def _check_name(where: str, name: str) -> None:
    if not _HEADER_NAME.fullmatch(name):
        raise ConfigError(f"{where}: is no name of a header; use letters, digits and hyphens")
    if name.lower() == "authorization":
        raise ConfigError(f"{where}: would replace the tokens of the actors; name tokens in the table actors")
    if name.lower() in _OWN_HEADERS or name.lower().startswith("sec-websocket-"):
        raise ConfigError(f"{where}: is a header that the suite sets itself; leave it out")
