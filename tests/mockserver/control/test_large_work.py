"""Large work of the control plane: other calls are answered meanwhile, and what is no snapshot is refused early."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.operations import seeding
from mockserver.runtime import memory
from mockserver.store.base import Store
from tests.harness import Running
from tests.mockserver.control.calls import call


def answered_during(running: Running, work: Callable[[], Any]) -> int:
    """Return how many calls, one after another, were answered while the work was done."""
    done = threading.Thread(target=work)
    answered = 0
    with running.client() as client:
        client.get("/healthz")
        done.start()
        while done.is_alive():
            assert client.get("/healthz").status_code == 200
            answered += 1
    return answered


def test_calls_are_answered_while_events_are_made(isolated: Running) -> None:
    org = isolated.org(fixture="small")
    assert answered_during(isolated, lambda: isolated.org(events=3000)) > 10
    assert answered_during(isolated, lambda: org.record(count=1500)) > 5
    events = isolated.control("GET", "/snapshot")["data"]["events"]
    assert len([event for event in events if event["org_id"] == org.id]) >= 1500


def test_calls_are_answered_while_a_snapshot_is_taken_and_restored(isolated: Running) -> None:
    isolated.org(events=3000)
    taken: list[Any] = []
    assert answered_during(isolated, lambda: taken.append(isolated.control("GET", "/snapshot"))) > 3
    assert answered_during(isolated, lambda: isolated.control("PUT", "/snapshot", json=taken[0])) > 3
    assert isolated.control("GET", "/snapshot")["data"] == taken[0]["data"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"a" * 200_000, b'"body"'),
        (b'{"junk": 1' + b" " * 200_000, b"junk"),
        (b'{"data": {"events": [' + b"1," * 100_000, b"Expected `object`, got `int`"),
        (b'{"data": {"events": [{"id": "x"}, ', b"events[0]"),
        (b'{"version": 1, "journal": [{}, {}, ', b"journal[0]"),
        (b'{"version": 1, "faults": [{"id": 1, "status": 200}, ', b"faults[0].status"),
        (b'{"version": 1, "data": {"cards": [', b"cards"),
        (b'{"version": 1, "data": {"events": [{"id": "' + b"a" * 1_200_000, b"has a value of more than"),
        (b'{"version": 1, "chance": [' + b"[" * 100_000, b"nested too deeply"),
        (b'{"version": 1e999,', b"out of range"),
        (b'{"version": NaN,', b"there is no NaN"),
        (b'{"version": 1, "clock": {"now": "\\u0000"}', b"NUL"),
        (b'{"version": 1, "clock": {"now": "\\ud800"}', b"is not JSON"),
        (b'{"version": 1 "clock"', b"is not what follows"),
        (b'{"version": 1, "clock": {}}}', b"something follows its end"),
        (b'{"version": "\xff', b"UTF-8"),
        (b'{"version" 1', b"colon"),
        (b"[1, 2]", b"must be an object"),
        (b'{"data": {"events": [ \n', None),
    ],
)
def test_what_is_no_snapshot_is_refused_before_it_was_sent(isolated: Running, body: bytes, field: bytes | None) -> None:
    port = int(isolated.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 5 if field else 0.5) as connection:
        head = "PUT /_mock/snapshot HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 250000000\r\n\r\n".encode() + body)
        if field is None:  # may be a snapshot as yet
            with pytest.raises(TimeoutError):
                connection.recv(65536)
        else:
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 400")
            assert field in answer


def test_an_org_that_is_removed_while_its_events_are_made_is_not_found(
    isolated: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def remove(store: Store, _random_source: object, org_id: str, *_: object) -> None:
        async with store.transaction() as tx:
            await tx.remove_org(org_id)

    monkeypatch.setattr(seeding, "generate_history", remove)
    answer = isolated.client().post("/_mock/orgs", json={"events": 1})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_only_a_snapshot_may_be_long(isolated: Running) -> None:
    call(isolated, "POST", "/orgs", 413, json={"name": "x" * 1_100_000})


def test_unused_memory_is_given_back_once_for_many_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(memory, "_trim", given.append)
    monkeypatch.setattr(memory, "_DELAY_SECONDS", 0.01)

    async def calls() -> None:
        for _ in range(2):
            for _ in range(5):
                memory.give_back_soon()
            await asyncio.sleep(0.05)

    asyncio.run(calls())
    assert given == [0, 0]
