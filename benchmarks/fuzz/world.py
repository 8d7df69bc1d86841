"""What a fuzz run works on: an org that is made again when it is lost or large, its tokens and the ids in it."""

import asyncio
from contextlib import suppress
from typing import Any

import httpx

from benchmarks.fuzz.messages import Messages
from benchmarks.fuzz.values import JSON, WEBHOOK_URL
from mockserver import CONTROL_PREFIX

_LIMITS = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000, "deliveries_kept": 200}
_COLLECTIONS = ("events", "alerts", "alert-rules", "gateways", "cameras", "sites", "users", "webhooks")
_LOOK_SECONDS, _MAX_LOOKS = 0.5, 40
_MAX_YEAR = "3000"
_EVENT_TYPES = ["event", "alert", "camera_status", "gateway_status"]


class World:
    """The org on a mock that the messages are about."""

    def __init__(self, base_url: str, messages: Messages, ids: dict[str, list[str]]) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, timeout=60, trust_env=False)
        self._messages, self._ids = messages, ids
        self._org: JSON = {}

    async def begin(self) -> None:
        """Take a snapshot that can be restored, and make the org."""
        await self._control("POST", "/reset")
        self._messages.samples["putSnapshot"] = await self._control("GET", "/snapshot")
        await self._make()

    async def keep(self) -> None:
        """Make the org again when it is lost, and now and then for its size, until cancelled."""
        looks = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            looks += 1
            with suppress(
                httpx.TransportError, RuntimeError, KeyError, TypeError, ValueError
            ):  # what is sent may hit this too
                if looks % _MAX_LOOKS == 0 or not await self._is_there():
                    await self._make()
                await self._look()

    async def _is_there(self) -> bool:
        try:
            await self._control("GET", f"/orgs/{self._org['org_id']}")
        except RuntimeError:
            return False
        return True

    async def _look(self) -> None:
        """Read the ids of the org."""
        if (await self._control("GET", "/clock"))["now"][:4] > _MAX_YEAR:
            await self._control("POST", "/reset")
        await self._control("PUT", f"/orgs/{self._org['org_id']}/settings", _LIMITS)
        for name in _COLLECTIONS:
            found = await self._call("GET", f"/api/v1/{name}?limit=50", self._org["actors"]["owner"]["token"])
            self._ids[name] = [one["id"] for one in found["data"]]

    async def _make(self) -> None:
        """Remove all other orgs but the first, and make one."""
        for old in (await self._control("GET", "/orgs"))["data"][1:]:
            await self._control("DELETE", f"/orgs/{old['org_id']}")
        org = self._org = await self._control("POST", "/orgs", {"settings": _LIMITS, "events": 50, "fixture": "small"})
        self._ids["orgs"] = [org["org_id"]]
        token = org["actors"]["owner"]["token"]
        hook = {"name": "Fuzz", "url": WEBHOOK_URL, "event_types": _EVENT_TYPES}
        await self._call("POST", "/api/v1/webhooks", token, hook)
        owner = [token] * 20
        self._messages.tokens = [
            *owner,
            *(one["token"] for one in org["actors"].values()),
            "",
            "sk_live_x",
            "\0",
            "é😀",
        ]
        login = {"email": org["actors"]["owner"]["email"], "password": org["actors"]["owner"]["password"]}
        self._messages.samples["login"] = {**login, "client_type": "mobile"}
        self._messages.gateways = [await self._pair(token) for _ in range(3)]
        await self._look()

    async def _pair(self, token: str) -> tuple[str, str]:
        body = {"name": "Fuzz", "site_id": self._org["sites"][0]["id"]}
        code = await self._call("POST", "/api/v1/gateways/generate-pairing-code", token, body)
        paired = await self._call("POST", "/api/v1/gateways/pair", "", {"pairing_code": code["pairing_code"]})
        return code["id"], paired["api_key"]

    async def _control(self, method: str, path: str, body: Any = None) -> Any:
        return await self._call(method, f"{CONTROL_PREFIX}{path}", "", body)

    async def _call(self, method: str, path: str, token: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await self._client.request(method, path, json=body, headers=headers)
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None
