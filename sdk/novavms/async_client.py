"""The client for asyncio: the namespaces and verbs of the blocking client, awaited."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from novavms._awaiting import AsyncChannel, AsyncNamespace, awaited, walking
from novavms._connections import AsyncConnections
from novavms._core import alerts, cameras, events, gateways, options, rules, sites, users, webhooks

ClientT = TypeVar("ClientT", bound="AsyncNovaVMSClient")


class AsyncCameras(AsyncNamespace):
    """Cameras, their snapshots and tokens for live view (SDK-31)."""

    list = awaited(cameras.list)
    aiter = walking(cameras.list)
    get = awaited(cameras.get)
    create = awaited(cameras.create)
    update = awaited(cameras.update)
    remove = delete = awaited(cameras.remove)
    trigger = awaited(cameras.trigger)
    snapshot = awaited(cameras.snapshot)
    live_view_token = awaited(cameras.live_view_token)


class AsyncEvents(AsyncNamespace):
    """The event feed (SDK-32)."""

    list = awaited(events.list)
    aiter = walking(events.list)
    get = awaited(events.get)
    create = awaited(events.create)
    update = awaited(events.update)
    remove = delete = awaited(events.remove)
    acknowledge = awaited(events.acknowledge)
    star = awaited(events.star)
    add_notes = awaited(events.add_notes)
    export = awaited(events.export)


class AsyncAlerts(AsyncNamespace):
    """The history of alerts (SDK-33)."""

    list = awaited(alerts.list)
    aiter = walking(alerts.list)
    get = awaited(alerts.get)
    create = awaited(alerts.create)
    update = awaited(alerts.update)
    remove = delete = awaited(alerts.remove)
    acknowledge = awaited(alerts.acknowledge)
    change_status = awaited(alerts.change_status)
    timeline = awaited(alerts.timeline)


class AsyncRules(AsyncNamespace):
    """Alert rules (SDK-34)."""

    list = awaited(rules.list)
    aiter = walking(rules.list)
    get = awaited(rules.get)
    create = awaited(rules.create)
    update = awaited(rules.update)
    remove = delete = awaited(rules.remove)
    enable = awaited(rules.enable)
    disable = awaited(rules.disable)


class AsyncGateways(AsyncNamespace):
    """Gateways, their pairing and their telemetry."""

    list = awaited(gateways.list)
    aiter = walking(gateways.list)
    get = awaited(gateways.get)
    create = awaited(gateways.create)
    update = awaited(gateways.update)
    remove = delete = awaited(gateways.remove)
    generate_pairing_code = awaited(gateways.generate_pairing_code)
    pair = awaited(gateways.pair)
    telemetry = awaited(gateways.telemetry)


class AsyncSites(AsyncNamespace):
    """Sites, and which viewers have access to them (SDK-35)."""

    list = awaited(sites.list)
    aiter = walking(sites.list)
    get = awaited(sites.get)
    create = awaited(sites.create)
    update = awaited(sites.update)
    remove = delete = awaited(sites.remove)
    users = awaited(sites.users)
    set_users = awaited(sites.set_users)


class AsyncUsers(AsyncNamespace):
    """Users, their roles and sessions (SDK-36)."""

    list = awaited(users.list)
    aiter = walking(users.list)
    get = awaited(users.get)
    create = invite = awaited(users.invite)
    update = awaited(users.update)
    remove = delete = awaited(users.remove)
    change_role = awaited(users.change_role)
    sessions = awaited(users.sessions)
    revoke_session = awaited(users.revoke_session)


class AsyncWebhooks(AsyncNamespace):
    """Webhooks (SDK-37)."""

    list = awaited(webhooks.list)
    aiter = walking(webhooks.list)
    get = awaited(webhooks.get)
    create = awaited(webhooks.create)
    update = awaited(webhooks.update)
    remove = delete = awaited(webhooks.remove)
    test = awaited(webhooks.test)
    rotate_secret = awaited(webhooks.rotate_secret)


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
        timeout: float = 10.0,
        max_retries: int = 3,
        http_client: httpx.AsyncClient | None = None,
        user_agent: str | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = options.jitter,
    ) -> None:
        self._options = options.checked(api_key, base_url, timeout, max_retries, user_agent, chance)
        options.check_http_client(http_client, httpx.AsyncClient)
        self._http = AsyncConnections(http_client)
        channel = AsyncChannel(self._options, self._http, sleep)
        self.cameras = AsyncCameras(channel)
        self.events = AsyncEvents(channel)
        self.alerts = AsyncAlerts(channel)
        self.rules = self.alert_rules = AsyncRules(channel)
        self.gateways = AsyncGateways(channel)
        self.sites = AsyncSites(channel)
        self.users = AsyncUsers(channel)
        self.webhooks = AsyncWebhooks(channel)

    def __repr__(self) -> str:
        return f"<AsyncNovaVMSClient {self._options.base_url}>"

    async def close(self) -> None:
        """Close the connections; an ``http_client`` that was passed stays open."""
        await self._http.close()

    async def __aenter__(self: ClientT) -> ClientT:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()
