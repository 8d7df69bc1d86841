"""The servers that are measured: each runs on a port of its own and on certain cores, and ends with its children."""

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
from benchmarks.answers import RecordedAnswer

#: The core of every server, the core of its load, and the cores of a mock in several processes, its database and load.
SERVER_CORE, LOAD_CORE, ALL_CORES = "0", "1", f"0-{(os.cpu_count() or 1) - 1}"
#: Long enough to download the package of a server.
_START_TIMEOUT_SECONDS = 300
_BARE_STARLETTE = Path(__file__).with_name("bare_starlette.py")
PRISM, MOCKOON, CONNEXION = "@stoplight/prism-cli@5.14.2", "@mockoon/cli@9.9.0", "connexion[uvicorn]==3.3.0"
MOUNTEBANK = "mountebank@2.9.1"


class NotAvailable(Exception):
    """Something that a benchmark needs is not available here; the message says what."""


@dataclass(frozen=True)
class Server:
    """A running server; ``ready`` is the seconds from its start to its first answer."""

    name: str
    base_url: str
    process: "subprocess.Popen[bytes]"
    ready: float

    def memory(self) -> float:
        """Return the resident megabytes of the server and its children."""
        return sum(self._processes().values()) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer: the server's children, or itself if it has none."""
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
    """Run the mock with default settings: journal on, access log on."""
    command = [sys.executable, "-m", "mockserver", "serve", "--fixture", fixture, *options]
    with _running(name, [*command, "--port", "{port}"], folder, "/healthz", cores) as server:
        yield server


@contextmanager
def bare(recorded: Sequence[RecordedAnswer], folder: Path) -> Iterator[Server]:
    """Run Starlette routes that return the bytes of the mock's answers."""
    table = [[one.call.method, one.call.path, one.status, one.body.decode()] for one in recorded]
    (folder / "bare.json").write_text(json.dumps(table), encoding="utf-8")
    command = [sys.executable, str(_BARE_STARLETTE), str(folder / "bare.json"), "{port}"]
    with _running("bare Starlette", command, folder, "/healthz") as server:
        yield server


@contextmanager
def prism(recorded: list[RecordedAnswer], folder: Path, *options: str) -> Iterator[Server]:
    """Run Prism on the document of the calls. Raises NotAvailable."""
    path = _document(recorded, "3.1.0", folder)
    name = "Prism, silent" if options else "Prism, as it comes"
    command = [_tool("npx"), "--yes", PRISM, "mock", *options, "-h", "127.0.0.1", "-p", "{port}", str(path)]
    with _running(name, command, folder, recorded[0].call.path) as server:
        yield server


@contextmanager
def connexion(recorded: list[RecordedAnswer], folder: Path) -> Iterator[Server]:
    """Run connexion, which returns the examples of the document in version 3.0. Raises NotAvailable."""
    path = _document(recorded, "3.0.3", folder)
    command = [_tool("uv"), "run", "--quiet", "--isolated", "--no-project", "--with", CONNEXION, "connexion", "run"]
    command += [str(path), "--mock", "all", "--port", "{port}"]
    with _running("connexion", command, folder, recorded[0].call.path) as server:
        yield server


@contextmanager
def mockoon(recorded: list[RecordedAnswer], folder: Path) -> Iterator[Server]:
    """Run Mockoon, which generates its own answers from the document. Raises NotAvailable."""
    path = _document(recorded, "3.1.0", folder)
    command = [_tool("npx"), "--yes", MOCKOON, "start", "--data", str(path), "--port", "{port}"]
    command += ["--disable-log-to-file", "--disable-admin-api"]
    with _running("Mockoon", command, folder, recorded[0].call.path) as server:
        yield server


@contextmanager
def mountebank(recorded: list[RecordedAnswer], folder: Path) -> Iterator[Server]:
    """Run mountebank, which takes no document, with stubs that return the answers. Raises NotAvailable."""
    path = folder / "imposters.json"
    path.write_text(answers.mountebank_config(recorded).replace('"PORT"', "<%= process.env.PORT %>"), encoding="utf-8")
    command = ["env", "PORT={port}", _tool("npx"), "--yes", MOUNTEBANK, "start", "--configfile", str(path)]
    command += ["--port", str(_free_port()), "--localOnly", "--nologfile", "--pidfile", str(folder / "mb.pid")]
    with _running("mountebank", command, folder, recorded[0].call.path) as server:
        yield server


def _document(recorded: list[RecordedAnswer], version: str, folder: Path) -> Path:
    path = folder / f"openapi-{version}.json"
    path.write_text(json.dumps(answers.openapi_document(recorded, version)), encoding="utf-8")
    return path


def _tool(name: str) -> str:
    installed = Path(sys.executable).with_name(name)
    found = str(installed) if installed.exists() else shutil.which(name)
    if found is None:
        raise NotAvailable(f"{name} is not on the PATH")
    return found


@contextmanager
def _running(name: str, command: list[str], folder: Path, path: str, cores: str = SERVER_CORE) -> Iterator[Server]:
    """Run a server on a free port and on these cores. Raises NotAvailable when it does not answer.

    It is started twice, so that its files are in the system's cache at the start that is measured.
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
    until = time.monotonic() + _START_TIMEOUT_SECONDS
    with httpx.Client(headers={"Authorization": f"Bearer {answers.TOKEN}"}, trust_env=False) as client:
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.TransportError):
                if client.get(url).is_success:
                    return
            time.sleep(0.01)
    raise NotAvailable(f"the server did not answer: {log.read_text()[-300:].strip()}")
