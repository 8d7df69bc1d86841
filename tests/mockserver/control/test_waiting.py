"""Waiting for calls that have not been made yet, and following them as they come."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice

import httpx
import msgspec
import pytest

from mockserver.control import requests
from mockserver.control.explanations import Explanations
from mockserver.runtime import followers
from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.journal import RecordedCall, heads
from mockserver.runtime.memory_journal import MemoryJournal
from tests.factories import NOON
from tests.harness import JSON, Running, World, running
from tests.mockserver.control.calls import call, refused

EVENTS, STREAM = "/api/v1/events", "/_mock/requests/stream"
CALL = RecordedCall(NOON, "req_1", "GET", EVENTS, "", None, None, None, 200, 1.0, heads([], []), None, None)


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    """A mock for the tests of this module, whose journal they read."""
    with running() as mock:
        yield mock


@pytest.fixture
def org(mock: Running) -> World:
    return mock.org()


def later(*calls: Callable[[], object], seconds: float = 0.15) -> None:
    def make() -> None:
        for one in calls:
            time.sleep(seconds)
            one()

    threading.Thread(target=make, daemon=True).start()


def wait(org: World, **params: object) -> tuple[JSON, float]:
    started = time.monotonic()
    answer: JSON = call(org.running, "GET", "/requests", 200, params={"org": org.id, **params})
    return answer, time.monotonic() - started


def test_answer_comes_with_the_call_that_is_waited_for(org: World) -> None:
    later(lambda: org.owner.get("/api/v1/alerts"), lambda: org.owner.get(EVENTS))
    answer, seconds = wait(org, operation="listEvents", wait=10)
    assert ([entry["operation"] for entry in answer["data"]], answer["total"]) == (["listEvents"], 1)
    assert 0.25 < seconds < 5


def test_call_that_was_made_before_is_not_waited_for(org: World) -> None:
    org.owner.get(EVENTS)
    answer, seconds = wait(org, wait=10)
    assert (answer["total"], seconds < 5) == (1, True)


def test_answer_comes_when_there_are_enough_or_time_is_over(org: World) -> None:
    later(*[lambda: org.owner.get(EVENTS)] * 3, seconds=0.05)
    assert wait(org, count=3, wait=10)[0]["total"] == 3
    answer, seconds = wait(org, count=4, wait=0.2)
    assert answer["total"] == 3
    assert 0.2 <= seconds < 2
    newest = answer["data"][0]["request_id"]
    later(lambda: org.owner.get(EVENTS))
    assert wait(org, after=newest, wait=10)[0]["total"] == 1


def test_waiting_holds_up_nobody_and_has_a_bound(org: World) -> None:
    with ThreadPoolExecutor(followers.MAX_FOLLOWERS) as pool:
        waiting = [pool.submit(wait, org, header="X-Last", wait=20) for _ in range(followers.MAX_FOLLOWERS)]
        assert_following(org.running, followers.MAX_FOLLOWERS)
        refusal = call(org.running, "GET", "/requests?operation=getHealth&status=418&wait=1", 503)
        assert "32 calls already" in refusal["message"]
        started = time.monotonic()
        for _ in range(20):
            org.owner.get(EVENTS)
        assert time.monotonic() - started < 2
        org.owner.get(EVENTS, headers={"X-Last": "1"})
        assert {future.result()[0]["total"] for future in waiting} == {1}


def assert_following(mock: Running, number: int) -> None:
    """Wait until so many follow the journal."""
    journal, until = mock.mock.journal, time.monotonic() + 10
    assert isinstance(journal, MemoryJournal)
    while len(journal._followers) != number:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("query", "field"),
    [("wait=-1", "wait"), ("wait=61", "wait"), ("wait=x", "wait"), ("count=0&wait=1", "count"), ("count=2", "count")],
)
def test_bad_wait_is_refused_by_name(mock: Running, query: str, field: str) -> None:
    refused(mock, "GET", f"/requests?{query}", field)


def test_who_leaves_waits_no_longer(mock: Running) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{mock.base_url}/_mock/requests?wait=60&status=418", timeout=0.2, trust_env=False)
    assert_following(mock, 0)


def events(response: httpx.Response) -> Iterator[dict[str, str]]:
    """Yield the server-sent events of a stream."""
    event: dict[str, str] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name in ("id", "event", "data"):
            event[name] = value
        elif not line and event:
            yield event
            event = {}


def test_stream_has_the_matching_calls_as_they_come(org: World) -> None:
    later(lambda: org.owner.get("/api/v1/alerts"), *[lambda: org.owner.get(EVENTS, headers={"X-A": "1"})] * 2)
    params = {"org": org.id, "header": "X-A: 1"}
    with org.running.client().stream("GET", STREAM, params=params) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        found = list(islice(events(response), 2))
    entries = org.running.control("GET", "/requests", params=params)["data"]
    assert [json.loads(event["data"]) for event in found] == entries[::-1]
    assert [(event["event"], event["id"]) for event in found] == [("call", one["request_id"]) for one in entries[::-1]]


def test_streams_have_a_bound_and_end_with_their_connection(org: World) -> None:
    client = org.running.client()
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(followers.MAX_FOLLOWERS):
                stack.enter_context(client.stream("GET", STREAM))
            assert client.get(STREAM).status_code == 503
        assert_following(org.running, 0)


def test_slow_reader_learns_how_many_calls_it_lost() -> None:
    async def read() -> list[bytes]:
        follower = followers.Follower()
        for number in range(300):
            follower.put(msgspec.structs.replace(CALL, request_id=f"req_{number}"))
        stream = requests._events(follower, CallCriteria(method="GET"), Explanations({}, {}))
        return [await anext(stream) for _ in range(258)]

    comment, lost, first, *_, last = asyncio.run(read())
    assert comment.startswith(b":")
    assert lost == b'event: lost\ndata: {"calls":44}\n\n'
    assert first.startswith(b"id: req_44\n")
    assert last.startswith(b"id: req_299\n")


def test_stream_says_now_and_then_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_KEEP_ALIVE_SECONDS", 0.01)

    async def read() -> list[bytes]:
        follower = followers.Follower()
        follower.put(CALL)
        stream = requests._events(follower, CallCriteria(method="PUT"), Explanations({}, {}))
        return [await anext(stream) for _ in range(3)]

    assert asyncio.run(read())[1:] == [b":\n\n", b":\n\n"]


def test_head_of_a_stream_ends(mock: Running) -> None:
    answer = mock.client().head(STREAM)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_bad_filter_of_a_stream_is_refused_by_name(mock: Running) -> None:
    for name, value in (("org", "x"), ("since", "2026-01-01T00:00:00Z"), ("header.0", ": x")):
        answer = mock.client().get(STREAM, params={name.partition(".")[0]: value})
        assert (answer.status_code, set(answer.json()["field_errors"])) == (400, {name})


def test_those_who_wait_do_not_hold_up_the_end() -> None:
    with ThreadPoolExecutor(2) as pool:
        with running() as mock:
            client = mock.client()
            waiting = pool.submit(lambda: client.get("/_mock/requests", params={"wait": 50}).json()["total"])
            stream = pool.submit(lambda: client.get(STREAM).text)
            assert_following(mock, 2)
            started = time.monotonic()
            mock.mock.journal.end_following()
            assert waiting.result() == 0
            assert stream.result().startswith(": the calls from now on")
        assert time.monotonic() - started < 3
