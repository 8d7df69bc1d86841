"""An absolute minimum that must work before any verdict is believed: the target answers, and every key opens."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from contract_tests.actors import TargetTrouble
from contract_tests.config import TargetConfig

_PATIENCE = 10.0
_MOST_BYTES = 8 * 1024 * 1024
_MOST_SKEW = 300
_CONTROL = "/_mock"


def check(config: TargetConfig) -> list[str]:
    """Return warnings about a target that can be tested. Raises TargetTrouble saying why it cannot."""
    with httpx.Client(base_url=config.base_url, timeout=_PATIENCE) as http:
        if config.control:
            _ask(http, f"{config.control}/health", None, "the control plane")
            return []
        if not config.actors:
            raise TargetTrouble(f"{config.base_url}: the target file names no actors and there is no control plane")
        for role, actor in config.actors.items():
            response = _ask(http, "/api/v1/events?limit=1", actor.token, f"actor {role}")
    return _skew(response)


def control_of(base_url: str) -> str | None:
    """Return the prefix of the control plane of a mock of ours at this address, or None."""
    try:
        response = httpx.get(f"{base_url}{_CONTROL}/health", timeout=_PATIENCE)
        return _CONTROL if response.status_code == 200 and "api_version" in response.json() else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None


def _ask(http: httpx.Client, path: str, token: str | None, who: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    where = f"{http.base_url}{path.lstrip('/')}"
    try:
        with http.stream("GET", path, headers=headers) as response:
            _drain(response)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TargetTrouble(f"{where}: {type(error).__name__}: {error}") from None
    if response.status_code in (401, 403):
        raise TargetTrouble(f"{where}: the token of {who} was refused with {response.status_code}")
    media_type = response.headers.get("content-type", "none").partition(";")[0]
    if response.status_code != 200 or media_type != "application/json":
        raise TargetTrouble(f"{where}: {who} got {response.status_code} with {media_type}, not 200 with JSON")
    return response


def _drain(response: httpx.Response) -> None:
    until, size = time.monotonic() + _PATIENCE, 0
    for part in response.iter_bytes():
        size += len(part)
        if size > _MOST_BYTES or time.monotonic() > until:
            raise httpx.ReadTimeout("the answer has no end")


def _skew(response: httpx.Response) -> list[str]:
    try:
        theirs = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return []
    seconds = abs((datetime.now(UTC) - theirs).total_seconds())
    return [f"the clocks differ by {seconds:.0f} s"] if seconds > _MOST_SKEW else []
