"""An absolute minimum that must work before any verdict is believed: the target answers, and every key opens."""

import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from contract_tests.actors import TargetTrouble
from contract_tests.config import TargetConfig

#: For how long a target may take to answer, in seconds.
PATIENCE = 10.0
_MOST_BYTES = 8 * 1024 * 1024
_MOST_SKEW = 300
_CONTROL = "/_mock"


def check(config: TargetConfig) -> list[str]:
    """Return warnings about a target that can be tested. Raises TargetTrouble saying why it cannot."""
    with _client(config.base_url) as http:
        if config.control:
            _ask(http, f"{config.control}/health", None, "the control plane")
            return []
        if not config.callers:
            raise TargetTrouble(f"{config.base_url}: the target file names no actors and there is no control plane")
        for role, actor in config.callers.items():
            response = _ask(http, "/api/v1/events?limit=1", actor.token, f"actor {role}")
    return _skew(response)


def control_of(base_url: str) -> str | None:
    """Return the prefix of the control plane of a mock of ours at this address, or None. Raises TargetTrouble."""
    with _client(base_url) as http:
        response, body = _get(http, f"{_CONTROL}/health")
    return _CONTROL if response.status_code == 200 and b"api_version" in body else None


def _client(base_url: str) -> httpx.Client:
    try:
        return httpx.Client(base_url=base_url, timeout=PATIENCE)
    except httpx.InvalidURL as error:
        raise TargetTrouble(f"{base_url}: {error}") from None


def _ask(http: httpx.Client, path: str, token: str | None, who: str) -> httpx.Response:
    response, body = _get(http, path, token)
    where = response.url
    if response.status_code in (401, 403):
        raise TargetTrouble(f"{where}: the token of {who} was refused with {response.status_code}")
    media_type = response.headers.get("content-type", "none").partition(";")[0]
    if response.status_code != 200 or media_type != "application/json" or not _is_object(body):
        raise TargetTrouble(f"{where}: {who} got {response.status_code} with {media_type}, not 200 with a JSON object")
    return response


def _get(http: httpx.Client, path: str, token: str | None = None) -> tuple[httpx.Response, bytes]:
    """Return the answer to a GET and its body. Raises TargetTrouble in a bounded time."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with http.stream("GET", path, headers=headers) as response:
            return response, _drain(response)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        where = f"{str(http.base_url).rstrip('/')}{path}"
        raise TargetTrouble(f"{where}: {type(error).__name__}: {error or 'no answer'}") from None


def _drain(response: httpx.Response) -> bytes:
    until, body = time.monotonic() + PATIENCE, b""
    for part in response.iter_bytes():
        body += part
        if len(body) > _MOST_BYTES or time.monotonic() > until:
            raise httpx.ReadTimeout("the answer has no end")
    return body


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _skew(response: httpx.Response) -> list[str]:
    try:
        theirs = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return []
    seconds = abs((datetime.now(UTC) - theirs).total_seconds())
    return [f"the clocks differ by {seconds:.0f} s"] if seconds > _MOST_SKEW else []
