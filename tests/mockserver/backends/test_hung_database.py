"""A database that does not answer, and a lock that somebody else holds: 503 within 5 s, and then it goes on."""

import asyncio
import os
import signal
import time
from pathlib import Path

import asyncpg
import httpx

from mockserver import CONTROL_PREFIX
from tests import postgres
from tests.harness import running
from tests.mockserver.backends.replica_pair import wait_until

OWNER, EVENTS = "sk_live_abc123", "/api/v1/events"
HEALTH = ("/healthz", "/api/v1/health", f"{CONTROL_PREFIX}/health")
READ = (f"{CONTROL_PREFIX}/orgs", f"{CONTROL_PREFIX}/deliveries", f"{CONTROL_PREFIX}/requests")
_MARGIN_SECONDS = 3  # for a busy machine


def seconds_until_refused(client: httpx.Client, path: str) -> float:
    started = time.monotonic()
    assert client.get(path).status_code == 503
    return time.monotonic() - started


def send(pids: list[int], number: int) -> None:
    for pid in pids:
        os.kill(pid, number)


def test_calls_and_health_are_answered_with_503_while_the_database_hangs() -> None:
    with postgres.server() as server, running(store=server.database()) as mock:
        assert server.process
        client = mock.client(OWNER)
        assert client.get(EVENTS).status_code == 200
        pid = server.process.pid
        pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        send(pids, signal.SIGSTOP)
        try:
            assert seconds_until_refused(client, EVENTS) < 5 + _MARGIN_SECONDS
            for path in (EVENTS, *HEALTH):
                assert seconds_until_refused(client, path) < 1
        finally:
            send(pids, signal.SIGCONT)
        wait_until(lambda: client.get(EVENTS).status_code == 200)
        assert client.get("/healthz").status_code == 200


def test_what_only_reads_waits_for_no_lock_of_a_reset(database: str) -> None:
    async def look() -> None:
        resetting = await asyncpg.connect(database)
        await resetting.execute("begin; lock table novavms_mock.org_locks in exclusive mode")
        try:
            for path in (*HEALTH, *READ):
                assert (await asyncio.to_thread(client.get, path)).status_code == 200, path
        finally:
            await resetting.close()

    with running(store=database) as mock:
        client = mock.client()
        asyncio.run(look())


def test_health_waits_for_a_lock_of_a_moment_as_autovacuum_takes_one(database: str) -> None:
    async def look() -> None:
        vacuuming = await asyncpg.connect(database)
        await vacuuming.execute("begin; lock table novavms_mock.events in access exclusive mode")
        asking = asyncio.create_task(asyncio.to_thread(client.get, "/healthz"))
        await asyncio.sleep(0.1)
        await vacuuming.close()
        assert (await asking).status_code == 200

    with running(store=database) as mock:
        client = mock.client()
        assert client.get("/healthz").status_code == 200
        asyncio.run(look())


def test_a_lock_of_somebody_else_costs_a_503_and_no_other_call(database: str) -> None:
    async def look() -> None:
        foreign = await asyncpg.connect(database)
        await foreign.execute("begin; lock table novavms_mock.events in access exclusive mode")
        try:
            seconds = await asyncio.to_thread(seconds_until_refused, client, EVENTS)
            assert seconds < 5 + _MARGIN_SECONDS
            assert (await asyncio.to_thread(client.get, "/api/v1/sites")).status_code == 200
            for path in HEALTH:
                assert await asyncio.to_thread(seconds_until_refused, client, path) < 1
        finally:
            await foreign.close()

    with running(store=database) as mock:
        client = mock.client(OWNER)
        asyncio.run(look())
        assert [client.get(path).status_code for path in (EVENTS, *HEALTH)] == [200] * 4
