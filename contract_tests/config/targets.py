"""The targets of a target file: where each is, the credentials for it, and what a run may do there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.config import connection, files
from contract_tests.config.connection import Connection
from contract_tests.config.values import ConfigError, did_you_mean, secret
from contract_tests.output.redaction import KNOWN

#: The path under which a mock of ours has its control plane.
CONTROL_PREFIX = "/_mock"
_EXPIRED = "expired"
_ROLES = ("owner", "admin", "operator", "viewer", "outsider", _EXPIRED)
_ACTOR_KEYS = ("token", "site_ids")
_TYPES: dict[str, tuple[type, ...]] = {
    "base_url": (str,),
    "control": (str, bool),
    "writes": (bool,),
    "wait_for_expiry": (bool,),
    "requests_per_minute": (int,),
    "connections": (int,),
    "ca": (str,),
    "client_cert": (str, dict),
    "proxy": (str,),
    "headers": (dict,),
    "verify": (bool,),
    "socket_auth": (str,),
    "events": (str,),
    "alerts": (str,),
    "actors": (dict,),
}
_OPTIONS = ("writes", "wait_for_expiry", "requests_per_minute", "connections", "socket_auth")
#: What an owner may permit a run to do to what exists, by key.
_CONSENTS = {"events": "mutable", "alerts": "may stay"}
_TYPE_NAMES = {str: "a string", bool: "true or false", int: "a whole number", dict: "a table"}
#: Keys whose values messages do not show, as they may hold secrets.
_SECRET_KEYS = ("client_cert", "proxy", "headers", "actors")
_BASE_URL = re.compile(r"(https?)(://[^\s/?#]+[^\s?#]*?)(/api/v1(?:/[^\s?#]*)?)?/*", re.IGNORECASE)
#: How a gateway can show its key when it opens its WebSocket.
BEARER, QUERY, FIRST_MESSAGE = "bearer", "query", "first-message"
_SOCKET_AUTH = re.compile(rf"{BEARER}|{QUERY}:[\w.-]+|{FIRST_MESSAGE}", re.ASCII)
_MAX_CONNECTIONS = 32
_MAX_BYTES = 1024 * 1024
_VISIBLE_ASCII = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class ActorConfig:
    """A token, and for a viewer the ids of the sites that it may see."""

    token: str = field(repr=False)
    site_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetConfig:
    """One target: its address and what a run may do there.

    ``base_url`` comes without /api/v1; ``control`` is the path of a control plane, or None; ``requests_per_minute``
    limits the rate of the whole run, ``connections`` how many of its checks run at the same time; ``socket_auth`` is
    how a gateway shows its key at its WebSocket, None if nobody has said it. With ``events_mutable`` existing events
    may be changed and changed back; with ``alerts_may_stay`` alerts may be made that no call deletes. ``ours`` is true
    for our own mock, to which the decisions of this project (strength assumed) apply too; ``reaches_receiver`` for a
    mock that was started to trust the suite's receiver of webhooks.
    """

    name: str
    base_url: str
    control: str | None = None
    writes: bool = True
    wait_for_expiry: bool = False
    requests_per_minute: int | None = None
    connections: int = 8
    connection: Connection = field(default_factory=Connection)
    socket_auth: str | None = None
    events_mutable: bool = False
    alerts_may_stay: bool = False
    actors: Mapping[str, ActorConfig] = field(default_factory=dict)
    ours: bool = False
    reaches_receiver: bool = False

    @property
    def processes(self) -> int:
        """How many processes check it: one with a control plane, as its clock is shared."""
        return 1 if self.control else self.connections

    @property
    def callers(self) -> Mapping[str, ActorConfig]:
        """The actors whose token is valid: all but ``expired``."""
        return {role: actor for role, actor in self.actors.items() if role != _EXPIRED}


def load(path: Path, *wanted: str) -> dict[str, TargetConfig]:
    """Return the targets of a file, by name: these, as the secrets of others may not be set, or all.

    Raises ConfigError.
    """
    folder = path.absolute().parent
    tables = {name: table for name, table in _tables(path).items() if not wanted or name in wanted}
    return {name: _target(f"{path}: targets.{name}", name, table, folder) for name, table in tables.items()}


def names(path: Path) -> tuple[str, ...]:
    """Return the names of the targets of a file. Raises ConfigError."""
    return tuple(_tables(path))


def _tables(path: Path) -> dict[str, Any]:
    _, content = files.toml(path, _MAX_BYTES, secrets=True)
    unknown = content.keys() - {"targets"}
    if unknown or not isinstance(content.get("targets"), dict):
        raise ConfigError(f"{path}: {min(unknown, default='the file')}: only tables [targets.NAME] are allowed")
    return dict(content["targets"])


def base_url(where: str, text: str) -> str:
    """Return the address of a server, its scheme in small letters. Raises ConfigError, which begins with ``where``."""
    found = _BASE_URL.fullmatch(text)
    if not found:
        raise ConfigError(f"{where} = {text!r}: must be an http or https URL without query and fragment")
    address = f"{found[1].lower()}{found[2]}"
    try:
        _ = urlsplit(address).port
    except ValueError as error:
        raise ConfigError(f"{where} = {text!r}: {error}") from None
    if found[3]:
        raise ConfigError(f"{where} = {text!r}: must be {address!r}; leave out {found[3]}")
    return address


def _target(where: str, name: str, table: Any, folder: Path) -> TargetConfig:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} = {table!r}: must be a table")
    for key, value in table.items():
        if key not in _TYPES:
            raise ConfigError(f"{where}.{key}: is not one of {', '.join(_TYPES)}{did_you_mean(key, _TYPES)}")
        if type(value) not in _TYPES[key]:
            shown = "" if key in _SECRET_KEYS else f" = {value!r}"
            raise ConfigError(f"{where}.{key}{shown}: must be {' or '.join(map(_TYPE_NAMES.__getitem__, _TYPES[key]))}")
    _check_values(where, table)
    actors = {
        role: _actor(f"{where}.actors.{role}", role, row, folder) for role, row in table.get("actors", {}).items()
    }
    options = {key: table[key] for key in _OPTIONS if key in table}
    control = table.get("control") or None
    return TargetConfig(
        name=name,
        base_url=base_url(f"{where}.base_url", table.get("base_url", "")),
        control=CONTROL_PREFIX if control is True else control,
        connection=connection.read(where, table, folder),
        actors=actors,
        events_mutable="events" in table,
        alerts_may_stay="alerts" in table,
        **options,
    )


def _check_values(where: str, table: Mapping[str, Any]) -> None:
    control = table.get("control", False)
    if isinstance(control, str) and not control.startswith("/"):
        raise ConfigError(f"{where}.control = {control!r}: must be true, false, or a path such as {CONTROL_PREFIX}")
    if table.get("requests_per_minute", 1) < 1:
        raise ConfigError(f"{where}.requests_per_minute = {table['requests_per_minute']}: must be 1 or more")
    if not 1 <= table.get("connections", 1) <= _MAX_CONNECTIONS:
        raise ConfigError(f"{where}.connections = {table['connections']}: must be from 1 to {_MAX_CONNECTIONS}")
    for key, consent in _CONSENTS.items():
        if table.get(key, consent) != consent:
            raise ConfigError(f"{where}.{key} = {table[key]!r}: must be {consent!r}, or left out")
    if not _SOCKET_AUTH.fullmatch(way := table.get("socket_auth", BEARER)):
        raise ConfigError(f"{where}.socket_auth = {way!r}: must be {BEARER}, {QUERY}:NAME or {FIRST_MESSAGE}")


def _actor(where: str, role: str, row: Any, folder: Path) -> ActorConfig:
    """Return an actor. Messages show no values of its table except ``site_ids``: any other may be the token."""
    if role not in _ROLES:
        raise ConfigError(f"{where}: is not one of {', '.join(_ROLES)}{did_you_mean(role, _ROLES)}")
    if not isinstance(row, dict):
        raise ConfigError(f"{where}: must be a table with token, and site_ids for a viewer")
    for key in sorted(row.keys() - set(_ACTOR_KEYS)):
        known = f"is not one of {', '.join(_ACTOR_KEYS)}"
        raise ConfigError(f"{where}.{key}: {known}{did_you_mean(key, _ACTOR_KEYS)}")
    site_ids = row.get("site_ids", [])
    if not isinstance(site_ids, list) or not all(isinstance(site, str) for site in site_ids):
        raise ConfigError(f"{where}.site_ids = {site_ids!r}: must be a list of strings")
    return ActorConfig(_token(f"{where}.token", row.get("token"), folder), tuple(site_ids))


def _token(where: str, text: Any, folder: Path) -> str:
    value = secret(where, text, folder)
    if not _VISIBLE_ASCII.fullmatch(value):
        raise ConfigError(f"{where}: contains a space or another character that a token cannot have")
    KNOWN.learn([value])
    return value
