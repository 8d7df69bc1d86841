"""Whose connections are used: after a fork, in another event loop, and with the settings of the environment."""

import asyncio
import gc
import multiprocessing
import warnings
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms.errors import (
    ConfigurationError,
    TransportError,
)
from tests.sdk import forks
from tests.sdk.clients import BASE_URL, KEY, KINDS, page

CLIENTS: dict[str, Any] = {"blocking": NovaVMSClient, "awaited": AsyncNovaVMSClient}
ID = "550e8400-e29b-41d4-a716-446655440000"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_forked_workers_and_their_parent_get_the_answers_that_they_asked_for() -> None:
    with forks.server() as url:
        assert forks.one_round(url, calls=270, workers=8) == 0


def test_an_http_client_that_was_used_is_refused_after_a_fork() -> None:
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()

    def work(client: NovaVMSClient) -> None:
        try:
            results.put(len(client.sites.list().data))
        except ConfigurationError as error:
            results.put(str(error))

    with httpx.Client(transport=httpx.MockTransport(lambda _: page(ID))) as http:
        used, unused = (NovaVMSClient(KEY, base_url=BASE_URL, http_client=http) for _ in range(2))
        used.sites.list()
        for client in (used, unused):
            process = context.Process(target=work, args=(client,))
            process.start()
            process.join()
        assert "was forked" in results.get()
        assert results.get() == 1


@pytest.fixture
def left_open() -> Iterator[None]:
    """Collect the connections that an event loop left open; asyncio warns of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


@pytest.mark.usefixtures("left_open")
def test_one_asyncio_client_works_in_several_event_loops() -> None:
    with forks.server() as url:
        client = AsyncNovaVMSClient(KEY, base_url=url)

        async def one() -> str:
            return (await client.sites.get(ID)).id

        assert [asyncio.run(one()) for _ in range(3)] == [ID] * 3
        asyncio.run(client.close())
        with pytest.raises(ConfigurationError, match="closed"):
            asyncio.run(one())


@pytest.mark.usefixtures("left_open")
def test_an_http_client_in_a_second_event_loop_raises_an_error_of_the_sdk() -> None:
    with forks.server() as url:
        client = AsyncNovaVMSClient(KEY, base_url=url, http_client=httpx.AsyncClient(trust_env=False))

        async def one() -> str:
            return (await client.sites.get(ID)).id

        assert asyncio.run(one()) == ID
        with pytest.raises(TransportError, match="loop"):
            asyncio.run(one())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NO_PROXY", "[::1]"),
        ("ALL_PROXY", "socks5://user:word@proxy.test"),
        ("all_proxy", "nonsense://user:word@x"),
        ("HTTP_PROXY", "http://[::1"),
        ("HTTPS_PROXY", "http://user:word@host:port"),
        ("SSL_CERT_FILE", "/missing/word"),
        ("SSLKEYLOGFILE", "/missing/word/log"),
    ],
)
def test_a_variable_of_the_environment_that_cannot_be_used_is_named(
    kind: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"^{name} of the environment cannot be used") as caught:
        CLIENTS[kind](KEY)
    assert "word" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_without_certificates_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        NovaVMSClient(KEY)


def test_asyncio_can_cancel_a_call() -> None:
    async def wait(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return page()

    async def cancelled() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(wait)) as http:
            call: Awaitable[object] = AsyncNovaVMSClient(KEY, base_url=BASE_URL, http_client=http).sites.list()
            await asyncio.wait_for(call, 0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
