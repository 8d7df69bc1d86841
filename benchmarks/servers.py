"""The servers that are measured: each is started on a port of its own, kept to some cores, ended with its children."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import answers
from benchmarks.answers import Answered

#: What every server has, what its load has, and what a mock of several processes shares with its database and load.
SERVER_CORE, LOAD_CORE, ALL_CORES = "0", "1", f"0-{(os.cpu_count() or 1) - 1}"
#: Long enough for a package that has yet to be fetched.
_PATIENCE = 300
_BARE = Path(__file__).with_name("bare.py")
PRISM, MOCKOON, CONNEXION = "@stoplight/prism-cli@5.14.2", "@mockoon/cli@9.9.0", "connexion[uvicorn]==3.3.0"
MOUNTEBANK = "mountebank@2.9.1"


class Absent(Exception):
    """A server cannot be had here; the text says why."""


@dataclass(frozen=True)
class Server:
    """A server that answers; ``ready`` is the seconds from its start to its first answer."""

    name: str
    base_url: str
    process: "subprocess.Popen[bytes]"
    ready: float

    def memory(self) -> float:
        """Return the resident megabytes of the server and its children."""
        return sum(self._processes().values()) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer: the server's children, or itself where it has none."""
        return [pid for pid in self._processes() if pid != self.process.pid] or [self.process.pid]

    def _processes(self) -> dict[int, int]:
        """Return the resident pages of the server and its children, by process."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self.process.pid:  # its process group
                    found[int(stat.parent.name)] = int(fields[21])
        return found


@contextmanager
def mock(name: str, fixture: str, folder: Path, *options: str, cores: str = SERVER_CORE) -> Iterator[Server]:
    """Run the mock as it comes: journal on, access log on."""
    command = [sys.executable, "-m", "mockserver", "serve", "--fixture", fixture, *options]
    with _running(name, [*command, "--port", "{port}"], folder, "/healthz", cores) as server:
        yield server


@contextmanager
def bare(answered: Sequence[Answered], folder: Path) -> Iterator[Server]:
    """Run Starlette routes that return the very bytes of the mock's answers."""
    table = [[one.call.method, one.call.path, one.status, one.body.decode()] for one in answered]
    (folder / "bare.json").write_text(json.dumps(table), encoding="utf-8")
    command = [sys.executable, str(_BARE), str(folder / "bare.json"), "{port}"]
    with _running("bare Starlette", command, folder, "/healthz") as server:
        yield server


@contextmanager
def prism(answered: list[Answered], folder: Path, *options: str) -> Iterator[Server]:
    """Run Prism on the document of the calls. Raises Absent."""
    path = _document(answered, "3.1.0", folder)
    name = "Prism, silent" if options else "Prism, as it comes"
    command = [_tool("npx"), "--yes", PRISM, "mock", *options, "-h", "127.0.0.1", "-p", "{port}", str(path)]
    with _running(name, command, folder, answered[0].call.path) as server:
        yield server


@contextmanager
def connexion(answered: list[Answered], folder: Path) -> Iterator[Server]:
    """Run connexion, which answers the examples of the document in its older form. Raises Absent."""
    path = _document(answered, "3.0.3", folder)
    command = [_tool("uv"), "run", "--quiet", "--isolated", "--no-project", "--with", CONNEXION, "connexion", "run"]
    command += [str(path), "--mock", "all", "--port", "{port}"]
    with _running("connexion", command, folder, answered[0].call.path) as server:
        yield server


@contextmanager
def mockoon(answered: list[Answered], folder: Path) -> Iterator[Server]:
    """Run Mockoon, which makes answers of its own from the document. Raises Absent."""
    path = _document(answered, "3.1.0", folder)
    command = [_tool("npx"), "--yes", MOCKOON, "start", "--data", str(path), "--port", "{port}"]
    command += ["--disable-log-to-file", "--disable-admin-api"]
    with _running("Mockoon", command, folder, answered[0].call.path) as server:
        yield server


@contextmanager
def mountebank(answered: list[Answered], folder: Path) -> Iterator[Server]:
    """Run mountebank, which knows no document, on stubs with the answers. Raises Absent."""
    path = folder / "imposters.json"
    path.write_text(answers.imposters(answered).replace('"PORT"', "<%= process.env.PORT %>"), encoding="utf-8")
    command = ["env", "PORT={port}", _tool("npx"), "--yes", MOUNTEBANK, "start", "--configfile", str(path)]
    command += ["--port", str(_free_port()), "--localOnly", "--nologfile", "--pidfile", str(folder / "mb.pid")]
    with _running("mountebank", command, folder, answered[0].call.path) as server:
        yield server


def _document(answered: list[Answered], version: str, folder: Path) -> Path:
    path = folder / f"openapi-{version}.json"
    path.write_text(json.dumps(answers.document(answered, version)), encoding="utf-8")
    return path


def _tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise Absent(f"{name} is not on the PATH")
    return found


@contextmanager
def _running(name: str, command: list[str], folder: Path, path: str, cores: str = SERVER_CORE) -> Iterator[Server]:
    """Run a server on a free port and on some cores until the block ends. Raises Absent when it does not answer.

    It is its second start: in the first the system has read its files, however long ago it had read them before.
    """
    with _started(name, command, folder, path, cores):
        pass
    with _started(name, command, folder, path, cores) as server:
        yield server


@contextmanager
def _started(name: str, command: list[str], folder: Path, path: str, cores: str) -> Iterator[Server]:
    port = _free_port()
    words = ["taskset", "-c", cores, *(word.replace("{port}", str(port)) for word in command)]
    log = folder / f"{name.replace(' ', '-')}.log"
    started = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        base_url = f"http://127.0.0.1:{port}"
        _wait(process, f"{base_url}{path}", log)
        yield Server(name, base_url, process, time.monotonic() - started)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            process.wait(10)
            os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    with httpx.Client(headers={"Authorization": f"Bearer {answers.TOKEN}"}, trust_env=False) as client:
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.TransportError):
                if client.get(url).is_success:
                    return
            time.sleep(0.01)
    raise Absent(f"it did not answer: {log.read_text()[-300:].strip()}")
