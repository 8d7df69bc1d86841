"""Calls that the API has not answered: which are made again, how often, and what ends a run."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from contract_tests.actors import Actor, Answer, Call, NotReached, Outage, Recorder, Unanswered
from contract_tests.http.bodies import CookielessClient
from contract_tests.shared_target.repetition import Repetition

OK = Answer(200, {}, b"{}")
NAMED = Answer(200, {"x-request-id": "req_1"}, b"{}")
PAGE = b"<html>busy</html>"
ERROR = b'{"error": "rate_limited"}'
LOST = Unanswered("GET /x: ReadError: connection reset")
Outcome = Answer | Unanswered


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The lengths of all sleeps, none of which takes time; the monotonic clock counts them."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(time, "monotonic", lambda: sum(slept))
    return slept


def client(answer: Callable[[httpx.Request], httpx.Response] = lambda request: httpx.Response(401)) -> httpx.Client:
    return CookielessClient(base_url="http://x", transport=httpx.MockTransport(answer))


def call(method: str = "GET", path: str = "/x") -> Call:
    return Call(Actor("one", None, client(), Recorder(), lambda: None), method, path)


def sending(*outcomes: Outcome) -> Callable[[], Answer]:
    """Return a function that has these outcomes, the last one for ever."""
    left = iter(outcomes)
    last = outcomes[-1]

    def send() -> Answer:
        outcome = next(left, last)
        if isinstance(outcome, Unanswered):
            raise outcome
        return outcome

    return send


@pytest.mark.parametrize(
    "outcome", [LOST, Answer(502, {}, PAGE), Answer(503, {}, PAGE), Answer(504, {}, b""), Answer(503, {}, b"[]")]
)
def test_a_call_that_the_api_did_not_answer_is_made_again_and_counted(outcome: Outcome, clock: list[float]) -> None:
    asked = call()
    assert Repetition(client()).answer(asked, sending(outcome, outcome, outcome, OK)) is OK
    assert asked.actor.recorder.repeated == 3
    assert clock == [0.5, 1.0, 2.0]


def test_after_three_repetitions_the_check_is_not_reached() -> None:
    with pytest.raises(NotReached, match="3 repetitions did not reach the API: GET /x: ReadError"):
        Repetition(client()).answer(call(), sending(LOST))
    with pytest.raises(NotReached, match="GET /x: 502 <html>"):
        Repetition(client()).answer(call(), sending(Answer(502, {}, PAGE)))


@pytest.mark.parametrize("status", [500, 501, 505, 404])
def test_other_statuses_are_answers_of_the_api(status: int) -> None:
    answer = Answer(status, {}, PAGE)
    assert Repetition(client()).answer(call(), sending(answer, OK)) is answer


@pytest.mark.parametrize(
    "answer",
    [Answer(503, {}, b'{"error": "unavailable"}'), Answer(503, {"x-request-id": "req_2"}, PAGE)],
    ids=["with the body of an error", "with a request id"],
)
def test_a_503_of_the_api_itself_is_its_answer(answer: Answer) -> None:
    assert Repetition(client()).answer(call(), sending(answer, OK)) is answer


def test_without_a_request_id_an_answer_is_not_of_an_api_whose_other_answers_have_one() -> None:
    repetition, refusal = Repetition(client()), Answer(503, {}, b'{"error": "no_server"}')
    assert repetition.answer(call(), sending(NAMED)) is NAMED
    assert repetition.answer(call(), sending(refusal, NAMED)) is NAMED


@pytest.mark.parametrize(("headers", "seconds"), [({"retry-after": "7"}, 7), ({}, 1)])
@pytest.mark.parametrize("body", [PAGE, ERROR])
def test_a_429_is_waited_for_whatever_it_has_beside(
    headers: dict[str, str], seconds: float, body: bytes, clock: list[float]
) -> None:
    limited = Answer(429, headers, body)
    assert Repetition(client()).answer(call("POST"), sending(limited, OK), refuse) is OK
    assert clock == [seconds]


@pytest.mark.parametrize(
    ("path", "headers", "held"),
    [
        ("/x", {}, True),
        ("/gateways/generate-pairing-code", {}, False),
        ("/gateways/generate-pairing-code", {"x-ratelimit-remaining": "0"}, True),
    ],
)
def test_no_other_process_waits_for_a_limit_of_one_operation(
    path: str, headers: dict[str, str], held: bool, clock: list[float]
) -> None:
    holds: list[float] = []
    limited = Answer(429, {"retry-after": "7", **headers}, ERROR)
    assert Repetition(client(), holds.append).answer(call("POST", path), sending(limited, OK)) is OK
    assert (holds, clock) == (([7], []) if held else ([], [7]))


def refuse(asked: Call) -> None:
    raise NotReached(f"{asked} may have taken effect")


def test_a_429_that_a_check_provokes_is_its_answer_but_not_one_of_a_balancer() -> None:
    limited, bare = Answer(429, {}, ERROR), Answer(429, {"retry-after": "1"}, PAGE)
    repetition = Repetition(client())
    assert repetition.answer(call(), sending(limited), is_expected=lambda answer: True) is limited
    assert repetition.answer(call(), sending(bare, limited), is_expected=lambda answer: True) is limited


@pytest.mark.parametrize("answers", [[Answer(429, {"retry-after": "61"}, b"")], [Answer(429, {}, b"")] * 6])
def test_a_wait_of_more_than_a_minute_or_a_sixth_one_is_not_made(answers: list[Answer], clock: list[float]) -> None:
    with pytest.raises(NotReached, match="requests_per_minute"):
        Repetition(client()).answer(call(), sending(*answers))
    assert clock == [1.0] * (len(answers) - 1)


def test_a_call_that_may_have_taken_effect_is_not_made_again() -> None:
    made: list[Any] = []

    def send() -> Answer:
        made.append(1)
        raise LOST

    with pytest.raises(NotReached, match="POST /x may have taken effect"):
        Repetition(client()).answer(call("POST"), send, refuse)
    assert len(made) == 1


def until_outage(repetition: Repetition, send: Callable[[], Answer]) -> Iterator[type[Exception]]:
    while True:
        try:
            repetition.answer(call(), send)
        except Outage:
            return
        except NotReached as problem:
            yield type(problem)


@pytest.mark.parametrize("outcome", [LOST, Answer(503, {}, PAGE)])
def test_a_target_that_answers_nothing_for_long_is_out_of_order(outcome: Outcome, clock: list[float]) -> None:
    repetition = Repetition(client(lambda request: httpx.Response(503)))
    assert list(until_outage(repetition, sending(outcome)))
    assert 15 <= sum(clock) < 20
    with pytest.raises(Outage, match="the target no longer answers: "):
        repetition.answer(call(), sending(OK))


def test_one_more_call_that_is_answered_shows_that_the_target_lives(clock: list[float]) -> None:
    def slow() -> Answer:
        clock.append(20)
        raise LOST

    with pytest.raises(NotReached, match="3 repetitions") as caught:
        Repetition(client()).answer(call(), slow)
    assert not isinstance(caught.value, Outage)


def test_answers_in_between_end_the_silence() -> None:
    repetition = Repetition(client(lambda request: httpx.Response(503)))
    for _ in range(20):
        assert repetition.answer(call(), sending(LOST, LOST, OK)) is OK
