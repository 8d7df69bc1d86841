"""The options of a client, checked before anything is sent."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import httpx

from novavms._core.call import NOT_GIVEN, CallOptions, Timeout
from novavms._version import __version__
from novavms.errors import ConfigurationError

BASE_URL = "https://api.novavms.io"
PREFIX = "/api/v1"

MAX_TIMEOUT_SECONDS = 86_400

KEY_VARIABLE = "NOVAVMS_API_KEY"
BASE_URL_VARIABLE = "NOVAVMS_BASE_URL"
#: The headers that the client sets itself.
_OWN_HEADERS = {"authorization", "content-length", "content-type", "host", "transfer-encoding", "user-agent"}


def jitter() -> float:
    """Return the random part of a delay."""
    return random.random()


@dataclass(frozen=True)
class Options:
    """Valid options. The API key is only in the headers, which hide it when printed; ``jitter`` returns 0.0 to 1.0."""

    base_url: str
    headers: httpx.Headers
    timeout: Timeout
    max_retries: int
    jitter: Callable[[], float]


def checked(
    api_key: object,
    base_url: object,
    timeout: object,
    max_retries: object,
    user_agent: object,
    jitter: Callable[[], float],
    default_headers: object = None,
) -> Options:
    """Return the options. Raises ConfigurationError, which names the wrong option and a valid value."""
    key = header_text("api_key", api_key, "the key of your organisation, such as sk_live_...")
    headers = {"Authorization": f"Bearer {key}", "User-Agent": " ".join(user_agents(user_agent))}
    return Options(
        base_url=checked_base_url(base_url),
        headers=httpx.Headers({**checked_headers("default_headers", default_headers), **headers}),
        timeout=checked_timeout(timeout),
        max_retries=checked_max_retries(max_retries),
        jitter=jitter,
    )


def header_text(name: str, value: object, advice: str) -> str:
    """Return a text that fits a header. An error message does not show it, because it may be a secret."""
    if not isinstance(value, str) or not value.strip():
        what = "empty" if isinstance(value, str) else f"of type {type(value).__name__}"
        raise ConfigurationError(f"{name} is {what}: pass {advice}")
    if not (value.isascii() and value.isprintable()) or value != value.strip():
        raise ConfigurationError(
            f"{name} has blanks around it, a line break or characters outside ASCII: pass {advice}"
        )
    return value


def user_agents(user_agent: object) -> list[str]:
    """Return the parts of the User-Agent: the SDK's own, then the given one (SDK-27, SDK-28)."""
    own = f"novavms-sdk/{__version__}"
    return [own] if user_agent is None else [own, header_text("user_agent", user_agent, "a text such as dashboard/2.0")]


def checked_base_url(base_url: object) -> str:
    """Return the URL of the server without a trailing slash; /api/v1 is added to each request."""
    advice = f"pass where the API is, such as {BASE_URL}"
    if not isinstance(base_url, str):
        raise ConfigurationError(f"base_url is of type {type(base_url).__name__}: {advice}")
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"base_url is not a URL ({error}): {advice}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError(f"base_url {base_url!r} has no http:// or https:// and host: {advice}")
    if url.userinfo or url.query or url.fragment:
        raise ConfigurationError(f"base_url has a user, a query or a fragment, which would be ignored: {advice}")
    address = str(url).rstrip("/")
    if address.endswith(PREFIX):
        raise ConfigurationError(f"base_url {base_url!r} ends in {PREFIX}, which the client adds itself: {advice}")
    return address


def changed(options: Options, given: CallOptions) -> Options:
    """Return the options with those that a call, or ``with_options``, changes. Raises ConfigurationError."""
    given = cast("CallOptions", {name: value for name, value in given.items() if value is not NOT_GIVEN})
    parts: dict[str, Any] = {}
    if "timeout" in given:
        parts["timeout"] = checked_timeout(given["timeout"])
    if "max_retries" in given:
        parts["max_retries"] = checked_max_retries(given["max_retries"])
    if "headers" in given:
        parts["headers"] = httpx.Headers({**options.headers, **checked_headers("headers", given["headers"])})
    if unknown := given.keys() - CallOptions.__annotations__.keys():
        raise TypeError(f"got an unexpected keyword argument {min(unknown)!r}")
    return replace(options, **parts) if parts else options


def of_environment(environment: Mapping[str, str], given: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a client with key and URL of the environment. Raises ConfigurationError."""
    found = {"api_key": environment.get(KEY_VARIABLE, "")}
    header_text(KEY_VARIABLE, found["api_key"], "the key of your organisation in this variable of the environment")
    if environment.get(BASE_URL_VARIABLE) and "base_url" not in given:
        try:
            found["base_url"] = checked_base_url(environment[BASE_URL_VARIABLE])
        except ConfigurationError as error:
            raise ConfigurationError(f"{BASE_URL_VARIABLE} of the environment: {error.message}") from None
    return {**found, **given}


def checked_headers(name: str, headers: object) -> dict[str, str]:
    """Return headers besides those of the client. Raises ConfigurationError."""
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise ConfigurationError(
            f'{name} is of type {type(headers).__name__}: pass a dict such as {{"X-Team": "yard"}}'
        )
    for key, value in headers.items():
        if not isinstance(key, str) or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", key):
            raise ConfigurationError(f"{name} has {key!r}: pass names such as X-Team")
        if key.lower() in _OWN_HEADERS:
            raise ConfigurationError(f"{name} has {key}, which the client sets: pass api_key or user_agent instead")
        header_text(f"{name}[{key!r}]", value, "a text such as yard")
    return dict(headers)


def checked_timeout(timeout: object) -> Timeout:
    """Return the timeout in seconds, or for each phase of a request; None is no limit. Raises ConfigurationError."""
    phases = list(timeout.as_dict().values()) if isinstance(timeout, httpx.Timeout) else [timeout]
    for seconds in phases:
        if not is_timeout(seconds):
            advice = f"pass seconds above 0 and at most {MAX_TIMEOUT_SECONDS}, such as 10.0, an httpx.Timeout, or None"
            raise ConfigurationError(f"timeout is {seconds!r}: {advice}")
    return float(timeout) if isinstance(timeout, int) else timeout  # type: ignore[return-value]


def is_timeout(seconds: object) -> bool:
    """Whether a value is None, or a number of seconds that can be waited."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return seconds is None
    return 0 < seconds <= MAX_TIMEOUT_SECONDS


def checked_max_retries(max_retries: object) -> int:
    """Return the number of times that a call may be repeated."""
    if not isinstance(max_retries, int) or isinstance(max_retries, bool) or max_retries < 0:
        raise ConfigurationError(f"max_retries is {max_retries!r}: pass a whole number from 0, such as 3")
    return max_retries


def check_http_client(http_client: object, kind: type[httpx.Client] | type[httpx.AsyncClient]) -> None:
    """Raise ConfigurationError for an HTTP client of the other kind."""
    if http_client is not None and not isinstance(http_client, kind):
        raise ConfigurationError(f"http_client is of type {type(http_client).__name__}: pass an httpx.{kind.__name__}")
