"""Verification: whether as many calls as expected match, and what comes closest if not."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.control.calls import call, refused
from tests.mockserver.control.test_waiting import later
from tests.mockserver.http.steps import RULE, UNKNOWN

EVENTS, RULES = "/api/v1/events", "/api/v1/alert-rules"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running() as mock:
        yield mock


@pytest.fixture(scope="module")
def org(mock: Running) -> World:
    """An org with five calls."""
    org = mock.org()
    org.owner.get(EVENTS, params={"limit": 5}, headers={"X-Trace": "7"})
    org.owner.get(EVENTS, params={"limit": 6}, headers={"X-Trace": "78"})
    org.owner.get(f"{EVENTS}/{UNKNOWN}")
    org.owner.post(RULES, json={**RULE, "name": "Night"})
    org.viewer.post(RULES, json=RULE)
    return org


def verify(org: World, match: JSON | None = None, **expected: Any) -> JSON:
    body = {"match": {"org": org.id, **(match or {})}, **expected}
    answer: JSON = call(org.running, "POST", "/requests/verify", 200, json=body)
    assert (answer["message"] is None) == answer["met"]
    return answer


@pytest.mark.parametrize(
    ("match", "expected", "met", "count"),
    [
        ({}, {}, True, 5),
        ({"operation": "listEvents"}, {}, True, 2),
        ({"operation": "listEvents"}, {"count": 2}, True, 2),
        ({"operation": "listEvents"}, {"count": 1}, False, 2),
        ({"operation": "listEvents"}, {"at_most": 2}, True, 2),
        ({"operation": "listEvents"}, {"at_most": 1}, False, 2),
        ({"operation": "listEvents"}, {"at_least": 3}, False, 2),
        ({"operation": "listSites"}, {"at_most": 1}, True, 0),
        ({"operation": "listSites"}, {"count": 0}, True, 0),
        ({"operation": "listSites"}, {}, False, 0),
        ({"headers": {"X-Trace": "7"}}, {"count": 1}, True, 1),
        ({"headers": {"X-Trace": None}, "query": {"limit": None}}, {"count": 2}, True, 2),
        ({"query": {"limit": "6"}, "method": "GET"}, {"count": 1}, True, 1),
        ({"path": RULES, "status": 403}, {"count": 1}, True, 1),
        ({"path": f"{EVENTS}/{{id}}", "status": 404}, {"count": 1}, True, 1),
        ({"body": "Night"}, {"count": 1}, True, 1),
        ({"actor": "Vera Viewer"}, {"count": 1}, True, 1),
    ],
)
def test_expectation_is_met_or_not(org: World, match: JSON, expected: JSON, *, met: bool, count: int) -> None:
    answer = verify(org, match, **expected)
    assert (answer["met"], answer["count"], len(answer["matching"])) == (met, count, count)


@pytest.mark.parametrize(
    ("match", "path", "differences"),
    [
        (
            {"operation": "listEvents", "headers": {"X-Trace": "8"}},
            f"{EVENTS}?limit=6",
            ["header x-trace is '78', expected '8'"],
        ),
        ({"operation": "listEvents", "query": {"page": None}}, EVENTS, ["query page is missing, expected any value"]),
        ({"operation": "createAlertRule", "body": "Day"}, RULES, None),
        ({"path": f"{EVENTS}/{UNKNOWN[:-1]}1"}, EVENTS, None),
        ({"operation": "getEvent", "status": 200}, EVENTS, ["status is '404', expected '200'"]),
        ({"operation": "createAlertRule", "status": 201, "actor": "Vera Viewer"}, RULES, None),
    ],
)
def test_the_closest_call_and_what_differs_are_named(
    org: World, match: JSON, path: str, differences: list[str] | None
) -> None:
    answer = verify(org, match)
    closest = answer["closest"]
    target, _, query = path.partition("?")
    assert closest["request"]["path"].startswith(target)
    assert query in closest["request"]["query"]
    assert len(closest["differences"]) == 1
    assert differences in (None, closest["differences"])
    assert "; ".join(closest["differences"]) in answer["message"]
    assert closest["request"]["request_id"] in answer["message"]


def test_message_says_what_was_expected(org: World) -> None:
    match = {"operation": "listEvents", "headers": {"X-Trace": "7", "X-B": None}, "query": {"limit": "7"}}
    named = "operation listEvents, headers x-trace: 7, x-b, query limit: 7"
    begin = f"with org {org.id}, {named}, but 0 of 5 do. The closest is GET"
    for expected, words in (
        ({}, "at least 1 call"),
        ({"count": 1}, "exactly 1 call"),
        ({"at_least": 2, "at_most": 3}, "2 to 3 calls"),
    ):
        assert verify(org, match, **expected)["message"].startswith(f"Expected {words} {begin}")
    excess = verify(org, {"operation": "listEvents"}, at_most=1)
    assert excess["message"].endswith("operation listEvents, but 2 of 5 do.")
    assert excess["closest"] is None


def test_without_calls_there_is_no_closest(mock: Running) -> None:
    answer = verify(mock.org(), {"method": "GET"})
    assert answer["closest"] is None
    assert answer["message"].endswith("but 0 of 0 do.")


def test_verification_may_wait(mock: Running) -> None:
    org = mock.org()
    later(*[lambda: org.owner.get(EVENTS)] * 2, seconds=0.05)
    assert verify(org, at_least=2, wait=10)["met"]
    started = time.monotonic()
    assert not verify(org, count=3, wait=0.1)["met"]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"count": -1}, "count"),
        ({"count": "1"}, "count"),
        ({"count": 1, "at_most": 1}, "at_most"),
        ({"count": 1, "at_least": 1}, "at_least"),
        ({"at_least": 2, "at_most": 1}, "at_least"),
        ({"wait": 61}, "wait"),
        ({"times": 1}, "times"),
        ({"match": {"colour": 1}}, "match.colour"),
        ({"match": {"org": "x"}}, "match.org"),
        ({"match": {"operation": "readEvents"}}, "match.operation"),
        ({"match": {"headers": {"X A": "1"}}}, "match.headers"),
        ({"match": {"headers": {"X-A": 1}}}, "match.headers.X-A"),
        ({"match": {"query": {"a=b": "1"}}}, "match.query"),
        ({"match": {"since": "0001-01-01T00:00:00+23:59"}}, "match.since"),
        ({"match": {"after": "req_unknown"}}, "match.after"),
    ],
)
def test_bad_expectation_is_refused_by_name(mock: Running, body: JSON, field: str) -> None:
    refused(mock, "POST", "/requests/verify", field, json=body)
