"""Every way out of a call is an answer or an error of the SDK."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from novavms import NOT_GIVEN, AsyncNovaVMSClient, NovaVMSClient, models
from novavms.errors import (
    ConfigurationError,
    NovaVMSError,
    ResponseError,
    TransportError,
    ValidationError,
)
from tests.sdk.clients import KEY, KINDS, answering, json, page, problem, scripted

CLIENTS: dict[str, Any] = {"blocking": NovaVMSClient, "awaited": AsyncNovaVMSClient}
ID = "550e8400-e29b-41d4-a716-446655440000"
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - is refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("timeout", [1e10, 86_401, math.inf, True, "10"])
def test_an_absurd_timeout_is_refused(kind: str, timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout is"):
        CLIENTS[kind](KEY, timeout=timeout)
    with pytest.raises(ConfigurationError, match="max_retries is True"):
        CLIENTS[kind](KEY, max_retries=True)


def test_not_given_is_the_same_as_leaving_out(kind: str) -> None:
    body = {"gateway_id": ID, "api_key": "x", "org_id": ID, "ice_servers": []}
    with scripted(kind, answering(json(201, body))) as client:
        client.do(lambda it: it.gateways.pair(pairing_code="NVG-1", version=NOT_GIVEN))
        assert client.requests[0].content == b'{"pairing_code":"NVG-1"}'
    with scripted(kind, answering(json(200, {"data": [], "next_cursor": None, "total": 0}))) as client:
        client.do(lambda it: it.events.list(starred=NOT_GIVEN, limit=NOT_GIVEN, cursor=NOT_GIVEN, camera_id=NOT_GIVEN))
        client.either.walk("alerts", status=NOT_GIVEN, date_to=NOT_GIVEN)
        assert [request.url.query for request in client.requests] == [b"", b""]
    with scripted(kind, answering(problem(400, "validation_error"))) as client:
        for call in (
            lambda it: it.rules.create(name="x", trigger_type="motion", recipients=NOT_GIVEN, enabled=NOT_GIVEN),
            lambda it: it.cameras.create(name="x", type=NOT_GIVEN, site_id=ID, stream_url="x"),
            lambda it: it.alerts.update(ID, status=NOT_GIVEN),
            lambda it: it.sites.set_users(ID, NOT_GIVEN),
        ):
            with pytest.raises(ValidationError):
                client.do(call)
        assert all(b"NOT_GIVEN" not in request.content for request in client.requests)
        with pytest.raises(ValidationError, match="nothing was sent"):
            client.do(lambda it: it.rules.create(name="x", trigger_type="motion", recipients=[NOT_GIVEN]))
        with pytest.raises(ValidationError, match="must be a UUID"):
            client.do(lambda it: it.sites.get(NOT_GIVEN))


@pytest.mark.parametrize("cycle", [["a"], ["a", "b"], ["a", "b", "c"], [str(number) for number in range(20)]])
@pytest.mark.parametrize("before", [0, 5])
def test_a_cursor_that_repeats_ends_the_walk(kind: str, cycle: list[str], before: int) -> None:
    count = 0

    def endless(_: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        following = f"before-{count}" if count <= before else cycle[(count - before) % len(cycle)]
        return page(ID, following=following)

    with scripted(kind, endless) as client:
        with pytest.raises(ResponseError, match="cursor"):
            client.either.walk("sites")
        assert count <= before + 4 * len(cycle) + 4


def test_many_pages_with_cursors_of_their_own_are_walked(kind: str) -> None:
    pages = [page(ID, following=str(number)) for number in range(300)]
    with scripted(kind, answering(*pages, page(ID))) as client:
        assert len(client.either.walk("sites")) == 301


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_cannot_write_are_refused(kind: str, number: float) -> None:
    rule: dict[str, Any] = {"name": "x", "trigger_type": "motion", "recipients": []}
    with scripted(kind, answering(page())) as client:
        for field in ({"conditions_json": {"a": [number]}}, {"min_confidence": number}):
            with pytest.raises(ValidationError, match="nothing was sent"):
                client.do(lambda it: it.rules.create(**rule, **field))  # noqa: B023 - called at once
        assert client.requests == []


def test_a_body_is_written_as_before(kind: str) -> None:
    fields = {"user_ids": (UUID(ID),), "n": "Größe", "r": [models.Recipient(type="email", target="a@b.c")]}
    with scripted(kind, answering(problem(400, "x"))) as client:
        with pytest.raises(ValidationError):
            client.do(
                lambda it: it.rules.create(
                    name=fields["n"], trigger_type="motion", recipients=fields["r"], site_ids=fields["user_ids"]
                )
            )
        expected = (
            f'{{"name":"Größe","trigger_type":"motion","recipients":[{{"type":"email","target":"a@b.c"}}],'
            f'"site_ids":["{ID}"]}}'
        )
        assert client.requests[0].content == expected.encode()


Way = Callable[[Any], Any]
BODY: dict[str, Any] = {}
BODY["self"] = BODY
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]
BEFORE_SENDING: dict[str, Way] = {
    "id": lambda it: it.sites.get("../users"),
    "limit": lambda it: it.sites.list(limit=True),
    "time": lambda it: it.events.list(date_from=NAIVE),
    "filter": lambda it: it.events.list(ai_status=object()),
    "surrogate": lambda it: it.events.list(cursor="\ud800"),
    "cycle": lambda it: it.rules.create(name="x", trigger_type="x", recipients=[], conditions_json=BODY),
    "depth": lambda it: it.rules.create(name="x", trigger_type="x", recipients=[], conditions_json={"a": DEEP}),
    "object": lambda it: it.sites.create(name=object()),
    "unsupported": lambda it: it.events.create(),
}
ERRORS = (
    httpx.ConnectError("x"),
    httpx.ReadTimeout("x"),
    httpx.PoolTimeout("x"),
    httpx.ProxyError("x"),
    httpx.UnsupportedProtocol("x"),
    httpx.RemoteProtocolError("x"),
    httpx.DecodingError("x"),
    httpx.TooManyRedirects("x"),
    httpx.InvalidURL("x"),
    httpx.StreamClosed(),
    ConnectionResetError("x"),
    RuntimeError("Event loop is closed"),
    UnicodeError("x"),
)
ANSWERS: tuple[dict[str, Any], ...] = (
    {"status_code": 200, "content": b""},
    {"status_code": 200, "content": b"[" * 100_000},
    {"status_code": 200, "content": b'{"data": 1e400}'},
    {"status_code": 200, "content": b"\xff\xfe"},
    {"status_code": 200, "headers": {"Content-Encoding": "gzip"}, "content": b""},
    {"status_code": 204, "content": b""},
    {"status_code": 301},
    {"status_code": 400, "json": []},
    {"status_code": 400, "json": {"error": "x", "message": 7, "field_errors": {"a": 7}}},
    {"status_code": 401, "content": b"\xff"},
    {"status_code": 404, "json": {"error": "x" * 10_000}},
    {"status_code": 429, "headers": {"Retry-After": "\x7f"}},
    {"status_code": 599},
)


@pytest.mark.parametrize("way", BEFORE_SENDING)
def test_what_is_refused_before_sending_is_an_error_of_the_sdk(kind: str, way: str) -> None:
    with scripted(kind, answering(page())) as client:
        with pytest.raises(NovaVMSError):
            client.do(BEFORE_SENDING[way])
        assert client.requests == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_what_breaks_on_the_way_is_a_transport_error(kind: str, error: Exception) -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise error

    with scripted(kind, broken) as client:
        with pytest.raises(TransportError) as caught:
            client.do(lambda it: it.sites.list())
        assert caught.value.__cause__ is error
        with pytest.raises(TransportError):
            client.either.walk("sites")


@pytest.mark.parametrize("answer", range(len(ANSWERS)))
def test_what_an_answer_raises_is_an_error_of_the_sdk(kind: str, answer: int) -> None:
    with scripted(kind, lambda _: httpx.Response(**ANSWERS[answer]), max_retries=1) as client:
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.list())
        with pytest.raises(NovaVMSError):
            client.either.walk("sites")


def test_an_answer_that_cannot_be_changed_names_the_way_to_change_it(kind: str) -> None:
    with scripted(kind, answering(page(ID))) as client:
        site = client.do(lambda it: it.sites.list()).data[0]
    with pytest.raises(NovaVMSError, match=r"update\(id, name=\.\.\.\)"):
        site.name = "South"
    with pytest.raises(NovaVMSError, match="model_copy"):
        del site.name
    assert (site.name, site.model_copy(update={"name": "South"}).name) == (ID, "South")
