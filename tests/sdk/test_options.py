import asyncio
import math
from typing import Any

import httpx
import pytest

import novavms
from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms.errors import ConfigurationError, NovaVMSError
from tests.sdk.clients import BASE_URL, KEY, KINDS, answering, close, page, scripted, settled

CLIENTS = {"blocking": NovaVMSClient, "awaited": AsyncNovaVMSClient}
HTTP: dict[str, Any] = {"blocking": httpx.Client, "awaited": httpx.AsyncClient}


def made(kind: str, **options: Any) -> Any:
    return CLIENTS[kind](**{"api_key": KEY, **options})


def test_the_key_is_required(kind: str) -> None:
    with pytest.raises(TypeError, match="api_key"):
        CLIENTS[kind]()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"api_key": ""}, "api_key is empty"),
        ({"api_key": " \n"}, "api_key is empty"),
        ({"api_key": None}, "api_key is of type NoneType"),
        ({"api_key": "sk_live_x\n"}, "line break"),
        ({"api_key": " sk_live_x"}, "blanks around it"),
        ({"api_key": "sk_live_ü"}, "ASCII"),
        ({"base_url": "api.novavms.io"}, "no http:// or https://"),
        ({"base_url": "localhost:8080"}, "no http:// or https://"),
        ({"base_url": ""}, "no http:// or https://"),
        ({"base_url": "ftp://api.novavms.io"}, "no http:// or https://"),
        ({"base_url": "https://"}, "host"),
        ({"base_url": "https://host:port"}, "base_url is not a URL"),
        ({"base_url": None}, "base_url is of type NoneType"),
        ({"base_url": "https://user:word@host"}, "user"),
        ({"base_url": "https://host?x=1"}, "query"),
        ({"base_url": "https://host/api/v1/"}, "ends in /api/v1"),
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": -1.0}, "above 0"),
        ({"timeout": math.nan}, "timeout is nan"),
        ({"timeout": "10"}, "timeout is '10'"),
        ({"timeout": httpx.Timeout(5, read=1e10)}, "timeout is 10000000000.0"),
        ({"default_headers": {"Authorization": "x"}}, "which the client sets"),
        ({"default_headers": {"X-Team": "a\r\nb"}}, "line break"),
        ({"default_headers": {"X Team": "a"}}, "names such as X-Team"),
        ({"default_headers": ["X-Team"]}, "of type list"),
        ({"max_retries": -1}, "max_retries is -1"),
        ({"max_retries": 1.5}, "whole number"),
        ({"user_agent": ""}, "user_agent is empty"),
        ({"user_agent": "a\r\nX-Admin: 1"}, "line break"),
        ({"http_client": object()}, "http_client is of type object"),
    ],
)
def test_an_invalid_option_is_refused_with_an_example_of_a_valid_one(
    kind: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match="pass ") as caught:
        made(kind, **options)
    assert message in str(caught.value)
    assert isinstance(caught.value, NovaVMSError)
    assert isinstance(caught.value, ValueError)


def test_an_http_client_of_the_other_kind_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"pass an httpx\.Client"):
        made("blocking", http_client=httpx.AsyncClient())
    with httpx.Client() as http, pytest.raises(ConfigurationError, match=r"pass an httpx\.AsyncClient"):
        made("awaited", http_client=http)


@pytest.mark.parametrize(
    ("base_url", "requested"),
    [
        ("https://api.novavms.io", "https://api.novavms.io/api/v1/sites"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/api/v1/sites"),
        ("https://example.com/vms/", "https://example.com/vms/api/v1/sites"),
    ],
)
def test_requests_go_to_the_base_url(kind: str, base_url: str, requested: str) -> None:
    with scripted(kind, answering(page()), base_url=base_url) as client:
        client.do(lambda it: it.sites.list())
        assert str(client.requests[0].url) == requested


def test_every_request_has_key_user_agent_and_timeout(kind: str) -> None:
    with scripted(kind, answering(page()), user_agent="dashboard/2.0") as client:
        client.do(lambda it: it.sites.list())
        headers = client.requests[0].headers
        assert headers["Authorization"] == f"Bearer {KEY}"
        assert headers["User-Agent"] == f"novavms-sdk/{novavms.__version__} dashboard/2.0"
        assert client.requests[0].extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 10.0)
    with scripted(kind, answering(page()), timeout=2) as client:
        client.do(lambda it: it.sites.list())
        assert client.requests[0].headers["User-Agent"] == f"novavms-sdk/{novavms.__version__}"
        assert set(client.requests[0].extensions["timeout"].values()) == {2.0}


def test_the_settings_of_an_injected_client_stay_as_they_are(kind: str) -> None:
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return page()

    async def use() -> None:
        own: dict[str, Any] = {"headers": {"X-Mine": "1", "User-Agent": "mine"}, "auth": ("me", "word"), "timeout": 77}
        transport = httpx.MockTransport(serve)
        http: Any = HTTP[kind](transport=transport, base_url="http://elsewhere.test", **own)
        before = dict(http.headers)
        await settled(made(kind, base_url=BASE_URL, http_client=http).sites.list())
        assert dict(http.headers) == before
        await settled(http.get("/"))
        await close(http)

    asyncio.run(use())
    of_the_sdk, of_the_client = seen
    assert of_the_sdk.url.host == "vms.test"
    assert of_the_sdk.headers["X-Mine"] == "1"
    assert of_the_sdk.headers["Authorization"] == f"Bearer {KEY}"
    assert of_the_client.headers["Authorization"].startswith("Basic")
    assert of_the_client.headers["User-Agent"] == "mine"
    assert of_the_client.extensions["timeout"]["read"] == 77


def test_the_block_closes_only_its_own_http_client() -> None:
    with NovaVMSClient(KEY) as own:
        pass
    assert own._http.is_closed
    with httpx.Client() as http:
        with NovaVMSClient(KEY, http_client=http):
            pass
        assert not http.is_closed


def test_the_async_block_closes_only_its_own_http_client() -> None:
    async def use() -> None:
        async with AsyncNovaVMSClient(KEY) as own:
            pass
        assert own._http.is_closed
        async with httpx.AsyncClient() as http:
            async with AsyncNovaVMSClient(KEY, http_client=http):
                pass
            assert not http.is_closed

    asyncio.run(use())


def test_a_closed_client_raises_a_configuration_error(kind: str) -> None:
    async def use() -> None:
        client = made(kind)
        await settled(client.close())
        await settled(client.close())
        with pytest.raises(ConfigurationError, match="closed"):
            await settled(client.sites.list())

    asyncio.run(use())


@pytest.mark.parametrize("name", KINDS)
def test_the_key_is_never_shown(name: str) -> None:
    secret = "sk_live_do_not_show_me"
    with scripted(name, answering(page()), api_key=secret) as client:
        client.do(lambda it: it.sites.list())
        inside = client.either.client
        shown = [repr(inside), repr(vars(inside)), repr(inside._options), repr(inside.sites), repr(client.requests)]
    with pytest.raises(ConfigurationError) as caught:
        made(name, api_key=f"{secret}\n")
    assert secret not in "".join([*shown, str(caught.value), repr(caught.value)])
    assert BASE_URL in repr(inside)
