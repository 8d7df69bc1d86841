"""The blocking client: namespaces of verbs, and the connection to a server that they share."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, TypeVar

import httpx

from novavms._blocking import Channel, Namespace, blocking, walking
from novavms._connections import Connections
from novavms._core import alerts, cameras, events, gateways, options, rules, sites, users, webhooks
from novavms._core.binding import Raw
from novavms._core.call import CallOptions, Timeout, Unpack
from novavms.webhooks import verify

ClientT = TypeVar("ClientT", bound="NovaVMSClient")


class ClientOptions(TypedDict, total=False):
    """The options of NovaVMSClient but for the key."""

    base_url: str
    timeout: Timeout
    max_retries: int
    http_client: httpx.Client
    user_agent: str
    default_headers: Mapping[str, str]
    sleep: Callable[[float], None]
    chance: Callable[[], float]


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

    @property
    def with_raw_response(self) -> "RawCameras":
        """The same verbs, which return responses."""
        return RawCameras(self._raw())


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

    @property
    def with_raw_response(self) -> "RawEvents":
        """The same verbs, which return responses."""
        return RawEvents(self._raw())


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

    @property
    def with_raw_response(self) -> "RawAlerts":
        """The same verbs, which return responses."""
        return RawAlerts(self._raw())


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

    @property
    def with_raw_response(self) -> "RawRules":
        """The same verbs, which return responses."""
        return RawRules(self._raw())


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

    @property
    def with_raw_response(self) -> "RawGateways":
        """The same verbs, which return responses."""
        return RawGateways(self._raw())


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

    @property
    def with_raw_response(self) -> "RawSites":
        """The same verbs, which return responses."""
        return RawSites(self._raw())


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

    @property
    def with_raw_response(self) -> "RawUsers":
        """The same verbs, which return responses."""
        return RawUsers(self._raw())


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
    verify = staticmethod(verify)

    @property
    def with_raw_response(self) -> "RawWebhooks":
        """The same verbs, which return responses."""
        return RawWebhooks(self._raw())


class RawCameras(Raw, Cameras):
    """``client.cameras.with_raw_response``."""


class RawEvents(Raw, Events):
    """``client.events.with_raw_response``."""


class RawAlerts(Raw, Alerts):
    """``client.alerts.with_raw_response``."""


class RawRules(Raw, Rules):
    """``client.rules.with_raw_response``."""


class RawGateways(Raw, Gateways):
    """``client.gateways.with_raw_response``."""


class RawSites(Raw, Sites):
    """``client.sites.with_raw_response``."""


class RawUsers(Raw, Users):
    """``client.users.with_raw_response``."""


class RawWebhooks(Raw, Webhooks):
    """``client.webhooks.with_raw_response``."""


class NovaVMSClient:
    """A blocking client of NovaVMS (SDK-09).

    ``api_key`` belongs to one organisation. ``base_url`` is the URL of the server, without /api/v1. ``timeout`` is the
    longest wait in seconds for the connection and for each part of an answer, or an httpx.Timeout; None is no limit.
    ``max_retries`` is the number of times that a call is repeated when it is answered by 429 or 5xx. ``http_client`` is
    used with its own settings, except timeout and headers, and is left open; without one the client makes its own and
    closes it. ``user_agent`` is appended to the SDK's own, ``default_headers`` are sent with every request. ``sleep``
    waits between two attempts, and ``chance`` returns the random part of that delay; tests can pass their own.

    An option that cannot work raises a ConfigurationError; calls raise the errors of ``novavms.errors``.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = options.BASE_URL,
        timeout: Timeout = 10.0,
        max_retries: int = 3,
        http_client: httpx.Client | None = None,
        user_agent: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = options.jitter,
    ) -> None:
        made = options.checked(api_key, base_url, timeout, max_retries, user_agent, chance, default_headers)
        options.check_http_client(http_client, httpx.Client)
        self._set_up(Channel(made, Connections(http_client), sleep))

    @classmethod
    def from_env(cls: type[ClientT], **given: Unpack[ClientOptions]) -> ClientT:
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
        twin._set_up(Channel(options.changed(channel._options, changed), channel._http, channel._sleep))
        twin._shares = True
        return twin

    def _set_up(self, channel: Channel) -> None:
        self._channel = channel
        self._options, self._http, self._shares = channel._options, channel._http, False
        self.cameras = Cameras(channel)
        self.events = Events(channel)
        self.alerts = Alerts(channel)
        self.rules = self.alert_rules = Rules(channel)
        self.gateways = Gateways(channel)
        self.sites = Sites(channel)
        self.users = Users(channel)
        self.webhooks = Webhooks(channel)

    def __repr__(self) -> str:
        made = self._options
        closed = ", closed" if self._http.closed else ""
        return f"<NovaVMSClient {made.base_url}, timeout={made.timeout}, max_retries={made.max_retries}{closed}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return the configuration, with the key. Raises ConfigurationError for a client with an ``http_client``."""
        self._http.check_pickled()
        return {"options": self._options, "sleep": self._channel._sleep}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._set_up(Channel(state["options"], Connections(), state["sleep"]))

    def close(self) -> None:
        """Close the connections, but neither an ``http_client`` that was passed nor those of another client."""
        if not self._shares:
            self._http.close()

    def __enter__(self: ClientT) -> ClientT:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
