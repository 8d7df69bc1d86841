"""Concurrent calls to several processes: what may happen once happens once."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import httpx

from mockserver import CONTROL_PREFIX
from mockserver.backends.cluster.journal_reader import IN_ORDER
from mockserver.store.postgres.bus import CHANGE_LOCK
from tests.harness import JSON, running
from tests.mockserver.backends.load_balancer import load_balancer
from tests.process import serve

#: The rules that depend on locks, on the shared clock, on rate limits and on sockets.
_CHOSEN = ("GW-2*", "GW-5*", "GW-8*", "RL-0*", "AS-4*", "AS-9*")
RULES = os.environ.get("NOVAVMS_REPLICA_RULES", " ".join(_CHOSEN)).split()


def test_one_of_two_hundred_concurrent_redemptions_succeeds(tmp_path: Path, database: str) -> None:
    with serve(tmp_path, "--store", database, "--workers", "2") as served:
        org = served.control("POST", "/orgs", json={}).json()
        body = {"name": "G", "site_id": org["sites"][0]["id"]}
        owner = org["actors"]["owner"]["token"]
        code = served.request("POST", "/api/v1/gateways/generate-pairing-code", owner, json=body).json()["pairing_code"]
        answers = asyncio.run(redeemed(served.ready["base_url"], code, 200))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 199}
    assert {answer.json()["error"] for answer in answers if answer.status_code == 409} == {"conflict"}


async def redeemed(base_url: str, code: str, count: int) -> list[httpx.Response]:
    """Redeem a code ``count`` times concurrently, each time on a new connection."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=base_url, limits=limits, timeout=60, trust_env=False) as client:
        calls = [client.post("/api/v1/gateways/pair", json={"pairing_code": code}) for _ in range(count)]
        return await asyncio.gather(*calls)


def test_emptying_the_journal_waits_for_who_writes_or_trims_it(database: str) -> None:
    async def empty_while_somebody_trims() -> None:
        requests = mock.base_url + f"{CONTROL_PREFIX}/requests"
        trimming = await asyncpg.connect(database)
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(requests)
            await trimming.execute(f"begin; {IN_ORDER}")
            emptying = asyncio.create_task(client.delete(requests))
            await asyncio.wait({emptying}, timeout=0.5)
            assert not emptying.done()
            await trimming.close()
            assert (await emptying).status_code == 204

    with running(store=database) as mock:
        asyncio.run(empty_while_somebody_trims())


def test_a_snapshot_taken_while_others_write_restores_a_mock_that_draws_no_id_twice(database: str) -> None:
    async def snapshot_while_the_journal_is_locked() -> JSON:
        locking = await asyncpg.connect(database)
        await locking.execute(f"begin; {IN_ORDER}")
        async with httpx.AsyncClient(base_url=f"{mock.base_url}{CONTROL_PREFIX}", trust_env=False) as client:
            taking = asyncio.create_task(client.get("/snapshot"))
            await asyncio.wait({taking}, timeout=0.5)
            await asyncio.to_thread(org.record, count=3)
            await locking.close()
            found: JSON = (await taking).json()
        return found

    with running(store=database) as mock:
        org = mock.org()
        taken = asyncio.run(snapshot_while_the_journal_is_locked())
        mock.control("PUT", "/snapshot", json=taken)
        assert set(org.record(count=3)["data"]).isdisjoint(event["id"] for event in taken["data"]["events"])


def test_an_org_removed_while_its_clock_is_moved_leaves_no_clock(database: str) -> None:
    async def remove_while_the_move_waits() -> httpx.Response:
        changing = await asyncpg.connect(database)
        await changing.execute(f"begin; select pg_advisory_xact_lock({CHANGE_LOCK})")
        async with httpx.AsyncClient(base_url=f"{mock.base_url}{CONTROL_PREFIX}", trust_env=False) as client:
            moving = asyncio.create_task(client.post(f"/orgs/{org.id}/clock", json={"advance": 1}))
            await asyncio.wait({moving}, timeout=0.5)
            assert (await client.delete(f"/orgs/{org.id}")).status_code == 204
            await changing.close()
            return await moving

    with running(store=database) as mock:
        org = mock.org()
        assert asyncio.run(remove_while_the_move_waits()).status_code == 404
        assert mock.mock.instance.context.clock.own_clocks == {}


def test_two_processes_behind_a_load_balancer_pass_the_contract_suite(tmp_path: Path, database: str) -> None:
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
        both = [stack.enter_context(serve(folder, "--store", database)) for folder in folders]
        base_url = stack.enter_context(load_balancer([int(one.ready["base_url"].rpartition(":")[2]) for one in both]))
        command = [sys.executable, "-m", "contract_tests", "run", base_url, "--jobs", "1", "--examples", "2"]
        command += [word for rule in RULES for word in ("--rules", rule)]
        completed = subprocess.run(command, capture_output=True, text=True, check=False)
        assert completed.returncode == 0, completed.stdout[-3000:] + completed.stderr[-2000:]
        assert "Conforms" in completed.stdout
        asked = [one.get(f"{CONTROL_PREFIX}/requests").json()["total"] for one in both]
        assert asked[0] == asked[1] > 1000
        for one in both:
            assert one.stop() == 0
        assert all(len(one.errors.splitlines()) > 300 for one in both)
