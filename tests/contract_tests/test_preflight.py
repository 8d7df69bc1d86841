"""Preflight on a failing network: a call that was cut off, or answered by a load balancer, is made again."""

import time
from typing import Any

import httpx
import pytest

from contract_tests import preflight
from contract_tests.actors import TargetError
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.http.connections import TargetClient

CONFIG = TargetConfig("it", "http://x", actors={"viewer": ActorConfig("sk_live_v")})
OK = httpx.Response(200, json={"data": []})
HTML = {"content-type": "text/html"}


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The lengths of all sleeps, none of which takes time."""
    lengths: list[float] = []
    monkeypatch.setattr(time, "sleep", lengths.append)
    return lengths


def answer(monkeypatch: pytest.MonkeyPatch, *outcomes: Any) -> None:
    """Let preflight's calls have these outcomes, one after another."""
    left = iter(outcomes)

    def handle(request: httpx.Request) -> httpx.Response:
        outcome = next(left)
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome.status_code, headers=outcome.headers, content=outcome.content)

    def client(*_: Any) -> TargetClient:
        return TargetClient(base_url="http://x", transport=httpx.MockTransport(handle))

    monkeypatch.setattr(preflight, "_client", client)


@pytest.mark.parametrize(
    "outcome",
    [
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("cut"),
        *(httpx.Response(s, headers=HTML) for s in (502, 504)),
    ],
)
def test_a_call_that_was_lost_is_made_again(monkeypatch: pytest.MonkeyPatch, slept: list[float], outcome: Any) -> None:
    answer(monkeypatch, outcome, outcome, outcome, OK)
    assert preflight.check(CONFIG) == []
    assert slept in ([0.5, 1.0, 2.0], [1.0, 1.0, 2.0])  # an answer is waited for a second at least


def test_a_rate_limit_is_waited_for_but_not_long(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    limited = [httpx.Response(429, headers={"retry-after": seconds}) for seconds in ("4", "600")]
    answer(monkeypatch, *limited, OK)
    assert preflight.check(CONFIG) == []
    assert slept == [4, 10]


@pytest.mark.parametrize("outcome", [httpx.ReadError("reset"), httpx.Response(503, headers=HTML)])
def test_after_three_repetitions_the_target_cannot_be_tested(
    monkeypatch: pytest.MonkeyPatch, slept: list[float], outcome: Any
) -> None:
    answer(monkeypatch, *[outcome] * 4)
    with pytest.raises(TargetError, match=r"reset|actor viewer got 503 with text/html"):
        preflight.check(CONFIG)
    assert len(slept) == 3


@pytest.mark.parametrize("outcome", [httpx.ConnectError("refused"), httpx.ReadTimeout("timed out")])
def test_where_nobody_listens_or_answers_preflight_ends_at_once(
    monkeypatch: pytest.MonkeyPatch, slept: list[float], outcome: Exception
) -> None:
    answer(monkeypatch, outcome)
    with pytest.raises(TargetError, match=r"refused|timed out"):
        preflight.check(CONFIG)
    assert slept == []
