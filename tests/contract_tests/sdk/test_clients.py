import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis.vendor.pretty import pretty

from contract_tests.sdk import fake_servers, timing
from contract_tests.sdk.clients import AWAITED, BLOCKING, KINDS
from contract_tests.verdicts import Unavailable, Violation
from tests.contract_tests.sdk.factories import client


def of(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as a verb of a kind of client."""

    async def awaited(*arguments: Any, **fields: Any) -> Any:
        return function(*arguments, **fields)

    return awaited if kind == AWAITED else function


def walking(kind: str, items: Iterator[Any]) -> dict[str, Any]:
    """Return iter or aiter over some items."""

    async def awaited() -> AsyncIterator[Any]:
        for item in items:
            yield item

    return {"aiter": awaited} if kind == AWAITED else {"iter": lambda: items}


class Later:
    """An awaitable."""

    def __await__(self) -> Iterator[None]:
        yield


def broken(*arguments: Any) -> Any:
    raise KeyError("data")


def unavailable() -> Any:
    raise Unavailable("there is no moon")


@pytest.mark.parametrize("kind", KINDS)
def test_a_verb_is_called_and_its_answer_returned(kind: str) -> None:
    with client(kind, sites={"get": of(kind, lambda id, *, full: (id, full))}) as made:
        assert made.call("sites.get", "1", full=True) == ("1", True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("existing", "requested"),
    [("rules.remove", "alert_rules.delete"), ("alert_rules.delete", "rules.remove"), ("rules.delete", "rules.remove")],
)
def test_a_part_is_found_by_either_documented_name(kind: str, existing: str, requested: str) -> None:
    namespace, verb = existing.split(".")
    with client(kind, **{namespace: {verb: of(kind, lambda: "gone")}}) as made:
        assert made.call(requested) == "gone"
        assert made.has(requested)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_part_is_a_violation(kind: str) -> None:
    with client(kind, sites={"list": None}) as made:
        for requested, message in (("sites.get", "no get"), ("users.get", "no users"), ("sites.list", "got None")):
            with pytest.raises(Violation, match=message):
                made.call(requested)
        assert not made.has("sites.get")


def test_an_answer_of_the_other_kind_of_client_is_a_violation() -> None:
    with (
        client(BLOCKING, sites={"list": Later}) as made,
        pytest.raises(Violation, match="to return its answer"),
    ):
        made.call("sites.list")
    with (
        client(AWAITED, sites={"list": of(BLOCKING, lambda: 1)}) as made,
        pytest.raises(Violation, match="an awaitable"),
    ):
        made.call("sites.list")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_a_violation_unless_it_is_expected(kind: str) -> None:
    with client(kind, sites={"list": of(kind, broken), "get": of(kind, str), "test": of(kind, unavailable)}) as made:
        with pytest.raises(Violation, match=r"sites\.list to succeed; got KeyError: 'data'"):
            made.call("sites.list")
        assert isinstance(made.fails("sites.list"), KeyError)
        with pytest.raises(Violation, match=r"expected an error; got '1'"):
            made.fails("sites.get", 1)
        for ask in (made.call, made.fails):
            with pytest.raises(Unavailable):
                ask("sites.test")


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_is_read_one_item_at_a_time(kind: str) -> None:
    items = iter(range(3))
    with client(kind, sites=walking(kind, items)) as made:
        walk = made.walk("sites")
        assert next(walk) == 0
        assert next(items) == 1
        assert list(walk) == [2]


@pytest.mark.parametrize("kind", KINDS)
def test_an_endless_walk_is_a_violation(kind: str) -> None:
    with client(kind, sites=walking(kind, count())) as made, pytest.raises(Violation, match="within 1000 items"):
        list(made.walk("sites"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_that_fails_or_cannot_be_iterated_is_a_violation(kind: str) -> None:
    with client(kind, sites=walking(kind, map(broken, [1]))) as made, pytest.raises(Violation, match="KeyError"):
        list(made.walk("sites"))
    with client(kind, sites={"iter": int, "aiter": int}) as made, pytest.raises(Violation, match="TypeError"):
        list(made.walk("sites"))


def sends(kind: str) -> Callable[..., Any]:
    """Return a verb that sends two requests and sleeps for an hour in between."""

    def blocking() -> Any:
        with httpx.Client() as http:
            http.get("http://vms.test/api/v1/sites")
            timing.sleep(3600)
            return http.post("http://vms.test/api/v1/sites", json={"name": "North"}).json()

    async def awaited() -> Any:
        async with httpx.AsyncClient() as http:
            await http.get("http://vms.test/api/v1/sites")
            await timing.async_sleep(3600)
            return (await http.post("http://vms.test/api/v1/sites", json={"name": "North"})).json()

    return awaited if kind == AWAITED else blocking


@pytest.mark.parametrize("kind", KINDS)
def test_sleeps_and_requests_are_recorded(kind: str) -> None:
    slept: list[float] = []
    with client(kind, sites={"list": sends(kind)}) as made:
        with pytest.raises(Violation, match="a request by the"):
            _ = made.last
        made.server, made.on_sleep = fake_servers.empty, slept.append
        begun = time.monotonic()
        assert made.call("sites.list") == {"data": [], "next_cursor": None, "total": 0}
        assert time.monotonic() - begun < 60
        assert made.sleeps == slept == [3600.0]
        assert [sent.request.method for sent in made.sent] == ["GET", "POST"]
        assert made.last is made.sent[1]
        first, second = made.recorder.exchanges
    assert (first.actor, first.method, first.body, first.headers) == ("owner", "GET", None, {})
    assert (second.url, second.body) == ("http://vms.test/api/v1/sites", '{"name":"North"}')
    assert second.headers == {"content-type": "application/json"}
    assert (second.status, second.answer) == (200, '{"data":[],"next_cursor":null,"total":0}')


def test_a_call_that_hangs_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contract_tests.sdk.in_process.TIMEOUT_SECONDS", 0.05)

    async def wait() -> None:
        await asyncio.Event().wait()

    with client(AWAITED, sites={"list": wait}) as made, pytest.raises(Violation, match=r"within 0\.05 s"):
        made.call("sites.list")


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_that_never_stops_sending_is_a_violation(kind: str) -> None:
    def ask() -> None:
        with httpx.Client() as http:
            while True:
                http.get("https://vms.example.com")

    with client(kind, sites={"list": of(kind, ask)}) as made:
        made.server = fake_servers.empty
        with pytest.raises(Violation, match="an end after at most 300 requests"):
            made.call("sites.list")
        assert len(made.sent) == 301


def test_an_example_names_a_client_by_its_kind() -> None:
    with client(BLOCKING) as made:
        assert pretty(made) == "the blocking client"
