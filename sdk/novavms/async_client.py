"""The client for asyncio: the namespaces and verbs of the blocking client, awaited."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypedDict, TypeVar

import httpx

from novavms._awaiting import AsyncChannel, AsyncNamespace, awaited, listed, walking
from novavms._connections import AsyncConnections
from novavms._core import alerts, cameras, events, gateways, options, rules, sites, users, webhooks
from novavms._core.binding import Raw
from novavms._core.call import CallOptions, Timeout, Unpack
from novavms.webhooks import verify

ClientT = TypeVar("ClientT", bound="AsyncNovaVMSClient")


class AsyncClientOptions(TypedDict, total=False):
    """The options of AsyncNovaVMSClient but for the key."""

    base_url: str
    timeout: Timeout
    max_retries: int
    http_client: httpx.AsyncClient
    user_agent: str
    default_headers: Mapping[str, str]
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]


class AsyncCameras(AsyncNamespace):
    """Cameras, their snapshots and tokens for live view (SDK-31)."""

    list = listed(cameras.list)
    aiter = walking(cameras.list)
    get = awaited(cameras.get)
    create = awaited(cameras.create)
    update = awaited(cameras.update)
    remove = delete = awaited(cameras.remove)
    trigger = awaited(cameras.trigger)
    snapshot = awaited(cameras.snapshot)
    live_view_token = awaited(cameras.live_view_token)

    @property
    def with_raw_response(self) -> "AsyncRawCameras":
        """The same verbs, which return responses."""
        return AsyncRawCameras(self._raw())


class AsyncEvents(AsyncNamespace):
    """The event feed (SDK-32)."""

    list = listed(events.list)
    aiter = walking(events.list)
    get = awaited(events.get)
    create = awaited(events.create)
    update = awaited(events.update)
    remove = delete = awaited(events.remove)
    acknowledge = awaited(events.acknowledge)
    star = awaited(events.star)
    add_notes = awaited(events.add_notes)
    export = awaited(events.export)

    @property
    def with_raw_response(self) -> "AsyncRawEvents":
        """The same verbs, which return responses."""
        return AsyncRawEvents(self._raw())


class AsyncAlerts(AsyncNamespace):
    """The history of alerts (SDK-33)."""

    list = listed(alerts.list)
    aiter = walking(alerts.list)
    get = awaited(alerts.get)
    create = awaited(alerts.create)
    update = awaited(alerts.update)
    remove = delete = awaited(alerts.remove)
    acknowledge = awaited(alerts.acknowledge)
    change_status = awaited(alerts.change_status)
    timeline = awaited(alerts.timeline)

    @property
    def with_raw_response(self) -> "AsyncRawAlerts":
        """The same verbs, which return responses."""
        return AsyncRawAlerts(self._raw())


class AsyncRules(AsyncNamespace):
    """Alert rules (SDK-34)."""

    list = listed(rules.list)
    aiter = walking(rules.list)
    get = awaited(rules.get)
    create = awaited(rules.create)
    update = awaited(rules.update)
    remove = delete = awaited(rules.remove)
    enable = awaited(rules.enable)
    disable = awaited(rules.disable)

    @property
    def with_raw_response(self) -> "AsyncRawRules":
        """The same verbs, which return responses."""
        return AsyncRawRules(self._raw())


class AsyncGateways(AsyncNamespace):
    """Gateways, their pairing and their telemetry."""

    list = listed(gateways.list)
    aiter = walking(gateways.list)
    get = awaited(gateways.get)
    create = awaited(gateways.create)
    update = awaited(gateways.update)
    remove = delete = awaited(gateways.remove)
    generate_pairing_code = awaited(gateways.generate_pairing_code)
    pair = awaited(gateways.pair)
    telemetry = awaited(gateways.telemetry)

    @property
    def with_raw_response(self) -> "AsyncRawGateways":
        """The same verbs, which return responses."""
        return AsyncRawGateways(self._raw())


class AsyncSites(AsyncNamespace):
    """Sites, and which viewers have access to them (SDK-35)."""

    list = listed(sites.list)
    aiter = walking(sites.list)
    get = awaited(sites.get)
    create = awaited(sites.create)
    update = awaited(sites.update)
    remove = delete = awaited(sites.remove)
    users = listed(sites.users)
    set_users = awaited(sites.set_users)

    @property
    def with_raw_response(self) -> "AsyncRawSites":
        """The same verbs, which return responses."""
        return AsyncRawSites(self._raw())


class AsyncUsers(AsyncNamespace):
    """Users, their roles and sessions (SDK-36)."""

    list = listed(users.list)
    aiter = walking(users.list)
    get = awaited(users.get)
    create = invite = awaited(users.invite)
    update = awaited(users.update)
    remove = delete = awaited(users.remove)
    change_role = awaited(users.change_role)
    sessions = listed(users.sessions)
    revoke_session = awaited(users.revoke_session)

    @property
    def with_raw_response(self) -> "AsyncRawUsers":
        """The same verbs, which return responses."""
        return AsyncRawUsers(self._raw())


class AsyncWebhooks(AsyncNamespace):
    """Webhooks (SDK-37)."""

    list = listed(webhooks.list)
    aiter = walking(webhooks.list)
    get = awaited(webhooks.get)
    create = awaited(webhooks.create)
    update = awaited(webhooks.update)
    remove = delete = awaited(webhooks.remove)
    test = awaited(webhooks.test)
    rotate_secret = awaited(webhooks.rotate_secret)
    verify = staticmethod(verify)

    @property
    def with_raw_response(self) -> "AsyncRawWebhooks":
        """The same verbs, which return responses."""
        return AsyncRawWebhooks(self._raw())


class AsyncRawCameras(Raw, AsyncCameras):
    """``client.cameras.with_raw_response``."""


class AsyncRawEvents(Raw, AsyncEvents):
    """``client.events.with_raw_response``."""


class AsyncRawAlerts(Raw, AsyncAlerts):
    """``client.alerts.with_raw_response``."""


class AsyncRawRules(Raw, AsyncRules):
    """``client.rules.with_raw_response``."""


class AsyncRawGateways(Raw, AsyncGateways):
    """``client.gateways.with_raw_response``."""


class AsyncRawSites(Raw, AsyncSites):
    """``client.sites.with_raw_response``."""


class AsyncRawUsers(Raw, AsyncUsers):
    """``client.users.with_raw_response``."""


class AsyncRawWebhooks(Raw, AsyncWebhooks):
    """``client.webhooks.with_raw_response``."""


class AsyncNovaVMSClient:
    """An asyncio client of NovaVMS (SDK-10).

    It takes the options of NovaVMSClient, except that ``http_client`` is an httpx.AsyncClient and ``sleep`` is awaited.
    The namespaces and their verbs are the same (SDK-11), except that ``iter`` is called ``aiter`` (SDK-72).
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = options.BASE_URL,
        timeout: Timeout = 10.0,
        max_retries: int = 3,
        http_client: httpx.AsyncClient | None = None,
        user_agent: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = options.jitter,
    ) -> None:
        made = options.checked(api_key, base_url, timeout, max_retries, user_agent, chance, default_headers)
        options.check_http_client(http_client, httpx.AsyncClient)
        self._set_up(AsyncChannel(made, AsyncConnections(http_client), sleep))

    @classmethod
    def from_env(cls: type[ClientT], **given: Unpack[AsyncClientOptions]) -> ClientT:
        """Return a client with the key in NOVAVMS_API_KEY, and the URL in NOVAVMS_BASE_URL if that is set.

        The other options are those of the constructor, and ``base_url`` too.
        """
        return cls(**options.of_environment(os.environ, {**given}))

    def with_options(self: ClientT, **changed: Unpack[CallOptions]) -> ClientT:
        """Return a client with another ``timeout`` or ``max_retries``, or with more ``headers``.

        It shares the connections of this one, which closes them.
        """
        channel = self._channel
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._set_up(AsyncChannel(options.changed(channel._options, changed), channel._http, channel._sleep))
        twin._shares = True
        return twin

    def _set_up(self, channel: AsyncChannel) -> None:
        self._channel = channel
        self._options, self._http, self._shares = channel._options, channel._http, False
        self.cameras = AsyncCameras(channel)
        self.events = AsyncEvents(channel)
        self.alerts = AsyncAlerts(channel)
        self.rules = self.alert_rules = AsyncRules(channel)
        self.gateways = AsyncGateways(channel)
        self.sites = AsyncSites(channel)
        self.users = AsyncUsers(channel)
        self.webhooks = AsyncWebhooks(channel)

    def __repr__(self) -> str:
        made = self._options
        closed = ", closed" if self._http.closed else ""
        return f"<AsyncNovaVMSClient {made.base_url}, timeout={made.timeout}, max_retries={made.max_retries}{closed}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return the configuration, with the key. Raises ConfigurationError for a client with an ``http_client``."""
        self._http.check_pickled()
        return {"options": self._options, "sleep": self._channel._sleep}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._set_up(AsyncChannel(state["options"], AsyncConnections(), state["sleep"]))

    async def close(self) -> None:
        """Close the connections, but neither an ``http_client`` that was passed nor those of another client."""
        if not self._shares:
            await self._http.close()

    async def __aenter__(self: ClientT) -> ClientT:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()
