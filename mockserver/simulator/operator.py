"""What an operator does for the fleet, at the pace the server allows: pair gateways, and remove them."""

import asyncio
from typing import Any, TypeVar

import httpx
import msgspec

from mockserver.runtime.random_source import RandomSource
from mockserver.simulator import backoff
from mockserver.simulator.limits import Limits
from mockserver.simulator.stats import Refused, Stats, Unreachable

T = TypeVar("T")
_REMOVAL_TRIES = 3
_VERSION = "2026.04.12"
#: What is said to a code that is forgotten, used or too old.
_SPENT = (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT, httpx.codes.GONE)


class Paired(msgspec.Struct, frozen=True):
    """What a gateway gets for its code."""

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
    """An operator's calls. Gateways are paired one after another, so that no more than one code is ever active.

    The names of the gateways start with ``prefix``, whatever the seed one of this run alone: by it they are found again
    even if an answer was lost.
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
        self._turn = asyncio.Lock()
        self._queued = 0
        self._made: set[str] = set()

    def socket_url(self, gateway_id: str) -> str:
        """Return the address of a gateway's socket."""
        return f"{self._url.replace('http', 'ws', 1)}/api/v1/gateways/{gateway_id}/ws"

    async def sites(self) -> list[str]:
        """Return the org's sites, so many as one page shows. Raises Unreachable, Refused."""
        return [site.id for site in await self._listed("/sites?limit=100", tries=1)]

    async def pair(self, number: int, site_id: str) -> Paired:
        """Register a gateway and redeem its code, however long that takes. Raises Refused."""
        self._queued += 1
        try:
            async with self._turn:
                paired = await self._pair(number, site_id)
        finally:
            self._queued -= 1
        if not self._queued:
            await self._limits.restore()
        return paired

    async def clear(self) -> None:
        """Remove every gateway made here; the tally tells how many could not be."""
        try:
            present = await self._listed("/gateways", _REMOVAL_TRIES)
            ours = {gateway.id for gateway in present if (gateway.name or "").startswith(self.prefix)}
            self._made = (self._made & {gateway.id for gateway in present}) | ours
            for gateway_id in sorted(self._made):
                await self._remove(gateway_id)
        except (Unreachable, Refused):
            return
        finally:
            self._stats.left = len(self._made)

    async def _pair(self, number: int, site_id: str) -> Paired:
        """Ask for codes until one works: the use of one may have gone unanswered."""
        while True:
            body = {"name": f"{self.prefix} {number:04}", "site_id": site_id}
            code = _read(await self._call("POST", "/gateways/generate-pairing-code", body), _Code)
            self._made.add(code.id)
            told = {"pairing_code": code.pairing_code, "version": _VERSION, "local_ip": _address(number)}
            answer = await self._call("POST", "/gateways/pair", told, headers={})
            if answer.status_code not in _SPENT:
                paired = _read(answer, Paired)
                self._limits.org_id = paired.org_id
                return paired

    async def _listed(self, path: str, tries: int) -> list[_Listed]:
        return _read(await self._call("GET", path, tries=tries), _List).data

    async def _remove(self, gateway_id: str) -> None:
        answer = await self._call("DELETE", f"/gateways/{gateway_id}", tries=_REMOVAL_TRIES)
        self._stats.removed += answer.status_code == httpx.codes.NO_CONTENT
        if answer.status_code in (httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND):
            self._made.discard(gateway_id)

    async def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        tries: int | None = None,
    ) -> httpx.Response:
        """Return the answer once there is one. Raises Unreachable when so many tries failed (None: goes on trying)."""
        url = f"{self._url}/api/v1{path}"
        headers = self._headers if headers is None else headers
        failures = 0
        while True:
            try:
                answer = await self._client.request(method, url, json=body, headers=headers)
                if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                    await self._hold(answer)
                    continue
                if not answer.is_server_error:
                    return answer
                trouble = f"it answers {answer.status_code}"
            except (httpx.TransportError, httpx.InvalidURL, UnicodeError) as error:
                trouble = str(error) or type(error).__name__
            failures += 1
            if failures == tries:
                raise Unreachable(f"{self._url} cannot be reached: {trouble}")
            await self._wait(backoff.after(failures, self._random_source.fraction("call")), trouble)

    async def _hold(self, answer: httpx.Response) -> None:
        """Wait as long as the server says, or lift the limit if that can be done."""
        if not await self._limits.lift():
            told = answer.headers.get("retry-after", "")
            seconds = int(told) if told.isdecimal() else 1
            await self._wait(seconds, f"the server asks to wait {seconds} s")

    async def _wait(self, seconds: float, reason: str) -> None:
        self._stats.waits_for = reason
        await asyncio.sleep(seconds)
        self._stats.waits_for = ""


def _read(answer: httpx.Response, type_: type[T]) -> T:
    """Return the body. Raises Refused for an answer that is no success, or not what a NovaVMS says."""
    url = answer.request.url
    if not answer.is_success:
        raise Refused(f"{answer.request.method} {url} answers {answer.status_code}: {_message(answer)}")
    try:
        return msgspec.json.decode(answer.content, type=type_)
    except msgspec.MsgspecError as error:
        raise Refused(f"{url} does not answer as a NovaVMS: {error}") from None


def _message(answer: httpx.Response) -> str:
    """Return what the server says of its refusal, in one line."""
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        return answer.reason_phrase
    return " ".join(str(problem.get("message", answer.reason_phrase)).split())


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
