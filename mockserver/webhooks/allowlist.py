"""Where a webhook may lead: parts of an address, and the networks and hosts that are allowed."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, Self

Address = IPv4Address | IPv6Address

#: What the API takes as the address of a webhook, taken apart: no user, no fragment, no other scheme.
_URL = re.compile(
    r"https://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?P<target>[/?][!\"$-~]*)?"
)
_HOST = re.compile(r"(?!.*(?:^|\.)[0-9]+$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_LAST_PORT = 65535


class WebhookOptionError(ValueError):
    """An option for what the mock sends cannot be used; the text is the one line to print."""


class NotAllowed(ValueError):
    """A webhook leads where the mock may not send."""


class Destination(NamedTuple):
    """The parts of a webhook's address: a host name or an IP address, a port, and the rest from the path on."""

    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take an address apart. Raises NotAllowed for one that is not plain https."""
        found = _URL.fullmatch(url)
        port = int((found and found["port"]) or 443)
        if found is None or not 0 < port <= _LAST_PORT:
            raise NotAllowed("the address is not of the form https://host[:port][/path]")
        target = found["target"] or "/"
        return cls(_plain(found["host"]), port, target if target[0] == "/" else f"/{target}")


@dataclass(frozen=True)
class Allowed:
    """One place where webhooks may lead: a network, or a host by its name; on one port, or on any (None)."""

    place: IPv4Network | IPv6Network | str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``CIDR`` or ``HOST``, each with ``:PORT`` or without. Raises WebhookOptionError."""
        if (place := _place(text)) is not None:
            return cls(place)
        host, _, port = text.rpartition(":")
        place = _place(_plain(host))
        if place is None or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
            raise WebhookOptionError(
                f"--allow-webhooks-to {text}: is neither a network nor a host, with or without a port"
            )
        return cls(place, int(port))

    def admits(self, destination: Destination, address: Address) -> bool:
        """Whether a message to the destination may go to this address, one of those that its host has.

        A host that is allowed by name may be anywhere, but for where no receiver is.
        """
        if self.port not in (None, destination.port):
            return False
        if isinstance(self.place, str):
            return self.place == destination.host and not _never_a_receiver(address)
        return address in self.place


def addresses(destination: Destination, allowed: Collection[Allowed], resolved: Sequence[str]) -> list[str]:
    """Return the addresses to connect to, in their order. Raises NotAllowed unless every one of them is allowed."""
    found = [_unmapped(ip_address(text)) for text in resolved]
    for address in found:
        if not any(one.admits(destination, address) for one in allowed):
            raise NotAllowed(f"{address} port {destination.port} is not where webhooks may lead")
    return [str(address) for address in found]


def _place(text: str) -> IPv4Network | IPv6Network | str | None:
    try:
        return ip_network(text)
    except ValueError:
        name = text.lower().removesuffix(".")
        return name if _HOST.fullmatch(name) else None


def _plain(host: str) -> str:
    """Return a host without the brackets of an IPv6 address and the dot at the end, in lower case."""
    return host.strip("[]").lower().removesuffix(".")


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _never_a_receiver(address: Address) -> bool:
    """Whether no receiver has this address; metadata services of clouds have one that is link-local."""
    return address.is_link_local or address.is_multicast or address.is_unspecified
