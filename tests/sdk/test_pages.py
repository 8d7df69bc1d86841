import asyncio
from collections.abc import Generator

import httpx
import pytest

from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms.errors import ValidationError
from tests.sdk.clients import BASE_URL, KEY, Either, answering, json, page, scripted


def test_a_walk_follows_the_cursor_and_ends_when_there_is_none(kind: str) -> None:
    pages = answering(page("a", "b", following="one"), page(following="two"), page("c"))
    with scripted(kind, pages) as client:
        assert [site.id for site in client.either.walk("sites", limit=2)] == ["a", "b", "c"]
        assert [request.url.query for request in client.requests] == [
            b"limit=2",
            b"limit=2&cursor=one",
            b"limit=2&cursor=two",
        ]


def test_a_walk_keeps_its_filters(kind: str) -> None:
    empty = {"data": [], "total": 0}
    pages = [json(200, {**empty, "next_cursor": cursor}) for cursor in ("x", None)]
    with scripted(kind, answering(*pages)) as client:
        client.either.walk("events", trigger_type="ai_tag", starred=True)
        assert client.requests[1].url.query == b"trigger_type=ai_tag&starred=true&cursor=x"


def test_iter_is_a_generator_that_fetches_a_page_when_it_is_needed() -> None:
    requests: list[httpx.Request] = []
    pages = iter([page("a", "b", following="one"), page("c")])

    def serve(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return next(pages)

    with httpx.Client(transport=httpx.MockTransport(serve)) as http:
        walk = NovaVMSClient(KEY, base_url=BASE_URL, http_client=http).sites.iter()
        assert isinstance(walk, Generator)
        assert requests == []
        assert [next(walk).id, next(walk).id] == ["a", "b"]
        assert len(requests) == 1
        assert next(walk).id == "c"
        assert len(requests) == 2
        with pytest.raises(StopIteration):
            next(walk)
        assert len(requests) == 2


def test_aiter_fetches_a_page_when_it_is_needed() -> None:
    requests: list[httpx.Request] = []
    pages = iter([page("a", "b", following="one"), page("c")])

    def serve(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return next(pages)

    async def walk() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as http:
            client = AsyncNovaVMSClient(KEY, base_url=BASE_URL, http_client=http)
            return [len(requests) async for _ in client.sites.aiter(limit=2)]

    assert asyncio.run(walk()) == [1, 1, 2]


def test_an_empty_cursor_ends_a_walk(kind: str) -> None:
    with scripted(kind, answering(page("a", following=""))) as client:
        assert len(client.either.walk("sites")) == 1


def test_a_list_without_pages_ends_after_one_request(kind: str) -> None:
    with scripted(kind, answering(json(200, {"data": [], "total": 0}))) as client:
        assert client.either.walk("rules") == []
        assert client.either.walk("gateways") == []
        assert len(client.requests) == 2


def test_a_newer_server_may_return_such_a_list_in_pages(kind: str) -> None:
    pages = answering(json(200, {"data": [], "total": 0, "next_cursor": "x"}), json(200, {"data": [], "total": 0}))
    with scripted(kind, pages) as client:
        assert client.either.walk("rules") == []
        assert [request.url.query for request in client.requests] == [b"", b"cursor=x"]


@pytest.mark.parametrize("limit", [0, -1, 2.5, "10"])
def test_an_invalid_limit_is_refused_before_anything_is_sent(kind: str, limit: object) -> None:
    with scripted(kind, answering(page())) as client:
        with pytest.raises(ValidationError, match="whole number from 1 to 100") as caught:
            client.do(lambda it: it.sites.list(limit=limit))
        with pytest.raises(ValidationError):
            client.either.walk("sites", limit=limit)
        assert caught.value.field_errors.keys() == {"limit"}
        assert caught.value.status is None
        assert client.requests == []


def test_the_upper_bound_of_limit_is_checked_by_the_server(owner: Either) -> None:
    with pytest.raises(ValidationError) as caught:
        owner.do(lambda it: it.events.list(limit=101))
    assert caught.value.status == 400
    assert caught.value.field_errors.keys() == {"limit"}


def test_manual_paging_reads_the_same_items_as_a_walk(owner: Either) -> None:
    walked = [site.id for site in owner.walk("sites", limit=1)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        here = cursor
        got = owner.do(lambda it: it.sites.list(cursor=here, limit=1))  # noqa: B023 - called at once
        seen += [site.id for site in got.data]
        cursor = got.next_cursor
        if cursor is None:
            break
    assert len(seen) == got.total > 1
    assert seen == walked
