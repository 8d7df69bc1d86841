"""Workers and databases that are killed: no acknowledged write is lost, and the mock recovers by itself."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from mockserver import CONTROL_PREFIX
from tests import postgres
from tests.mockserver.backends.concurrent_writers import OWNER, writing
from tests.mockserver.backends.replica_pair import wait_until
from tests.process import Served, serve


@pytest.fixture
def served(tmp_path: Path, database: str) -> Iterator[Served]:
    """A mock with two workers."""
    with serve(tmp_path, "--store", database, "--workers", "2") as running:
        yield running


def workers(served: Served) -> list[int]:
    """Return the process ids of the workers."""
    pid = served.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_worker_is_replaced_and_no_write_is_lost(served: Served) -> None:
    org = served.request("POST", f"{CONTROL_PREFIX}/orgs", json={"name": "Cameras"}).json()
    token = {"Authorization": f"Bearer {org['actors']['owner']['token']}"}
    camera = {"name": "C", "site_id": org["sites"][0]["id"], "type": "rtsp", "connection_mode": "direct"}
    with writing(served.ready["base_url"]) as writers:
        for place in (0, 1):
            before = workers(served)
            os.kill(before[place], signal.SIGKILL)
            wait_until(lambda before=before: len(workers(served)) == 2 and workers(served) != before)  # type: ignore[misc]
            writers.wait_for_writes()
            body = {**camera, "stream_url": "rtsp://x"}
            made = call_with_retries(served, "POST", "/api/v1/cameras", headers=token, json=body).json()
            call_with_retries(served, "POST", f"{CONTROL_PREFIX}/clock", json={"advance": 11})
            found = call_with_retries(served, "GET", f"/api/v1/cameras/{made['id']}", headers=token).json()
            assert found["status"] == "online"
    assert served.stop() == 0
    assert served.errors.count("restarting it") == 2
    assert "Traceback" not in served.errors


def call_with_retries(served: Served, method: str, path: str, **arguments: Any) -> httpx.Response:
    """Make a call; repeat it when the connection fails, because its worker was just killed."""
    for _ in range(3):
        try:
            return served.request(method, path, **arguments).raise_for_status()
        except httpx.TransportError:
            continue
    return served.request(method, path, **arguments).raise_for_status()


def test_a_gateway_goes_offline_when_its_worker_is_killed(served: Served) -> None:
    gateway = next(row for row in served.get(f"{CONTROL_PREFIX}/snapshot").json()["data"]["gateways"] if row["api_key"])
    path = f"/api/v1/gateways/{gateway['id']}"
    url = f"{served.ready['base_url'].replace('http', 'ws')}{path}/ws"
    with connect(url, additional_headers={"Authorization": f"Bearer {gateway['api_key']}"}, proxy=None) as socket:
        socket.send('{"type": "heartbeat"}')
        socket.recv(timeout=5)
        for worker in workers(served):
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)

    def status() -> str | None:
        try:
            return str(served.request("GET", path, headers=OWNER).json()["status"])
        except httpx.TransportError:
            return None

    wait_until(lambda: status() == "offline")


def test_workers_wait_for_a_killed_database_and_no_write_is_lost(tmp_path: Path) -> None:
    with (
        postgres.server(postgres.program_folders().get(postgres.newest())) as server,
        serve(tmp_path, "--store", server.database(), "--workers", "2") as served,
    ):
        with writing(served.ready["base_url"]) as writers:
            for _ in range(2):
                server.kill()
                refused = writers.statuses[503] + 5
                wait_until(lambda refused=refused: writers.statuses[503] > refused)  # type: ignore[misc]
                for path in ("/healthz", "/api/v1/events", f"{CONTROL_PREFIX}/orgs"):
                    answer = served.request("GET", path, headers=OWNER)
                    assert (answer.status_code, answer.json()["error"]) == (503, "service_unavailable")
                server.start_again()
                writers.wait_for_writes()
        assert len(workers(served)) == 2
        assert served.control("POST", "/clock", json={"advance": 60}).status_code == 200
        assert served.stop() == 0
        assert "Traceback" not in served.errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_processes(served: Served, number: int) -> None:
    pids = workers(served)
    assert len(pids) == 2
    assert served.ready["pid"] == served.process.pid
    assert served.stop(number) == 0
    assert not any(map(alive, pids))
    assert "sk_live_abc123" in served.output
    assert served.errors == ""


def test_workers_do_not_outlive_their_parent(served: Served) -> None:
    pids = workers(served)
    served.process.kill()
    wait_until(lambda: not any(map(alive, pids)))
