"""The API calls of an operator, within the rate limit of the server: pairing gateways, and removing them."""

import asyncio
from typing import Any, TypeVar

import httpx
import msgspec

from mockserver.runtime.random_source import RandomSource
from mockserver.simulator.limits import Limits
from mockserver.simulator.stats import Refused, Stats, Unreachable

T = TypeVar("T")
_REMOVAL_TRIES = 3
_MAX_BACKOFF_SECONDS = 15.0
_VERSION = "2026.04.12"
#: The answers to a code that is unknown, redeemed or expired.
_CODE_UNUSABLE = (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT, httpx.codes.GONE)


class Paired(msgspec.Struct, frozen=True):
    """The answer to a gateway that redeemed its code."""

    gateway_id: str
    api_key: str
    org_id: str


class _Code(msgspec.Struct):
    id: str
    pairing_code: str


class _Listed(msgspec.Struct):
    id: str
    name: str | None


class _List(msgspec.Struct):
    data: list[_Listed]


class Operator:
    """Pairs gateways one after the other, so that only one code is active at a time, and removes them in the end.

    The names of the gateways begin with ``prefix``, which is unique to the run, whatever the seed: by it gateways are
    found even if an answer was lost.
    """

    def __init__(
        self, client: httpx.AsyncClient, url: str, token: str, limits: Limits, random_source: RandomSource, stats: Stats
    ) -> None:
        self.prefix = f"Simulated {RandomSource().code(4)}"
        self._client = client
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._limits = limits
        self._random_source = random_source
        self._stats = stats
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._created: set[str] = set()

    def socket_url(self, gateway_id: str) -> str:
        """Return the address of a gateway's socket."""
        return f"{self._url.replace('http', 'ws', 1)}/api/v1/gateways/{gateway_id}/ws"

    async def sites(self) -> list[str]:
        """Return the ids of the first 100 sites of the org. Raises Unreachable, Refused."""
        return [site.id for site in await self._list("/sites?limit=100", tries=1)]

    async def pair(self, number: int, site_id: str) -> Paired:
        """Register a gateway and redeem its code; errors of the server are retried without end. Raises Refused."""
        self._waiting += 1
        try:
            async with self._lock:
                paired = await self._pair(number, site_id)
        finally:
            self._waiting -= 1
        if not self._waiting:
            await self._limits.restore()
        return paired

    async def remove_gateways(self) -> None:
        """Remove all gateways of this run, and count those that could not be removed."""
        try:
            present = await self._list("/gateways", _REMOVAL_TRIES)
            ours = {gateway.id for gateway in present if (gateway.name or "").startswith(self.prefix)}
            self._created = (self._created & {gateway.id for gateway in present}) | ours
            for gateway_id in sorted(self._created):
                await self._remove(gateway_id)
        except (Unreachable, Refused):
            return
        finally:
            self._stats.left = len(self._created)

    async def _pair(self, number: int, site_id: str) -> Paired:
        """Request codes until one can be redeemed: the answer to one that was redeemed may have been lost."""
        while True:
            body = {"name": f"{self.prefix} {number:04}", "site_id": site_id}
            code = _read(await self._call("POST", "/gateways/generate-pairing-code", body), _Code)
            self._created.add(code.id)
            body = {"pairing_code": code.pairing_code, "version": _VERSION, "local_ip": _address(number)}
            answer = await self._call("POST", "/gateways/pair", body, headers={})
            if answer.status_code not in _CODE_UNUSABLE:
                paired = _read(answer, Paired)
                self._limits.org_id = paired.org_id
                return paired

    async def _list(self, path: str, tries: int) -> list[_Listed]:
        return _read(await self._call("GET", path, tries=tries), _List).data

    async def _remove(self, gateway_id: str) -> None:
        answer = await self._call("DELETE", f"/gateways/{gateway_id}", tries=_REMOVAL_TRIES)
        self._stats.removed += answer.status_code == httpx.codes.NO_CONTENT
        if answer.status_code in (httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND):
            self._created.discard(gateway_id)

    async def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        tries: int | None = None,
    ) -> httpx.Response:
        """Return the answer; failures are retried. Raises Unreachable after ``tries`` failures (None: never)."""
        url = f"{self._url}/api/v1{path}"
        headers = self._headers if headers is None else headers
        failures = 0
        while True:
            try:
                answer = await self._client.request(method, url, json=body, headers=headers)
                if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                    await self._wait_for_limit(answer)
                    continue
                if not answer.is_server_error:
                    return answer
                trouble = f"it answers {answer.status_code}"
            except (httpx.TransportError, httpx.InvalidURL, UnicodeError) as error:
                trouble = str(error) or type(error).__name__
            failures += 1
            if failures == tries:
                raise Unreachable(f"{self._url} cannot be reached: {trouble}")
            await self._wait(backoff_seconds(failures, self._random_source.fraction("call")), trouble)

    async def _wait_for_limit(self, answer: httpx.Response) -> None:
        """Lift the limit, or wait as long as the server asks if it cannot be lifted."""
        if not await self._limits.lift():
            retry_after = answer.headers.get("retry-after", "")
            seconds = int(retry_after) if retry_after.isdecimal() else 1
            await self._wait(seconds, f"the server asks to wait {seconds} s")

    async def _wait(self, seconds: float, reason: str) -> None:
        self._stats.waiting_for = reason
        await asyncio.sleep(seconds)
        self._stats.waiting_for = ""


def backoff_seconds(failures: int, fraction: float) -> float:
    """Return a part of 1, 2, 4 … 15 seconds for the first and each further failure in a row.

    ``fraction``, from 0 to 1, is how much of it: a random one spreads the retries of many gateways.
    """
    return fraction * min(_MAX_BACKOFF_SECONDS, 2.0 ** min(failures - 1, 16))


def _read(answer: httpx.Response, type_: type[T]) -> T:
    """Return the body. Raises Refused for an error, or for a body that is not that of a NovaVMS."""
    url = answer.request.url
    if not answer.is_success:
        raise Refused(f"{answer.request.method} {url} answers {answer.status_code}: {_message(answer)}")
    try:
        return msgspec.json.decode(answer.content, type=type_)
    except msgspec.MsgspecError as error:
        raise Refused(f"{url} does not answer as a NovaVMS: {error}") from None


def _message(answer: httpx.Response) -> str:
    """Return the message of an error, in one line."""
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        return answer.reason_phrase
    return " ".join(str(problem.get("message", answer.reason_phrase)).split())


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
