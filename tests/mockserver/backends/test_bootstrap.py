"""The first process fills the database; one that cannot join prints why, in one line."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import postgres
from tests.harness import running
from tests.mockserver.http.steps import RULE, ok
from tests.process import COMMAND, run, serve

OWNER, RULES = "sk_live_abc123", "/api/v1/alert-rules"


def refusal(*arguments: str) -> str:
    """Run serve with these arguments, and return the line with which it refuses them."""
    completed = run("serve", "--port", "0", *arguments)
    assert completed.returncode == 2, completed.stderr
    assert completed.stdout == ""
    (line,) = completed.stderr.splitlines()
    return line


def test_state_survives_a_restart_of_all_processes(database: str, tmp_path: Path) -> None:
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


def test_options_that_contradict_the_database_are_refused(database: str) -> None:
    with running(store=database, seed=7, fixture="small") as mock:
        for asked in (
            ["--fixture", "acme"],
            ["--seed", "8"],
            ["--clock", "2026-04-21T14:20:00Z"],
            ["--mutant", "GW-17/five"],
        ):
            line = refusal("--store", database, *asked)
            assert f"leave out {asked[0]} " in line
            assert "--fixture small --seed 7" in line
        both = refusal("--store", database, "--fixture", "acme", "--seed", "8")
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
        line = refusal("--store", database)
        assert f"has version {version}" in line
        assert age in line


def test_an_unreachable_database_is_reported_in_one_line(database: str) -> None:
    place, _, name = database.rpartition("/")
    assert "nowhere" in refusal("--store", f"{place}/nowhere", "--workers", "2")
    refused = refusal("--store", "postgresql://mock:secret@127.0.0.1:1/mock")
    assert "cannot be reached" in refused
    assert "secret" not in refused
    assert "no_such_host" in refusal("--store", "postgresql://mock@no_such_host.invalid/mock")
    assert refusal("--store", f"{place}/{name}?sslmode=wrong")


def test_a_wrong_password_is_reported_in_one_line(database: str) -> None:
    name = f"user_{database.rpartition('/')[2]}"
    postgres.execute(database, f"create role {name} login password 'right'")
    with postgres.asking_for_passwords(database):
        refused = refusal("--store", database.replace("mock@", f"{name}:wrong@"))
    assert "password" in refused
    assert "wrong@" not in refused


def test_a_user_who_may_not_create_the_schema_is_refused(database: str) -> None:
    user = f"user_{database.rpartition('/')[2]}"
    postgres.execute(database, f"create role {user} login")
    assert "permission denied" in refusal("--store", database.replace("mock@", f"{user}@"))


@pytest.mark.parametrize("store", ["mysql://x", "postgres", "", "/var/lib/mock"])
def test_an_unknown_kind_of_store_is_refused(store: str) -> None:
    assert "neither memory nor postgresql://" in refusal("--store", store)


def test_workers_without_a_shared_store_are_refused() -> None:
    assert "--store postgresql://" in refusal("--workers", "2")
    for count in ("0", "-1", "two", "1000"):
        assert "--workers" in refusal(f"--workers={count}")


def test_workers_report_a_port_in_use(database: str) -> None:
    with running() as mock:
        port = mock.base_url.rpartition(":")[2]
        line = refusal("--port", port, "--store", database, "--workers", "2")
    assert f"cannot listen on 127.0.0.1:{port}" in line


def test_without_asyncpg_the_extra_to_install_is_named(tmp_path: Path) -> None:
    (tmp_path / "asyncpg.py").write_text("raise ModuleNotFoundError('no asyncpg', name='asyncpg')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [*COMMAND, "serve", "--store", "postgresql://127.0.0.1/mock"]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (completed.returncode, len(completed.stderr.splitlines())) == (2, 1)
    assert "pip install 'novavms-contract[postgres]'" in completed.stderr
