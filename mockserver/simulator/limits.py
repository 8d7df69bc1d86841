"""The rate limit of the org, which the control plane of a mock can lift while gateways are paired and removed."""

import httpx

from mockserver import CONTROL_PREFIX

_LIFTED = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}


class Limits:
    """The limits of the org; ``org_id`` is set as soon as it is known."""

    def __init__(self, client: httpx.AsyncClient, url: str, token: str | None) -> None:
        self.org_id: str | None = None
        self._client = client
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._original: dict[str, int] | None = None

    async def lift(self) -> bool:
        """Lift the limits and return whether they were lifted now: not without a control plane, nor a second time."""
        if self._original is not None or self.org_id is None:
            return False
        try:
            found = await self._settings("GET")
            self._original = {name: found[name] for name in _LIFTED}
            await self._settings("PUT", _LIFTED)
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            self._original = None
        return self._original is not None

    async def restore(self) -> None:
        """Set the limits to what they were, if the server can still be reached."""
        original, self._original = self._original, None
        if original is not None:
            try:
                await self._settings("PUT", original)
            except (httpx.HTTPError, ValueError):
                return

    async def _settings(self, method: str, changes: dict[str, int] | None = None) -> dict[str, int]:
        """Read or change the settings. Raises httpx.HTTPError, or ValueError for an answer that is not JSON."""
        url = f"{self._url}{CONTROL_PREFIX}/orgs/{self.org_id}/settings"
        response = await self._client.request(method, url, headers=self._headers, json=changes)
        response.raise_for_status()
        settings: dict[str, int] = response.json()
        return settings
