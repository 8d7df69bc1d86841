"""The blocking client: namespaces of verbs, and the connection to a server that they share."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx

from novavms._blocking import Channel, Namespace, blocking, walking
from novavms._connections import Connections
from novavms._core import alerts, cameras, events, gateways, options, rules, sites, users, webhooks

ClientT = TypeVar("ClientT", bound="NovaVMSClient")


class Cameras(Namespace):
    """Cameras, their snapshots and tokens for live view (SDK-31)."""

    list = blocking(cameras.list)
    iter = walking(cameras.list)
    get = blocking(cameras.get)
    create = blocking(cameras.create)
    update = blocking(cameras.update)
    remove = delete = blocking(cameras.remove)
    trigger = blocking(cameras.trigger)
    snapshot = blocking(cameras.snapshot)
    live_view_token = blocking(cameras.live_view_token)


class Events(Namespace):
    """The event feed (SDK-32)."""

    list = blocking(events.list)
    iter = walking(events.list)
    get = blocking(events.get)
    create = blocking(events.create)
    update = blocking(events.update)
    remove = delete = blocking(events.remove)
    acknowledge = blocking(events.acknowledge)
    star = blocking(events.star)
    add_notes = blocking(events.add_notes)
    export = blocking(events.export)


class Alerts(Namespace):
    """The history of alerts (SDK-33)."""

    list = blocking(alerts.list)
    iter = walking(alerts.list)
    get = blocking(alerts.get)
    create = blocking(alerts.create)
    update = blocking(alerts.update)
    remove = delete = blocking(alerts.remove)
    acknowledge = blocking(alerts.acknowledge)
    change_status = blocking(alerts.change_status)
    timeline = blocking(alerts.timeline)


class Rules(Namespace):
    """Alert rules (SDK-34)."""

    list = blocking(rules.list)
    iter = walking(rules.list)
    get = blocking(rules.get)
    create = blocking(rules.create)
    update = blocking(rules.update)
    remove = delete = blocking(rules.remove)
    enable = blocking(rules.enable)
    disable = blocking(rules.disable)


class Gateways(Namespace):
    """Gateways, their pairing and their telemetry."""

    list = blocking(gateways.list)
    iter = walking(gateways.list)
    get = blocking(gateways.get)
    create = blocking(gateways.create)
    update = blocking(gateways.update)
    remove = delete = blocking(gateways.remove)
    generate_pairing_code = blocking(gateways.generate_pairing_code)
    pair = blocking(gateways.pair)
    telemetry = blocking(gateways.telemetry)


class Sites(Namespace):
    """Sites, and which viewers have access to them (SDK-35)."""

    list = blocking(sites.list)
    iter = walking(sites.list)
    get = blocking(sites.get)
    create = blocking(sites.create)
    update = blocking(sites.update)
    remove = delete = blocking(sites.remove)
    users = blocking(sites.users)
    set_users = blocking(sites.set_users)


class Users(Namespace):
    """Users, their roles and sessions (SDK-36)."""

    list = blocking(users.list)
    iter = walking(users.list)
    get = blocking(users.get)
    create = invite = blocking(users.invite)
    update = blocking(users.update)
    remove = delete = blocking(users.remove)
    change_role = blocking(users.change_role)
    sessions = blocking(users.sessions)
    revoke_session = blocking(users.revoke_session)


class Webhooks(Namespace):
    """Webhooks (SDK-37)."""

    list = blocking(webhooks.list)
    iter = walking(webhooks.list)
    get = blocking(webhooks.get)
    create = blocking(webhooks.create)
    update = blocking(webhooks.update)
    remove = delete = blocking(webhooks.remove)
    test = blocking(webhooks.test)
    rotate_secret = blocking(webhooks.rotate_secret)


class NovaVMSClient:
    """A blocking client of NovaVMS (SDK-09).

    ``api_key`` belongs to one organisation. ``base_url`` is the URL of the server, without /api/v1. ``timeout`` is the
    longest wait in seconds for the connection and for each part of an answer. ``max_retries`` is the number of times
    that a call is repeated when it is answered by 429 or 5xx. ``http_client`` is used with its own settings, except
    timeout and headers, and is left open; without one the client makes its own and closes it. ``user_agent`` is
    appended to the SDK's own. ``sleep`` waits between two attempts, and ``chance`` returns the random part of that
    delay, from 0.0 to 1.0; tests can pass their own.

    An option that cannot work raises a ConfigurationError; calls raise the errors of ``novavms.errors``.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = options.BASE_URL,
        timeout: float = 10.0,
        max_retries: int = 3,
        http_client: httpx.Client | None = None,
        user_agent: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = options.jitter,
    ) -> None:
        self._options = options.checked(api_key, base_url, timeout, max_retries, user_agent, chance)
        options.check_http_client(http_client, httpx.Client)
        self._http = Connections(http_client)
        channel = Channel(self._options, self._http, sleep)
        self.cameras = Cameras(channel)
        self.events = Events(channel)
        self.alerts = Alerts(channel)
        self.rules = self.alert_rules = Rules(channel)
        self.gateways = Gateways(channel)
        self.sites = Sites(channel)
        self.users = Users(channel)
        self.webhooks = Webhooks(channel)

    def __repr__(self) -> str:
        return f"<NovaVMSClient {self._options.base_url}>"

    def close(self) -> None:
        """Close the connections; an ``http_client`` that was passed stays open."""
        self._http.close()

    def __enter__(self: ClientT) -> ClientT:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
