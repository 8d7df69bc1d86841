"""Who comes first decides what the world is; who cannot join is told why, in one line."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import postgres
from tests.harness import running
from tests.mockserver.http.steps import RULE, ok
from tests.process import COMMAND, run, serve

OWNER, RULES = "sk_live_abc123", "/api/v1/alert-rules"


def told(*arguments: str) -> str:
    """Serve with these arguments, which are refused in one line, and return it."""
    done = run("serve", "--port", "0", *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_what_was_written_is_there_when_all_come_back(database: str, tmp_path: Path) -> None:
    with serve(tmp_path, "--store", database, "--seed", "7") as served:
        made = served.request("POST", RULES, OWNER, json=RULE).json()["id"]
        served.control("POST", "/clock", json={"advance": 86_400})
        before = served.control("GET", "/clock").json()["now"]
        assert served.stop() == 0
    with serve(tmp_path, "--store", database, "--workers", "2") as served:
        assert made in [rule["id"] for rule in served.get(RULES, OWNER).json()["data"]]
        assert served.control("GET", "/clock").json()["now"] > before
        assert served.stop() == 0
    assert "fixture acme, seed 7" in served.output


def test_whoever_asks_for_another_world_than_is_there_is_refused(database: str) -> None:
    with running(store=database, seed=7, fixture="small") as mock:
        for asked in (
            ["--fixture", "acme"],
            ["--seed", "8"],
            ["--clock", "2026-04-21T14:20:00Z"],
            ["--mutant", "GW-17/five"],
        ):
            line = told("--store", database, *asked)
            assert f"leave out {asked[0]} " in line
            assert "--fixture small --seed 7" in line
        both = told("--store", database, "--fixture", "acme", "--seed", "8")
        assert "leave out --fixture and --seed " in both
        with running(store=database, seed=7, fixture="small") as other:
            assert other.control("GET", "/orgs") == mock.control("GET", "/orgs")
        with running(store=database, seed=None) as other:
            assert other.control("POST", "/reset")["fixture"] == "small"


def test_a_schema_of_another_version_is_refused(database: str) -> None:
    with running(store=database) as mock:
        ok(mock.client(OWNER).get(RULES))
    for version, age in ((1_000, "a newer"), (0, "an older")):
        postgres.execute(database, f"update novavms_mock.about set version = {version}")
        line = told("--store", database)
        assert f"has version {version}" in line
        assert age in line


def test_a_database_that_is_not_there_is_told_in_one_line(database: str) -> None:
    place, _, name = database.rpartition("/")
    assert "nowhere" in told("--store", f"{place}/nowhere", "--workers", "2")
    refused = told("--store", "postgresql://mock:secret@127.0.0.1:1/mock")
    assert "cannot be reached" in refused
    assert "secret" not in refused
    assert "no_such_host" in told("--store", "postgresql://mock@no_such_host.invalid/mock")
    assert told("--store", f"{place}/{name}?sslmode=wrong")


def test_a_wrong_password_is_told_in_one_line(database: str) -> None:
    name = f"somebody_{database.rpartition('/')[2]}"
    postgres.execute(database, f"create role {name} login password 'right'")
    with postgres.asking_for_passwords(database):
        refused = told("--store", database.replace("mock@", f"{name}:wrong@"))
    assert "password" in refused
    assert "wrong@" not in refused


def test_whoever_may_not_make_the_schema_is_told_so(database: str) -> None:
    guest = f"guest_{database.rpartition('/')[2]}"
    postgres.execute(database, f"create role {guest} login")
    assert "permission denied" in told("--store", database.replace("mock@", f"{guest}@"))


@pytest.mark.parametrize("store", ["mysql://x", "postgres", "", "/var/lib/mock"])
def test_what_is_no_store_is_refused(store: str) -> None:
    assert "neither memory nor postgresql://" in told("--store", store)


def test_workers_without_a_store_that_they_share_are_refused() -> None:
    assert "--store postgresql://" in told("--workers", "2")
    for count in ("0", "-1", "two", "1000"):
        assert "--workers" in told(f"--workers={count}")


def test_a_port_that_is_taken_is_refused_to_workers_too(database: str) -> None:
    with running() as mock:
        port = mock.base_url.rpartition(":")[2]
        line = told("--port", port, "--store", database, "--workers", "2")
    assert f"cannot listen on 127.0.0.1:{port}" in line


def test_without_the_extra_its_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "asyncpg.py").write_text("raise ModuleNotFoundError('no asyncpg', name='asyncpg')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [*COMMAND, "serve", "--store", "postgresql://127.0.0.1/mock"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "pip install 'novavms-contract[postgres]'" in done.stderr
