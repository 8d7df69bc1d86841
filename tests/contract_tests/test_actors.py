"""Actors and their calls: answers, cookies, and interrupts during a call."""

import signal
from collections.abc import Iterator
from threading import Thread

import httpx
import pytest

from contract_tests.actors import Actor, Answer, Recorder, deferred_interrupts
from contract_tests.http.bodies import CookielessClient
from contract_tests.verdicts import Violation


def test_no_actor_sends_a_cookie_that_another_was_given() -> None:
    def give(request: httpx.Request) -> httpx.Response:
        cookie = request.headers.get("cookie", "none")
        return httpx.Response(200, headers={"Set-Cookie": "a=b; Path=/"}, content=iter([cookie.encode()]))

    with CookielessClient(base_url="http://x", transport=httpx.MockTransport(give)) as http:
        one, other = (Actor(name, None, http, Recorder(), lambda: None) for name in ("one", "other"))
        assert [actor.get("/").text for actor in (one, one, other)] == ["none"] * 3
        assert other.call("GET", "/", headers={"Cookie": "c=d"}).text == "c=d"


def test_the_secrets_of_a_call_are_recorded() -> None:
    def give(request: httpx.Request) -> httpx.Response:
        cookies = [("Set-Cookie", "sid=given-cookie; Path=/"), ("Set-Cookie", "b=other-cookie")]
        answer = b'{"api_key": "given-key", "name": "x"}' if request.method == "POST" else b"{}"
        return httpx.Response(200, headers=cookies, content=iter([answer]))

    with CookielessClient(base_url="http://x", transport=httpx.MockTransport(give)) as http:
        actor = Actor("one", "own-token", http, Recorder(), lambda: None)
        actor.call("POST", "/", json={"password": "sent-password"}, headers={"Cookie": "c=sent-cookie"})
        given = {"given-key", "given-cookie", "other-cookie", "own-token"}
        assert actor.recorder.secrets == given | {"sent-password", "sent-cookie"}
        anonymous = Actor("anonymous", None, http, Recorder(), lambda: None)
        anonymous.get("/")
        assert anonymous.recorder.secrets == {"given-cookie", "other-cookie"}


def test_evidence_is_cut_and_its_size_named() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=iter([b"ab " * 1_000_000])))
    with CookielessClient(base_url="http://x", transport=transport) as http:
        actor = Actor("one", None, http, Recorder(), lambda: None)
        assert str(actor.get("/")).endswith("… 3,000,000 characters in all")
        (exchange,) = actor.recorder.exchanges
        assert exchange.answer.endswith("… 3,000,000 characters in all")
        assert len(exchange.answer) < 5000


def test_a_body_that_is_nested_too_deep_is_no_json() -> None:
    answer = Answer(200, {}, b"[" * 1_000_000)
    assert answer.error is None
    with pytest.raises(Violation, match="a JSON body"):
        _ = answer.json


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"data": {}}', b'{"data": [1]}', b'{"data": null}'])
def test_an_answer_without_a_list_of_objects_is_a_violation(body: bytes) -> None:
    with pytest.raises(Violation):
        _ = Answer(200, {}, body).rows


def test_the_rows_of_an_answer_are_its_data_unless_it_refuses_the_call() -> None:
    assert Answer(200, {}, b'{"data": [{"id": 1}]}').rows == [{"id": 1}]
    with pytest.raises(Violation, match="403"):
        _ = Answer(403, {}, b'{"data": []}').rows


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interrupts raise KeyboardInterrupt, also where the tests were started in the background."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_deferred_to_the_end_of_the_block() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the interrupt is delivered as the inner block ends
        with deferred_interrupts():
            signal.raise_signal(signal.SIGINT)
            steps.append("done")
        steps.append("never")
    assert steps == ["done"]


@pytest.mark.usefixtures("interruptible")
def test_after_the_block_interrupts_are_delivered_at_once_again() -> None:
    with deferred_interrupts():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_an_error_in_the_block_is_raised_and_other_threads_can_enter_it() -> None:
    with pytest.raises(LookupError), deferred_interrupts():
        raise LookupError
    entered = []

    def work() -> None:
        with deferred_interrupts():
            entered.append(True)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert entered
