"""The options of a client, checked before anything is sent."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from novavms._version import __version__
from novavms.errors import ConfigurationError

BASE_URL = "https://api.novavms.io"
PREFIX = "/api/v1"

MAX_TIMEOUT_SECONDS = 86_400

jitter = random.random


@dataclass(frozen=True)
class Options:
    """Valid options. The API key is only in the headers, which hide it when printed; ``jitter`` returns 0.0 to 1.0."""

    base_url: str
    headers: httpx.Headers
    timeout: float
    max_retries: int
    jitter: Callable[[], float]


def checked(
    api_key: object,
    base_url: object,
    timeout: object,
    max_retries: object,
    user_agent: object,
    jitter: Callable[[], float],
) -> Options:
    """Return the options. Raises ConfigurationError, which names the wrong option and a valid value."""
    key = header_text("api_key", api_key, "the key of your organisation, such as sk_live_...")
    headers = {"Authorization": f"Bearer {key}", "User-Agent": " ".join(user_agents(user_agent))}
    return Options(
        base_url=checked_base_url(base_url),
        headers=httpx.Headers(headers),
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


def checked_timeout(timeout: object) -> float:
    """Return the timeout in seconds."""
    if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not 0 < timeout <= MAX_TIMEOUT_SECONDS:
        advice = f"pass a number of seconds above 0, such as 10.0, and at most {MAX_TIMEOUT_SECONDS}, which is one day"
        raise ConfigurationError(f"timeout is {timeout!r}: {advice}")
    return float(timeout)


def checked_max_retries(max_retries: object) -> int:
    """Return the number of times that a call may be repeated."""
    if not isinstance(max_retries, int) or isinstance(max_retries, bool) or max_retries < 0:
        raise ConfigurationError(f"max_retries is {max_retries!r}: pass a whole number from 0, such as 3")
    return max_retries


def check_http_client(http_client: object, kind: type[httpx.Client] | type[httpx.AsyncClient]) -> None:
    """Raise ConfigurationError for an HTTP client of the other kind."""
    if http_client is not None and not isinstance(http_client, kind):
        raise ConfigurationError(f"http_client is of type {type(http_client).__name__}: pass an httpx.{kind.__name__}")
