"""The destinations that webhooks may have: parsing their URLs, and the networks and hosts that are allowed."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, Self

Address = IPv4Address | IPv6Address

#: The URLs that the API accepts for webhooks: https only, without user and fragment.
_URL = re.compile(
    r"(?i:https)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?P<target>[/?][!\"$-~]*)?"
)
_HOST = re.compile(r"(?!.*(?:^|\.)[0-9]+$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_MAX_PORT = 65535


class WebhookOptionError(ValueError):
    """An option of the webhooks cannot be used; the text is the one line to print."""


class NotAllowed(ValueError):
    """The destination of a webhook is not allowed."""


class Destination(NamedTuple):
    """The parts of a webhook's URL: a host name or an IP address, a port, and the path with its query."""

    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Parse a URL. Raises NotAllowed for one that is not of the accepted form."""
        match = _URL.fullmatch(url)
        port = int((match and match["port"]) or 443)
        if match is None or not 0 < port <= _MAX_PORT:
            raise NotAllowed("the address is not of the form https://host[:port][/path]")
        target = match["target"] or "/"
        return cls(_normalised(match["host"]), port, target if target[0] == "/" else f"/{target}")


@dataclass(frozen=True)
class Allowed:
    """A destination that is allowed: a network, or a host by its name, on one port or on any (None)."""

    target: IPv4Network | IPv6Network | str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``CIDR`` or ``HOST``, each with ``:PORT`` or without. Raises WebhookOptionError."""
        if (target := _network_or_host(text)) is not None:
            return cls(target)
        host, _, port = text.rpartition(":")
        target = _network_or_host(_normalised(host))
        if target is None or not port.isdecimal() or not 0 < int(port) <= _MAX_PORT:
            raise WebhookOptionError(
                f"--allow-webhooks-to {text}: is neither a network nor a host, with or without a port"
            )
        return cls(target, int(port))

    def admits(self, destination: Destination, address: Address) -> bool:
        """Whether a message to the destination may be sent to this address of its host.

        A host that is allowed by its name may have any address but those that no receiver has.
        """
        if self.port not in (None, destination.port):
            return False
        if isinstance(self.target, str):
            return self.target == destination.host and not _never_a_receiver(address)
        return address in self.target


def addresses(destination: Destination, allowed: Collection[Allowed], resolved: Sequence[str]) -> list[str]:
    """Return the resolved addresses, in their order. Raises NotAllowed unless all of them are allowed."""
    found = [_unmapped(ip_address(text)) for text in resolved]
    for address in found:
        if not any(entry.admits(destination, address) for entry in allowed):
            raise NotAllowed(f"{address} port {destination.port} is not allowed; --allow-webhooks-to allows more")
    return [str(address) for address in found]


def _network_or_host(text: str) -> IPv4Network | IPv6Network | str | None:
    try:
        return ip_network(text)
    except ValueError:
        name = text.lower().removesuffix(".")
        return name if _HOST.fullmatch(name) else None


def _normalised(host: str) -> str:
    """Return a host in lower case, without the brackets of an IPv6 address and without a dot at the end."""
    return host.strip("[]").lower().removesuffix(".")


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address maps, or the address itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _never_a_receiver(address: Address) -> bool:
    """Whether no receiver has this address; the metadata services of clouds have link-local ones."""
    return address.is_link_local or address.is_multicast or address.is_unspecified
