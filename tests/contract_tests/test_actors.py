"""Actors and their calls: answers, cookies, and interrupts during a call."""

import signal
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import httpx
import pytest

from contract_tests.actors import Actor, Answer, CookielessClient, Recorder, deferred_interrupts, read_body
from contract_tests.verdicts import Violation


def test_no_actor_sends_a_cookie_that_another_was_given() -> None:
    def give(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Set-Cookie": "a=b; Path=/"}, text=request.headers.get("cookie", "none"))

    with CookielessClient(base_url="http://x", transport=httpx.MockTransport(give)) as http:
        one, other = (Actor(name, None, http, Recorder(), lambda: None) for name in ("one", "other"))
        assert [actor.get("/").text for actor in (one, one, other)] == ["none"] * 3
        assert other.call("GET", "/", headers={"Cookie": "c=d"}).text == "c=d"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"data": {}}', b'{"data": [1]}', b'{"data": null}'])
def test_an_answer_without_a_list_of_objects_is_a_violation(body: bytes) -> None:
    with pytest.raises(Violation):
        _ = Answer(200, {}, body).rows


def test_the_rows_of_an_answer_are_its_data_unless_it_refuses_the_call() -> None:
    assert Answer(200, {}, b'{"data": [{"id": 1}]}').rows == [{"id": 1}]
    with pytest.raises(Violation, match="403"):
        _ = Answer(403, {}, b'{"data": []}').rows


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 1000


@pytest.mark.parametrize(("max_bytes", "timeout_seconds"), [(100_000, 60.0), (10**12, 0.05)])
def test_a_body_that_is_too_large_or_late_is_not_read_to_its_end(max_bytes: int, timeout_seconds: float) -> None:
    def give(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=endless())

    transport: Any = httpx.MockTransport(give)
    with httpx.Client(base_url="http://x", transport=transport) as http, http.stream("GET", "/") as response:
        late = pytest.raises(httpx.ReadTimeout, match=f"within {max_bytes:,} bytes")
        with late:
            read_body(response, max_bytes, time.monotonic() + timeout_seconds)


def test_an_interrupt_is_deferred_to_the_end_of_the_block() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the interrupt is delivered as the inner block ends
        with deferred_interrupts():
            signal.raise_signal(signal.SIGINT)
            steps.append("done")
        steps.append("never")
    assert steps == ["done"]


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
