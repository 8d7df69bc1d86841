"""Runs mocks for the tests: a real server on a free port, in a thread of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from mockserver import CONTROL_PREFIX
from mockserver.mock import Mock
from mockserver.server.run import bind, create_server
from mockserver.settings import Settings

JSON = dict[str, Any]


@dataclass(frozen=True)
class Running:
    """A mock that answers at ``base_url``."""

    mock: Mock
    base_url: str
    transport: httpx.HTTPTransport

    def client(self, token: str | None = None) -> httpx.Client:
        """Return a client that calls with a bearer token, or with none; its connections are closed with the mock."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(
            base_url=self.base_url, headers=headers, timeout=60, transport=self.transport, trust_env=False
        )

    def control(self, method: str, path: str, **arguments: Any) -> Any:
        """Call the control plane and return the body of its success."""
        response = self.client().request(method, f"{CONTROL_PREFIX}{path}", **arguments)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def org(self, **asked: Any) -> "World":
        """Create an org."""
        return World(self, self.control("POST", "/orgs", json=asked))


@dataclass(frozen=True)
class World:
    """A fresh org and its actors: ``world.owner.get("/api/v1/events")`` is a call of the owner."""

    running: Running
    described: JSON

    @property
    def id(self) -> str:
        return str(self.described["org_id"])

    @property
    def sites(self) -> list[str]:
        """The sites, those granted to the viewer first."""
        granted = self.described["actors"].get("viewer", {}).get("site_ids", [])
        return sorted((site["id"] for site in self.described["sites"]), key=lambda site_id: site_id not in granted)

    @property
    def cameras(self) -> list[JSON]:
        return list(self.described["cameras"])

    @property
    def gateways(self) -> list[JSON]:
        return list(self.described["gateways"])

    def actor(self, role: str) -> httpx.Client:
        return self.running.client(self.described["actors"][role]["token"])

    @property
    def owner(self) -> httpx.Client:
        return self.actor("owner")

    @property
    def admin(self) -> httpx.Client:
        return self.actor("admin")

    @property
    def operator(self) -> httpx.Client:
        return self.actor("operator")

    @property
    def viewer(self) -> httpx.Client:
        return self.actor("viewer")

    def record(self, what: str = "events", **asked: Any) -> Any:
        """Record events or alerts through the control plane."""
        return self.running.control("POST", f"/orgs/{self.id}/{what}", json=asked)

    def settings(self, **changed: int) -> None:
        """Change the org's limits."""
        self.running.control("PUT", f"/orgs/{self.id}/settings", json=changed)


@contextmanager
def running(**settings: Any) -> Iterator[Running]:
    """Run a mock with strict responses until the block ends."""
    mock = Mock(Settings(**{"strict_responses": True, "seed": 1, **settings}))
    listener = bind("127.0.0.1", 0)
    started = threading.Event()

    async def ready() -> None:
        started.set()

    uvicorn_server = create_server(mock, ready)
    thread = threading.Thread(target=uvicorn_server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert started.wait(10), "the mock did not start"
    transport = httpx.HTTPTransport(verify=False, limits=httpx.Limits(max_connections=None))
    try:
        yield Running(mock, f"http://127.0.0.1:{listener.getsockname()[1]}", transport)
    finally:
        transport.close()
        uvicorn_server.should_exit = True
        thread.join(10)
        listener.close()
