"""A client in another process: here a function stands for the driver, and calls the server as a client would."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from contract_tests.actors import Recorder
from contract_tests.sdk import driver_client, fake_servers, recording_server
from contract_tests.sdk.clients import AWAITED, BLOCKING, KINDS
from contract_tests.sdk.driver_client import DriverClient, JsonObject, RaisedError
from contract_tests.verdicts import Unavailable, Violation

JSON = dict[str, Any]
HELLO: JSON = {
    "verbs": ["sites.list", "sites.set_users", "sites.iter", "users.revoke_session"],
    "capabilities": ["datetimes"],
    "fields": {"sites.list": ["limit", "class"]},
}
#: Answers a method as a driver does, given the HTTP client of its process and the parameters.
Answers = Callable[[httpx.Client, str, JSON], JSON]


@contextmanager
def client(answers: Answers, kind: str = BLOCKING, *, called: str = "", really: bool = False) -> Iterator[DriverClient]:
    """Return a client whose driver answers like this; what it does not answer itself goes to an empty list."""
    made: DriverClient
    with recording_server.running(lambda request: made.answer(request)) as url, httpx.Client(base_url=url) as http:
        raw = driver_client.parts(lambda: made, "client-1", "Client()", kind, HELLO)
        made = DriverClient(
            *(raw, kind, "owner", Recorder()),
            request=lambda method, limit, **given: answers(http, method, given),
            forward=fake_servers.empty,
            called=httpx.URL(called) if called else None,
        )
        made.pauses_really = really
        yield made


def listing(http: httpx.Client, method: str, given: JSON) -> JSON:
    """List sites as a client does, and answer with what was answered."""
    found = http.get("/api/v1/sites", params=given["fields"])
    return {"value": found.json(), "pauses": [0.5]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_seen_with_its_answer(kind: str) -> None:
    with client(listing, kind) as made:
        page = made.call("sites.list", limit=3)
        assert page.data == []
        assert page == {"data": [], "next_cursor": None, "total": 0}
        assert made.last.request.url.path == "/api/v1/sites"
        assert dict(made.last.request.url.params) == {"limit": "3"}
        assert (made.last.status, made.sleeps) == (200, [0.5])
        assert made.recorder.total == 1


def test_a_url_that_cannot_be_called_is_that_of_the_request() -> None:
    with client(listing, called="https://vms.example.com:8443/vms") as made:
        made.call("sites.list")
        assert str(made.last.request.url) == "https://vms.example.com:8443/api/v1/sites"


def test_a_body_is_seen_in_one_piece_and_in_chunks() -> None:
    def send(http: httpx.Client, method: str, given: JSON) -> JSON:
        http.patch("/api/v1/sites/1", json={"name": "é"})
        http.patch("/api/v1/sites/1", content=iter([b'{"name":', b'"x"}']))
        return {"value": None}

    with client(send) as made:
        made.call("sites.list")
        assert [sent.content for sent in made.sent] == ['{"name":"é"}'.encode(), b'{"name":"x"}']


def test_ids_and_a_value_are_parameters_of_a_call() -> None:
    seen: list[JSON] = []

    def note(http: httpx.Client, method: str, given: JSON) -> JSON:
        seen.append(given)
        return {"value": None}

    moment = datetime(2026, 4, 20, 8, 30, 0, 250_000, tzinfo=UTC)
    with client(note) as made:
        made.call("sites.set_users", "site", ["user"])
        made.call("users.revoke_session", "user", "session")
        made.call("sites.list", since=[moment])
    assert [(each["verb"], each["ids"], each["fields"]) for each in seen] == [
        ("sites.set_users", ["site"], {"user_ids": ["user"]}),
        ("users.revoke_session", ["user", "session"], {}),
        ("sites.list", [], {"since": [{"$datetime": "2026-04-20T08:30:00.250000+00:00"}]}),
    ]


@pytest.mark.parametrize("value", [date(2026, 4, 20), datetime(2026, 4, 20, microsecond=1, tzinfo=UTC)])
def test_a_time_that_a_driver_cannot_pass_is_not_sent(value: date) -> None:
    with client(listing) as made:
        with pytest.raises(Violation):
            made.call("sites.list", since=value)
        with pytest.raises(Unavailable, match="cannot pass set"):
            made.call("sites.list", since={1})
        assert made.sent == []


def test_bytes_are_decoded() -> None:
    with client(lambda *_: {"bytes": "w6k="}) as made:
        assert made.call("sites.list") == "é".encode()


def test_an_error_has_what_the_driver_says() -> None:
    raised = {"classes": ["not_found_error", "NovaVMSError"], "status": 404, "retry_after": 3, "shown": "No such site."}
    with client(lambda *_: {"raised": raised}) as made:
        found = made.fails("sites.list")
        assert isinstance(found, RaisedError)
        error: Any = found
        assert (error.is_a("NotFoundError"), error.is_a("AuthError")) == (True, False)
        assert (error.status, error.retry_after, type(error.retry_after)) == (404, 3.0, float)
        assert not hasattr(error, "code")
        assert repr(error) == "not_found_error('No such site.')"
        with pytest.raises(Violation, match=r"sites\.list to succeed"):
            made.call("sites.list")


def test_what_is_no_error_of_the_sdk_is_none_of_its_faults() -> None:
    def fail(*_: Any) -> JSON:
        raise LookupError("of the suite")

    with client(fail) as made:
        for call in (made.call, made.fails):
            with pytest.raises(LookupError):
                call("sites.list")


def test_a_call_that_hangs_is_a_violation() -> None:
    with client(lambda *_: {"hung": True}) as made, pytest.raises(Violation, match="an end within 15 s"):
        made.fails("sites.list")


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_asks_for_one_item_after_another(kind: str) -> None:
    left: list[JSON] = [{"value": {"id": "1"}}, {"value": {"id": "2"}}, {"done": True}]

    def answer(http: httpx.Client, method: str, given: JSON) -> JSON:
        return {"iterator": "iterator-1"} if method == "iterate" else left.pop(0)

    with client(answer, kind) as made:
        walk = made.walk("sites", limit=1)
        assert next(walk).id == "1"
        assert len(left) == 2
        assert [item.id for item in walk] == ["2"]


def test_an_async_loop_runs_over_a_walk() -> None:
    left: list[JSON] = [{"iterator": "iterator-1"}, {"value": 7}, {"done": True}]

    with client(lambda *_: left.pop(0), AWAITED) as made:

        async def loop() -> list[Any]:
            return [item async for item in made.verb("sites.aiter")()]

        assert made.attempt(loop) == [7]


def test_an_answer_after_the_end_of_a_call_is_none() -> None:
    def give_up(http: httpx.Client, method: str, given: JSON) -> JSON:
        with pytest.raises(httpx.ReadTimeout):
            http.get("/api/v1/sites", timeout=0.1)
        return {"raised": {"classes": ["TransportError"]}}

    def slow(request: httpx.Request) -> httpx.Response:
        time.sleep(0.4)
        return fake_servers.empty(request)

    with client(give_up) as made:
        made.server = slow
        made.fails("sites.list")
        time.sleep(0.5)
        assert [sent.status for sent in made.sent] == [0]


def test_a_lost_connection_is_an_answer_with_status_0() -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    def call(http: httpx.Client, method: str, given: JSON) -> JSON:
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/api/v1/sites")
        return {"raised": {"classes": ["TransportError"]}}

    with client(call) as made:
        made.server = lost
        made.fails("sites.list")
        assert [sent.status for sent in made.sent] == [0]


def test_a_call_with_too_many_requests_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contract_tests.sdk.clients.MAX_REQUESTS", 3)

    def repeat(http: httpx.Client, method: str, given: JSON) -> JSON:
        try:
            while True:
                http.get("/api/v1/sites")
        except httpx.HTTPError:
            return {"raised": {"classes": ["TransportError"]}}

    with client(repeat) as made, pytest.raises(Violation, match="an end after at most 3 requests"):
        made.call("sites.list")


def twice(http: httpx.Client, method: str, given: JSON) -> JSON:
    """Try again after 429."""
    if http.get("/api/v1/sites").status_code == 429:
        http.get("/api/v1/sites")
        return {"value": None, "pauses": [7.5]}
    return {"raised": {"classes": ["ValidationError"]}}


def test_what_a_check_does_in_a_pause_is_done_before_the_next_try() -> None:
    slept: list[tuple[float, int]] = []
    with client(twice) as made:
        made.server = fake_servers.failing(429, "rate_limited", headers={"Retry-After": "7"})
        made.on_sleep = lambda seconds: slept.append((seconds, len(made.sent)))
        made.call("sites.list")
        assert slept == [(7.0, 2)]
        assert made.sleeps == [7.5]


def test_no_call_is_repeated_whose_driver_does_not_fake_the_pauses() -> None:
    with client(twice, really=True) as made:
        made.server = fake_servers.failing(429, "rate_limited")
        with pytest.raises(Unavailable, match="does not fake the pauses between tries"):
            made.call("sites.list")
        assert len(made.sent) == 1


def test_a_client_shows_what_a_program_prints_of_it() -> None:
    with client(listing) as made:
        assert repr(made.raw) == "Client()"
        assert not made.has("sites.get")
        assert made.recorder.snippet == []
        made.call("sites.list", limit=1)
        assert made.recorder.snippet == ["client.sites.list(limit=1)"]


def test_what_the_client_logs_is_logged_here(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "contract_tests.sdk.driver_client")
    with client(lambda *_: {"value": None, "log": ["try 2", "100 %"]}) as made:
        made.call("sites.list")
    assert caplog.messages == ["try 2", "100 %"]


def test_a_missing_field_of_an_answer_is_no_attribute() -> None:
    found = JsonObject({"id": "1"})
    assert (found.id, hasattr(found, "name")) == ("1", False)
