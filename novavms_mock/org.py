"""An organisation on the mock: its credentials and data, and the helpers that act on it alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

import httpx

from novavms_mock.aio import AsyncOrg
from novavms_mock.clock import Clock
from novavms_mock.control import MockError
from novavms_mock.events import Deliveries, Events
from novavms_mock.faults import Faults
from novavms_mock.requests import Requests
from novavms_mock.webhooks import Receiver

if TYPE_CHECKING:
    from novavms_mock.mock import NovaVMSMock

_NOT_FOUND = 404


@dataclass(frozen=True)
class Actor:
    """Somebody who may call the API: the token, and what to log in with."""

    role: str
    token: str = field(repr=False)
    email: str
    password: str = field(repr=False)
    user_id: str
    display_name: str
    site_ids: tuple[str, ...]


class OrgSettings(TypedDict, total=False):
    """The fields of ``PUT /_mock/orgs/{id}/settings``."""

    event_export_max_rows: int
    rate_limit_per_minute: int
    rate_limit_burst: int
    deliveries_kept: int
    deliveries_kept_hours: int
    forward_webhooks_to: str | None


class Org:
    """An organisation, removed by ``remove`` or at the end of a ``with`` block.

    ``sites``, ``cameras`` and ``gateways`` are what it began with, as the control plane describes them.
    """

    def __init__(self, mock: "NovaVMSMock", described: dict[str, Any]) -> None:
        self.mock = mock
        self.id: str = described["org_id"]
        self.name: str = described["name"]
        self.base_url = mock.base_url
        self.actors = {role: _actor(role, actor) for role, actor in described["actors"].items()}
        self.sites: list[dict[str, Any]] = described["sites"]
        self.cameras: list[dict[str, Any]] = described["cameras"]
        self.gateways: list[dict[str, Any]] = described["gateways"]
        self.clock = Clock(mock.control, f"/orgs/{self.id}/clock")
        self.faults = Faults(mock.control, self.id)
        self.requests = Requests(mock.control, {"org": self.id})
        self.events = Events(mock.control, self.id)
        self.deliveries = Deliveries(mock.control, self.id)
        self._clients: list[httpx.Client] = []

    @property
    def owner(self) -> Actor:
        """The actor who may do everything."""
        return self.actors["owner"]

    @property
    def admin(self) -> Actor:
        """The actor who may administrate."""
        return self.actors["admin"]

    @property
    def operator(self) -> Actor:
        """The actor who may work with events and alerts."""
        return self.actors["operator"]

    @property
    def viewer(self) -> Actor:
        """The actor who may only look, at one site."""
        return self.actors["viewer"]

    @cached_property
    def aio(self) -> AsyncOrg:
        """The same helpers, to be awaited."""
        return AsyncOrg(self)

    def client(self, role: str = "owner") -> httpx.Client:
        """Return an HTTP client that calls the API as an actor; it is closed with the org. Raises MockError."""
        if role not in self.actors:
            raise MockError(f"there is no actor {role!r}; the org has {', '.join(self.actors)}")
        headers = {"Authorization": f"Bearer {self.actors[role].token}"}
        made = httpx.Client(base_url=self.base_url, headers=headers, verify=self.mock.tls, trust_env=False)
        self._clients.append(made)
        return made

    def settings(self, **changed: Unpack[OrgSettings]) -> None:
        """Change settings. Raises MockError that names the one that is wrong."""
        self.mock.control.call("PUT", f"/orgs/{self.id}/settings", json=changed)

    def receive_webhooks(self) -> Receiver:
        """Receive the messages to all webhooks of the org here, instead of at their URLs, until the block ends."""
        return Receiver(self.mock.control, self.id)

    def reset(self) -> None:
        """Make it again as it was created, with the same ids and tokens, without faults, at the mock's time."""
        self.mock.control.post(f"/orgs/{self.id}/reset")

    def remove(self) -> None:
        """Remove it with everything in it, if it is still there."""
        for client in self._clients:
            client.close()
        try:
            self.mock.control.call("DELETE", f"/orgs/{self.id}")
        except MockError as error:
            if error.status != _NOT_FOUND:
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.remove()


def _actor(role: str, described: Mapping[str, Any]) -> Actor:
    named = {name: described[name] for name in ("token", "email", "password", "user_id", "display_name")}
    return Actor(role=role, site_ids=tuple(described["site_ids"]), **named)
