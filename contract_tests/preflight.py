"""What must work before a run starts: the target answers, every token is accepted, the clocks agree."""

import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from contract_tests.actors import TargetError
from contract_tests.config import CONTROL_PREFIX, ConfigError, Connection, TargetConfig
from contract_tests.http import connections
from contract_tests.http.bodies import read_body
from contract_tests.http.connections import TargetClient
from contract_tests.output.texts import shorten
from contract_tests.shared_target.throttle import Throttle, seconds_to_wait

TIMEOUT_SECONDS = 10.0
#: The delays before a call is made again that was cut off, or answered by a load balancer or a rate limit.
_BACKOFF_SECONDS = (0.5, 1.0, 2.0)
_MAX_WAIT_SECONDS = 10.0
_REPEATED_STATUSES = (429, 502, 503, 504)
_MAX_BODY_BYTES = 8 * 1024 * 1024
_MAX_CLOCK_SKEW_SECONDS = 300


class _CutOff(TargetError):
    """The connection was there, and ended before the answer did."""


#: How httpx calls that.
_CUT_OFF = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


def check(config: TargetConfig, throttle_file: Path | None = None) -> list[str]:
    """Return warnings about a target that can be tested; ``throttle_file`` is the file that throttles share.

    Raises ConfigError for one without actors or with an actor whose token is refused, TargetError for one that does
    not answer as it should.
    """
    throttle = Throttle(config.requests_per_minute, throttle_file)
    with _client(config.base_url, config.connection, throttle) as http:
        if config.control:
            _ask(http, f"{config.control}/health", None, "the control plane")
            return []
        if not config.callers:
            raise ConfigError(
                f"{config.base_url}: has no control plane of our mock and no actors; "
                "name their tokens in [targets.NAME.actors] of a file, given with --config"
            )
        for role, actor in config.callers.items():
            response = _ask(http, "/api/v1/events?limit=1", actor.token, f"actor {role}")
    return _clock_warnings(response)


def control_of(base_url: str) -> str | None:
    """Return the path of the control plane if a mock of ours is at this address, else None.

    Raises ConfigError, TargetError.
    """
    with _client(base_url, Connection(), Throttle()) as http:
        response, body = _get(http, f"{CONTROL_PREFIX}/health")
    return CONTROL_PREFIX if response.status_code == 200 and b"api_version" in body else None


def _client(base_url: str, connection: Connection, throttle: Throttle) -> TargetClient:
    try:
        hooks = {"request": [lambda request: throttle()]}
        return connections.client(base_url, connection, timeout=TIMEOUT_SECONDS, event_hooks=hooks)
    except httpx.InvalidURL as error:
        raise ConfigError(f"{base_url}: {error}") from None


def _ask(http: TargetClient, path: str, token: str | None, who: str) -> httpx.Response:
    response, body = _get(http, path, token)
    where = f"{response.url}{f' through {http.proxy}' if http.proxy else ''}"
    if response.status_code in (401, 403):
        remedy = "give a valid one in the target file" if token else "start the mock without --control-token"
        asked = f"the token of {who} was refused" if token else f"{who} demands a token and refused the call"
        raise ConfigError(f"{where}: {asked} with {response.status_code}; {remedy}")
    if response.status_code == 407 and http.proxy:
        raise ConfigError(f"{where}: the proxy demands credentials; write them into its address, user:password@")
    media_type = shorten(response.headers.get("content-type", "none").partition(";")[0])
    if response.status_code != 200 or media_type != "application/json" or not _is_object(body):
        raise TargetError(f"{where}: {who} got {response.status_code} with {media_type}, not 200 with a JSON object")
    return response


def _get(http: TargetClient, path: str, token: str | None = None) -> tuple[httpx.Response, bytes]:
    """Return the response to a GET, repeated where it was lost, and its body. Raises ConfigError, TargetError."""
    for seconds in _BACKOFF_SECONDS:
        try:
            response, body = _get_once(http, path, token)
        except _CutOff:
            time.sleep(seconds)
            continue
        if response.status_code not in _REPEATED_STATUSES:
            return response, body
        time.sleep(min(max(seconds, seconds_to_wait(response.headers)), _MAX_WAIT_SECONDS))
    return _get_once(http, path, token)


def _get_once(http: TargetClient, path: str, token: str | None) -> tuple[httpx.Response, bytes]:
    """Return the response to a GET and its body. Raises ConfigError; TargetError, at the latest after the timeouts."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with http.stream("GET", path, headers=headers) as response:
            return response, read_body(response, _MAX_BODY_BYTES, time.monotonic() + TIMEOUT_SECONDS)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConfigError(f"{http.base_url}: is not a valid URL: {error}") from None
    except httpx.HTTPError as error:
        raise _no_answer(http, path, error) from None


def _no_answer(http: TargetClient, path: str, error: httpx.HTTPError) -> ConfigError | TargetError:
    """Return what to raise for a call without an answer: the settings of the user may be wrong, or the target."""
    text = f"{str(http.base_url).rstrip('/')}{path}: {type(error).__name__}: {error or 'no answer'}"
    if http.proxy and isinstance(error, httpx.TransportError) and connections.proxy_failed(error):
        return ConfigError(f"{text}; start the proxy, or change {http.proxy.source}")
    if connections.tls_failed(error):
        return TargetError(f"{text}; in the target file, ca, client_cert and verify set how TLS is used")
    return _CutOff(text) if isinstance(error, _CUT_OFF) else TargetError(text)


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _clock_warnings(response: httpx.Response) -> list[str]:
    try:
        theirs = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return []
    skew_seconds = abs((datetime.now(UTC) - theirs).total_seconds())
    if skew_seconds <= _MAX_CLOCK_SKEW_SECONDS:
        return []
    return [f"the clocks of this machine and the target differ by {skew_seconds:.0f} s"]
