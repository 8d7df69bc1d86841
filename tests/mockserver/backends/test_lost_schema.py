"""A schema that somebody drops under a running mock: 503 and one line on the log, until a reset makes it again."""

import os
import signal
import time
from pathlib import Path

import httpx

from mockserver import CONTROL_PREFIX
from tests import postgres
from tests.harness import Running, running
from tests.mockserver.backends.replica_pair import replica_pair, wait_until
from tests.mockserver.backends.test_failures import workers
from tests.mockserver.backends.test_hung_database import EVENTS, HEALTH, OWNER
from tests.mockserver.http.steps import RULE
from tests.process import Served, serve

_DROP = "drop schema novavms_mock cascade"
_CHECK_SECONDS, _JOURNAL_SECONDS = 1.5, 0.5  # a mock looks at its schema every 1 s, and writes its journal every 0.2 s
_DAMAGES = [
    "drop table novavms_mock.events",
    "delete from novavms_mock.shared_values",
    "drop sequence novavms_mock.replicas",
    "drop function novavms_mock.lock_org",
    "alter table novavms_mock.events drop column body",
]


def test_calls_and_health_are_refused_and_a_reset_starts_the_world_again(tmp_path: Path, database: str) -> None:
    with serve(tmp_path, "--store", database, "--workers", "2") as served:
        assert served.get(EVENTS, OWNER).json()["total"] > 100
        postgres.execute(database, _DROP)
        for path in (*HEALTH, EVENTS, f"{CONTROL_PREFIX}/orgs", f"{CONTROL_PREFIX}/requests"):
            answer = served.request("GET", path, OWNER)
            assert (answer.status_code, answer.json()["error"]) == (503, "service_unavailable"), path
        assert served.request("POST", "/api/v1/alert-rules", OWNER, json=RULE).status_code == 503
        assert served.control("POST", "/clock", json={"advance": 60}).status_code == 503
        time.sleep(_CHECK_SECONDS)
        assert served.control("POST", "/reset").json()["fixture"] == "acme"
        check_that_killed_workers_are_replaced(served)
        assert served.stop() == 0
    (line,) = [line for line in served.errors.splitlines() if "damaged" in line]
    assert "POST /_mock/reset" in line
    assert "Traceback" not in served.errors


def check_that_killed_workers_are_replaced(served: Served) -> None:
    """Kill all workers; those in their place serve the same world, with the journal of the calls answered before."""
    for _ in range(8):
        assert served.get(EVENTS, OWNER).json()["total"] > 100
    time.sleep(_JOURNAL_SECONDS)
    before = workers(served)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len({*workers(served)} - {*before}) == 2 and accepts(served))
    assert served.control("GET", "/requests?operation=listEvents").json()["total"] == 8
    assert served.request("GET", HEALTH[0]).status_code == 200
    assert served.control("POST", "/clock", json={"advance": 60}).status_code == 200


def accepts(served: Served) -> bool:
    try:
        return served.request("GET", HEALTH[0]).is_success
    except httpx.TransportError:
        return False


def test_any_part_that_is_dropped_comes_back_with_a_reset(database: str) -> None:
    with replica_pair(store=database, fixture="small") as pair:
        for damage in _DAMAGES:
            postgres.execute(database, damage)
            refused = pair.second.client().post(f"{CONTROL_PREFIX}/orgs", json={"events": 3})
            assert refused.status_code in (201, 503), damage
            assert pair.second.control("POST", "/reset")["fixture"] == "small"
            for mock in (pair.first, pair.second):
                assert all(mock.client().get(path).status_code == 200 for path in HEALTH), damage
                assert len(mock.control("GET", "/orgs")["data"]) == 1
        assert pair.first.org(events=3).owner.get(EVENTS).json()["total"] == 3
        assert pair.second.control("POST", "/clock", json={"advance": 60})


def test_a_database_that_comes_back_empty_is_filled_again(database: str) -> None:
    with running(store=database, fixture="small") as mock:
        before = org_ids(mock)
        mock.org()
        others = "application_name = 'novavms-mock' and datname = current_database()"
        end = f"perform pg_terminate_backend(pid) from pg_stat_activity where {others}"
        postgres.execute(
            database, f"do $$ begin {_DROP}; {end}; end $$"
        )  # at once, or the mock sees its schema dropped
        wait_until(lambda: mock.client().get(HEALTH[0]).status_code == 200)
        assert org_ids(mock) == before


def org_ids(mock: Running) -> list[str]:
    return [org["org_id"] for org in mock.control("GET", "/orgs")["data"]]
