"""Both clients behind one face, so that a test is written once: ``either.do(lambda client: client.events.list())``."""

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
    """Await what is awaited and gather what is walked."""
    if inspect.isasyncgen(value):
        return [item async for item in value]
    return await value if inspect.isawaitable(value) else value


async def hang_up(http: httpx.Client | httpx.AsyncClient) -> None:
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

    def do(self, asked: Callable[[Any], Any]) -> Any:
        """Return what the client answers; a walk is walked to its end."""
        done = self.runner.run(self._settled(asked))
        return list(done) if inspect.isgenerator(done) else done

    def walk(self, namespace: str, **fields: Any) -> list[Any]:
        """Walk along all pages with iter or aiter."""
        name = "iter" if isinstance(self.client, NovaVMSClient) else "aiter"
        walked: list[Any] = self.do(lambda client: getattr(getattr(client, namespace), name)(**fields))
        return walked

    async def _settled(self, asked: Callable[[Any], Any]) -> Any:
        return await settled(asked(self.client))


@contextmanager
def either(kind: str, **options: Any) -> Iterator[Either]:
    """Make a client of a kind and close it in the end."""
    with asyncio.Runner() as runner:
        made = NovaVMSClient(**options) if kind == "blocking" else AsyncNovaVMSClient(**options)
        try:
            yield Either(made, runner)
        finally:
            runner.run(settled(made.close()))


@dataclass
class Scripted:
    """A client whose server is a function, and whose time passes at once."""

    either: Either
    requests: list[httpx.Request] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def do(self, asked: Callable[[Any], Any]) -> Any:
        return self.either.do(asked)


@contextmanager
def scripted(kind: str, handler: Handler, *, chance: float = 1.0, **options: Any) -> Iterator[Scripted]:
    """Make a client of a kind that talks to a function."""
    requests: list[httpx.Request] = []
    pauses: list[float] = []

    def recorded(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return handler(request)

    async def passing(pause: float) -> None:
        pauses.append(pause)

    transport = httpx.MockTransport(recorded)
    parts: dict[str, Any] = {"api_key": KEY, "base_url": BASE_URL, "chance": lambda: chance, **options}
    if kind == "blocking":
        parts |= {"http_client": httpx.Client(transport=transport), "sleep": pauses.append}
    else:
        parts |= {"http_client": httpx.AsyncClient(transport=transport), "sleep": passing}
    with either(kind, **parts) as made:
        yield Scripted(made, requests, pauses)


def answering(*responses: httpx.Response) -> Handler:
    """Return a server that gives these answers in turn, the last one again and again."""
    ahead = iter(responses)
    last = responses[-1]
    return lambda _: next(ahead, last)


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
