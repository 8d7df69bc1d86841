"""What users of other SDKs expect: pages that are iterated, options of one call, responses, a log, pickles."""

import asyncio
import copy
import gc
import inspect
import logging
import pickle
from typing import Any

import httpx
import pytest

from novavms import AsyncNovaVMSClient, NovaVMSClient, RawResponse, errors, models
from novavms.errors import ConfigurationError, NotFoundError, NovaVMSError, RateLimitError, UnsupportedOperationError
from tests.sdk import forks
from tests.sdk.clients import BASE_URL, KEY, KINDS, Scripted, answering, json, page, problem, scripted

CLIENTS: dict[str, Any] = {"blocking": NovaVMSClient, "awaited": AsyncNovaVMSClient}
ID = "550e8400-e29b-41d4-a716-446655440000"
NEVER = httpx.Timeout(None)


def three_pages() -> tuple[httpx.Response, ...]:
    return page("a", "b", following="one"), page(following="two"), page("c")


async def collected(pages: Any) -> list[Any]:
    return [item async for item in pages]


def iterated(client: Scripted, call: Any) -> list[Any]:
    """Return the items that iterating a page yields."""
    found = client.do(call)
    return list(found) if isinstance(found, models.SitePage) else client.do(lambda _: collected(found))


def test_an_iterated_page_walks_along_all_pages(kind: str) -> None:
    with scripted(kind, answering(*three_pages())) as client:
        found = iterated(client, lambda it: it.sites.list(limit=2))
        assert [type(site) for site in found] == [models.Site] * 3
        assert [site.id for site in found] == ["a", "b", "c"]
        assert [request.url.query for request in client.requests] == [
            b"limit=2",
            b"limit=2&cursor=one",
            b"limit=2&cursor=two",
        ]


def test_a_list_of_the_asyncio_client_is_iterated_without_await() -> None:
    with scripted("awaited", answering(*three_pages())) as client:
        assert [site.id for site in client.do(lambda it: collected(it.sites.list()))] == ["a", "b", "c"]
        created = client.do(lambda it: asyncio.create_task(it.sites.list()))
        assert [site.id for site in created.data] == ["c"]


def test_pages_are_walked_by_hand(kind: str) -> None:
    with scripted(kind, answering(*three_pages())) as client:
        found = client.do(lambda it: it.sites.list())
        sizes = [len(found.data)]
        while found.has_next:
            here = found
            found = client.do(lambda _: here.next_page())  # noqa: B023 - called at once
            sizes.append(len(found.data))
        assert sizes == [2, 0, 1]
        with pytest.raises(UnsupportedOperationError, match="last page"):
            client.do(lambda _: found.next_page())


def test_a_page_can_be_fetched_twice_and_a_cursor_that_repeats_is_noticed(kind: str) -> None:
    with scripted(kind, answering(page("a", following="x"), page("b"), page("b"))) as client:
        first = client.do(lambda it: it.sites.list())
        assert client.do(lambda _: first.next_page()) == client.do(lambda _: first.next_page())
    with scripted(kind, answering(page("a", following="x"))) as client, pytest.raises(errors.ResponseError):
        iterated(client, lambda it: it.sites.list())


def test_every_list_yields_its_items(kind: str) -> None:
    empty: dict[str, Any] = {"data": [], "next_cursor": None, "total": 0}
    with scripted(kind, lambda _: json(200, empty)) as client:
        for name in ("alerts", "cameras", "events", "gateways", "rules", "sites", "users", "webhooks"):
            found = client.do(lambda it: getattr(it, name).list())  # noqa: B023 - called at once
            assert type(found).__name__.endswith("Page")
            assert not found.has_next
        for call in (lambda it: it.sites.users(ID), lambda it: it.users.sessions(ID)):
            assert type(client.do(call)).__name__.endswith("Page")


def test_a_copied_page_has_no_client_and_no_key(kind: str) -> None:
    with scripted(kind, answering(*three_pages())) as client:
        found = client.do(lambda it: it.sites.list())
        for twin in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
            assert twin == found
            with pytest.raises(ConfigurationError, match="belongs to no client"):
                client.do(lambda _: twin.next_page())  # noqa: B023 - called at once
        assert KEY.encode() not in pickle.dumps(found)
        assert found.model_dump().keys() == {"data", "next_cursor", "total"}


def test_a_page_of_the_asyncio_client_is_not_iterated_without_async() -> None:
    with scripted("awaited", answering(page("a"))) as client:
        found = client.do(lambda it: it.sites.list())
    with pytest.raises(UnsupportedOperationError, match="async for"):
        list(found)


def test_key_and_url_are_those_of_the_environment(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOVAVMS_API_KEY", raising=False)
    monkeypatch.delenv("NOVAVMS_BASE_URL", raising=False)
    make = CLIENTS[kind].from_env
    with pytest.raises(ConfigurationError, match="NOVAVMS_API_KEY is empty"):
        make()
    monkeypatch.setenv("NOVAVMS_API_KEY", KEY)
    assert make()._options.base_url == "https://api.novavms.io"
    monkeypatch.setenv("NOVAVMS_BASE_URL", "vms.test")
    with pytest.raises(ConfigurationError, match=r"^NOVAVMS_BASE_URL of the environment"):
        make()
    assert make(base_url=BASE_URL, timeout=3)._options.timeout == 3.0
    monkeypatch.setenv("NOVAVMS_BASE_URL", BASE_URL)
    made = make(max_retries=1)
    assert made._options.headers["Authorization"] == f"Bearer {KEY}"
    assert (made._options.base_url, made._options.max_retries) == (BASE_URL, 1)


def test_options_of_one_call(kind: str) -> None:
    with scripted(kind, answering(problem(503, "x"))) as client:
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.get(ID, timeout=2, max_retries=1, headers={"X-Team": "yard"}))
        assert [request.headers["X-Team"] for request in client.requests] == ["yard"] * 2
        assert client.requests[0].extensions["timeout"]["read"] == 2.0
        with pytest.raises(NovaVMSError):
            client.either.walk("sites", max_retries=0, timeout=None)
        assert len(client.requests) == 3
        assert client.requests[2].extensions["timeout"]["read"] is None
        assert "X-Team" not in client.requests[2].headers
        with pytest.raises(ConfigurationError, match="timeout is -1"):
            client.do(lambda it: it.events.acknowledge(ID, timeout=-1))
        with pytest.raises(TypeError, match="unexpected keyword argument 'timeot'"):
            client.do(lambda it: it.sites.get(ID, timeot=1))
        assert len(client.requests) == 3


def test_options_of_a_call_hold_for_the_pages_after_it(kind: str) -> None:
    with scripted(kind, answering(*three_pages())) as client:
        iterated(client, lambda it: it.sites.list(headers={"X-Team": "yard"}))
        assert [request.headers["X-Team"] for request in client.requests] == ["yard"] * 3


@pytest.mark.parametrize("timeout", [None, NEVER, httpx.Timeout(5, connect=1)])
def test_a_timeout_is_that_of_httpx_or_none(kind: str, timeout: Any) -> None:
    with scripted(kind, answering(page()), timeout=timeout, default_headers={"X-Team": "yard"}) as client:
        client.do(lambda it: it.sites.list())
        expected = NEVER if timeout is None else timeout
        assert client.requests[0].extensions["timeout"] == expected.as_dict()
        assert client.requests[0].headers["x-team"] == "yard"


def test_a_client_with_other_options_shares_the_connections(kind: str) -> None:
    with scripted(kind, answering(problem(503, "x")), timeout=7) as client:
        twin = client.either.client.with_options(max_retries=0, headers={"X-Team": "yard"})
        with pytest.raises(NovaVMSError):
            client.do(lambda _: twin.sites.list())
        assert len(client.requests) == 1
        assert client.requests[0].headers["X-Team"] == "yard"
        assert client.requests[0].extensions["timeout"]["read"] == 7.0
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.list())
        assert len(client.requests) == 5
        assert "X-Team" not in client.requests[1].headers


def test_closing_such_a_client_leaves_the_connections_open(kind: str) -> None:
    client = CLIENTS[kind](KEY)
    twin = client.with_options(timeout=3)
    for each, closed in ((twin, False), (client, True), (client, True)):
        found = each.close()
        if inspect.isawaitable(found):
            asyncio.run(settled(found))
        assert client._http.closed is twin._http.closed is closed
    assert repr(twin).endswith("timeout=3.0, max_retries=3, closed>")


async def settled(found: Any) -> Any:
    return await found


def test_a_response_is_returned_on_request(kind: str) -> None:
    headers = {"X_Request_Id": "req_7", "X_RateLimit_Remaining": "59"}
    answer = json(200, {"data": [], "next_cursor": None, "total": 0}, **headers)
    with scripted(kind, answering(answer, answer, problem(404, "not_found", headers=headers))) as client:
        raw = client.do(lambda it: it.sites.with_raw_response.list(limit=3, max_retries=0))
        assert isinstance(raw, RawResponse)
        assert (raw.status, raw.request_id, raw.headers["x-ratelimit-remaining"]) == (200, "req_7", "59")
        assert raw.parse().total == 0
        assert raw.text.startswith("{")
        assert client.either.walk("sites") == []
        with pytest.raises(NotFoundError) as caught:
            client.do(lambda it: it.sites.with_raw_response.get(ID))
        assert caught.value.response is not None
        assert (caught.value.response.status, caught.value.response.request_id) == (404, "req_1")
        assert caught.value.response.headers["x-ratelimit-remaining"] == "59"


def test_an_error_has_its_response(kind: str) -> None:
    limited = answering(problem(429, "rate_limited"))
    with scripted(kind, limited, max_retries=0) as client, pytest.raises(RateLimitError) as caught:
        client.do(lambda it: it.sites.list())
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.response == caught.value.response
    assert error.response.content != b""
    assert repr(error) == "RateLimitError('No.', status=429, code='rate_limited', request_id='req_1')"
    assert KEY.encode() not in pickle.dumps(caught.value)
    with scripted(kind, answering(httpx.Response(200, content=b"<html>"))) as client:
        with pytest.raises(errors.ResponseError) as unread:
            client.do(lambda it: it.sites.list())
        assert unread.value.response is not None
        assert unread.value.response.text == "<html>"
        with pytest.raises(errors.ValidationError) as unsent:
            client.do(lambda it: it.sites.get("x"))
        assert unsent.value.response is None


def test_an_error_without_its_values_has_a_repr_too() -> None:
    error = errors.AuthError("No.", status=401)
    vars(error).clear()
    assert repr(error) == "AuthError('')"


def test_requests_and_repetitions_are_logged_without_keys(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    busy = problem(503, "x", headers={"X_Request_Id": "req_7"})
    with scripted(kind, answering(busy, page())) as client:
        client.do(lambda it: it.sites.list(cursor="private"))
    ours = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "novavms"]
    line = "GET http://vms.test/api/v1/sites"
    assert ours == [
        ("DEBUG", f"{line}: 503 (req_7)"),
        ("INFO", f"{line}: 503, repeated in 0.50 s"),
        ("DEBUG", f"{line}: 200 (None)"),
    ]
    assert KEY not in caplog.text
    assert "private" not in "".join(text for _, text in ours)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pickled_client_is_its_configuration(kind: str) -> None:
    client = CLIENTS[kind](
        KEY, base_url=BASE_URL, timeout=3, max_retries=1, user_agent="a/1", default_headers={"X": "y"}
    )
    for twin in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
        assert twin._options == client._options
        assert twin._http is not client._http
        assert repr(twin) == repr(client)
    http = {"blocking": httpx.Client, "awaited": httpx.AsyncClient}[kind](trust_env=False)
    given = CLIENTS[kind](KEY, http_client=http)
    with pytest.raises(ConfigurationError, match="cannot be pickled"):
        pickle.dumps(given)


def test_a_forgotten_client_warns_once_it_was_used() -> None:
    with forks.server() as url:
        client = NovaVMSClient(KEY, base_url=url)
        client.sites.get(ID)
        holder = [client]
        del client
        with pytest.warns(ResourceWarning, match="not closed"):
            holder.clear()
        NovaVMSClient(KEY)
        gc.collect()


def test_namespaces_show_their_server(kind: str) -> None:
    client = CLIENTS[kind](KEY, base_url=BASE_URL)
    assert repr(client.sites) in {f"<Sites of {BASE_URL}>", f"<AsyncSites of {BASE_URL}>"}
