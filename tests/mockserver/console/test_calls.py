"""Calls of the mock from inside its process."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from mockserver.console.calls import CallFailed, Calls, Reply
from mockserver.mock import Mock
from mockserver.settings import Settings

EVENTS, TOKEN = "/api/v1/events", "sk_live_abc123"


def made(mock: Mock, method: str, path: str, token: str | None = None, **given: Any) -> Reply:
    reply: Reply = run(Calls(mock.instance, "localhost", None).send(method, path, token, **given))
    return reply


def run(call: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(call)


@pytest.fixture
def mock() -> Mock:
    made = Mock(Settings(fixture="acme", strict_responses=True))
    asyncio.run(made.instance.seed())
    return made


def test_a_call_is_one_like_any_other(mock: Mock) -> None:
    reply = made(mock, "GET", EVENTS, TOKEN, params={"limit": 1, "cursor": "", "camera_id": None})
    assert (reply.status, len(reply.json()["data"])) == (200, 1)
    (entry,) = run(Calls(mock.instance, "localhost", None).control("GET", "/requests"))["data"]
    assert (entry["request_id"], entry["query"]) == (reply.request_id, "limit=1")
    assert entry["request_headers"]["user-agent"] == "novavms-mock-console"
    assert made(mock, "GET", EVENTS).status == 401
    assert made(mock, "GET", EVENTS, "sk_Ā").status == 401


def test_a_refusal_names_the_fields(mock: Mock) -> None:
    with pytest.raises(CallFailed) as failed:
        run(Calls(mock.instance, "localhost", None).control("POST", "/clock", json={"advance": -1}))
    assert (failed.value.status, list(failed.value.field_errors)) == (400, ["advance"])
    with pytest.raises(CallFailed, match="not called"):
        run(Calls(mock.instance, "evil.example", None).control("GET", "/health"))


@pytest.mark.parametrize("effect", [{"drop": True}, {"truncate": 5}])
def test_a_connection_that_a_fault_closes_is_no_crash(mock: Mock, effect: dict[str, Any]) -> None:
    run(Calls(mock.instance, "localhost", None).control("POST", "/faults", json=effect))
    with pytest.raises(CallFailed, match="a fault closed the connection"):
        made(mock, "GET", EVENTS, TOKEN)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_an_answer_that_is_not_encoded_as_it_says_is_shown_as_it_is(mock: Mock, encoding: str) -> None:
    change = {"change": {"headers": {"Content-Encoding": encoding}}}
    run(Calls(mock.instance, "localhost", None).control("POST", "/faults", json=change))
    reply = made(mock, "GET", EVENTS, TOKEN)
    assert (reply.headers["content-encoding"], reply.body[:8]) == (encoding, b'{"data":')


def test_an_answer_that_is_no_json_is_said(mock: Mock) -> None:
    run(Calls(mock.instance, "localhost", None).control("POST", "/faults", json={"malformed": True}))
    with pytest.raises(CallFailed, match="is not JSON"):
        made(mock, "GET", EVENTS, TOKEN).json()


def test_a_call_that_takes_too_long_is_given_up(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.console.calls.TIMEOUT_SECONDS", 0.05)
    run(Calls(mock.instance, "localhost", None).control("POST", "/faults", json={"delay_ms": 5000}))
    with pytest.raises(CallFailed, match=r"not answered within 0\.05 s"):
        made(mock, "GET", EVENTS, TOKEN)


def test_a_name_in_a_path_leads_nowhere_else(mock: Mock) -> None:
    calls = Calls(mock.instance, "localhost", None)
    for part in ("..", ".", "a?b", "a#b", "\0", "\r\nX: y", "ÿ", "a b", "a\\b"):
        for path in (f"/orgs//{part}/reset", f"/orgs/x/{part}/reset", f"/orgs/{part}"):
            with pytest.raises(CallFailed, match="is not the path of a call") as failed:
                run(calls.control("POST", path))
            assert failed.value.status == 400
