"""Deliveries under way at a reset, after a restored snapshot, and at the end of a mock."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from tests.harness import World, running
from tests.mockserver.webhooks.receiver import HANG, Authority, Receiver
from tests.mockserver.webhooks.steps import DAY, advance, deliveries, hook


def test_reset_cancels_attempts_under_way(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: HANG
    hook(world, receiver)
    world.record(count=3)
    with ThreadPoolExecutor(1) as pool:
        jump = pool.submit(advance, world, DAY)
        receiver.wait()
        before = world.running.control("POST", "/reset")["now"]
        jump.result(5)
    after = world.running.control("GET", "/clock")["now"]
    assert (datetime.fromisoformat(after) - datetime.fromisoformat(before)).total_seconds() < 60
    assert world.running.control("GET", "/deliveries")["total"] == 0


def test_restored_snapshot_delivers_what_was_pending(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    hook(world, receiver)
    world.record()
    advance(world)
    taken = world.running.control("GET", "/snapshot")
    advance(world, DAY)
    assert len(receiver.received) == 6
    receiver.answer = lambda _: 200
    world.running.control("PUT", "/snapshot", json=taken)
    advance(world, 60)
    assert len(receiver.received) == 7
    assert deliveries(world)[0]["state"] == "succeeded"


def test_mock_ends_without_waiting_for_a_name_server(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    resolve, asked, over = socket.getaddrinfo, threading.Event(), threading.Event()

    def slowly(host: Any, *arguments: Any, **named: Any) -> Any:
        if host == "slow.test":
            asked.set()
            over.wait(30)
        return resolve(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with running(fixture="small") as mock:
        world = mock.org()
        hook(world, receiver, url="https://slow.test/")
        world.record()
        assert asked.wait(5)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    over.set()


def test_mock_ends_without_waiting_for_a_receiver(receiver: Receiver, authority: Authority) -> None:
    receiver.answer = lambda _: HANG
    with running(fixture="small", webhook_ca=str(authority.file), webhook_seconds=60) as mock:
        world = mock.org()
        hook(world, receiver)
        world.record(count=3)
        receiver.wait()
        started = time.monotonic()
    assert time.monotonic() - started < 5
