"""What a client was told, checked before anything is called."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from novavms._version import __version__
from novavms.errors import ConfigurationError

BASE_URL = "https://api.novavms.io"
PREFIX = "/api/v1"

chance = random.random


@dataclass(frozen=True)
class Options:
    """Options that can work. The API key is in the headers alone, which do not show it when printed."""

    base_url: str
    headers: httpx.Headers
    timeout: float
    max_retries: int
    chance: Callable[[], float]


def checked(
    api_key: object,
    base_url: object,
    timeout: object,
    max_retries: object,
    user_agent: object,
    chance: Callable[[], float],
) -> Options:
    """Return the options, or raise a ConfigurationError that says which one is wrong and what would be right."""
    headers = {
        "Authorization": f"Bearer {visible('api_key', api_key, 'the key of your organisation, such as sk_live_...')}",
        "User-Agent": " ".join(agents(user_agent)),
    }
    return Options(host(base_url), httpx.Headers(headers), seconds(timeout), count(max_retries), chance)


def visible(name: str, value: object, right: str) -> str:
    """Return a text that fits a header; the message does not show it, for it may be a secret."""
    if not isinstance(value, str) or not value.strip():
        what = "empty" if isinstance(value, str) else f"of type {type(value).__name__}"
        raise ConfigurationError(f"{name} is {what}: pass {right}")
    if not (value.isascii() and value.isprintable()) or value != value.strip():
        raise ConfigurationError(f"{name} has blanks around it, a line break or characters outside ASCII: pass {right}")
    return value


def agents(user_agent: object) -> list[str]:
    """Return what the client calls itself: the default, then what was given (SDK-27, SDK-28)."""
    own = f"novavms-sdk/{__version__}"
    return [own] if user_agent is None else [own, visible("user_agent", user_agent, "a text such as dashboard/2.0")]


def host(base_url: object) -> str:
    """Return where the API is, without the prefix that the client adds itself."""
    right = f"pass where the API is, such as {BASE_URL}"
    if not isinstance(base_url, str):
        raise ConfigurationError(f"base_url is of type {type(base_url).__name__}: {right}")
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"base_url is no URL ({error}): {right}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError(f"base_url {base_url!r} has no http:// or https:// and host: {right}")
    if url.userinfo or url.query or url.fragment:
        raise ConfigurationError(f"base_url has a user, a query or a fragment, which would get lost: {right}")
    plain = str(url).rstrip("/")
    if plain.endswith(PREFIX):
        raise ConfigurationError(f"base_url {base_url!r} ends in {PREFIX}, which the client adds itself: {right}")
    return plain


def seconds(timeout: object) -> float:
    """Return the timeout."""
    if not isinstance(timeout, int | float) or not 0 < timeout < math.inf:
        raise ConfigurationError(f"timeout is {timeout!r}: pass a number of seconds above 0, such as 10.0")
    return float(timeout)


def count(max_retries: object) -> int:
    """Return how often a call may be repeated."""
    if not isinstance(max_retries, int) or max_retries < 0:
        raise ConfigurationError(f"max_retries is {max_retries!r}: pass a whole number from 0, such as 3")
    return max_retries


def fitting(http_client: object, kind: type[httpx.Client] | type[httpx.AsyncClient]) -> None:
    """Refuse an HTTP client of the other kind."""
    if http_client is not None and not isinstance(http_client, kind):
        raise ConfigurationError(f"http_client is of type {type(http_client).__name__}: pass an httpx.{kind.__name__}")
