"""Both clients behind one interface, so that a test is written once: ``either.do(lambda it: it.events.list())``."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from novavms import AsyncNovaVMSClient, NovaVMSClient

KEY = "sk_live_abc123"
BASE_URL = "http://vms.test"
KINDS = ("blocking", "awaited")

Handler = Callable[[httpx.Request], httpx.Response]


async def settled(value: Any) -> Any:
    """Await an awaitable, collect an async generator, and return any other value."""
    if inspect.isasyncgen(value):
        return [item async for item in value]
    return await value if inspect.isawaitable(value) else value


async def close(http: httpx.Client | httpx.AsyncClient) -> None:
    """Close an HTTP client that was passed to a client, which leaves it open."""
    if isinstance(http, httpx.Client):
        http.close()  # noqa: ASYNC212 - waits for nothing
    else:
        await http.aclose()


@dataclass
class Either:
    """A client of one of the two kinds."""

    client: Any
    runner: asyncio.Runner

    def do(self, call: Callable[[Any], Any]) -> Any:
        """Return the answer to a call; a generator is collected to its end."""
        answer = self.runner.run(self._settled(call))
        return list(answer) if inspect.isgenerator(answer) else answer

    def walk(self, namespace: str, **fields: Any) -> list[Any]:
        """Return the items of all pages, by iter or aiter."""
        name = "iter" if isinstance(self.client, NovaVMSClient) else "aiter"
        walked: list[Any] = self.do(lambda client: getattr(getattr(client, namespace), name)(**fields))
        return walked

    async def _settled(self, call: Callable[[Any], Any]) -> Any:
        return await settled(call(self.client))


@contextmanager
def either(kind: str, **options: Any) -> Iterator[Either]:
    """Make a client of a kind, and close it at the end."""
    with asyncio.Runner() as runner:
        made = NovaVMSClient(**options) if kind == "blocking" else AsyncNovaVMSClient(**options)
        try:
            yield Either(made, runner)
        finally:
            runner.run(settled(made.close()))


@dataclass
class Scripted:
    """A client whose server is a function, and which records the delays before retries instead of sleeping."""

    either: Either
    requests: list[httpx.Request] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    def do(self, call: Callable[[Any], Any]) -> Any:
        return self.either.do(call)


@contextmanager
def scripted(kind: str, handler: Handler, *, jitter: float = 1.0, **options: Any) -> Iterator[Scripted]:
    """Make a client of a kind whose requests are answered by a function."""
    requests: list[httpx.Request] = []
    delays: list[float] = []

    def recorded(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return handler(request)

    async def sleep(seconds: float) -> None:
        delays.append(seconds)

    transport = httpx.MockTransport(recorded)
    parts: dict[str, Any] = {"api_key": KEY, "base_url": BASE_URL, "chance": lambda: jitter, **options}
    if kind == "blocking":
        parts |= {"http_client": httpx.Client(transport=transport), "sleep": delays.append}
    else:
        parts |= {"http_client": httpx.AsyncClient(transport=transport), "sleep": sleep}
    with either(kind, **parts) as made:
        yield Scripted(made, requests, delays)


def answering(*responses: httpx.Response) -> Handler:
    """Return a handler that gives these answers one after the other, and then always the last one."""
    remaining = iter(responses)
    return lambda _: next(remaining, responses[-1])


def json(status: int, body: Any, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    """Return an error as the API gives it."""
    headers = more.pop("headers", {})
    return json(status, {"error": code, "message": "No.", "request_id": "req_1", **more}, **headers)


def page(*ids: str, following: str | None = None) -> httpx.Response:
    """Return a page of sites."""
    sites = [{"id": each, "name": each, "timezone": "UTC", "created_at": "2026-04-20T08:30:00Z"} for each in ids]
    return json(200, {"data": sites, "next_cursor": following, "total": 9})
