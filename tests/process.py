"""Runs the command line in a separate process."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx

from mockserver import CONTROL_PREFIX
from tests.harness import JSON

COMMAND = [sys.executable, "-W", "error::ResourceWarning", "-m", "mockserver"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)


class Served:
    """A mock in a process, and the content of its ready file."""

    def __init__(self, process: subprocess.Popen[str], log: IO[str], ready: JSON) -> None:
        self.process = process
        self.ready = ready
        self._log = log
        self.output = self.errors = ""

    def get(self, path: str, token: str | None = None, **arguments: Any) -> httpx.Response:
        return self.request("GET", path, token, **arguments)

    def request(self, method: str, path: str, token: str | None = None, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with httpx.Client(base_url=self.ready["base_url"], headers=headers, verify=False, trust_env=False) as client:
            return client.request(method, path, **arguments)

    def control(self, method: str, path: str, token: str | None = None, **arguments: Any) -> httpx.Response:
        """Call the control plane."""
        return self.request(method, f"{CONTROL_PREFIX}{path}", token, **arguments)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.output, _ = self.process.communicate(timeout=20)
        self.errors = _read(self._log)
        return self.process.returncode


@contextmanager
def serve(folder: Path, *arguments: str, port: bool = True) -> Iterator[Served]:
    """Serve, on a free port if on one, until the block ends."""
    ready = folder / "ready.json"
    command = [*COMMAND, "serve", *(["--port", "0"] if port else []), "--ready-file", str(ready), *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:  # a pipe that nobody reads would block the mock
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            deadline = time.monotonic() + 30
            while not ready.exists():
                assert process.poll() is None, _read(log)
                assert time.monotonic() < deadline, "the mock did not get ready"
                time.sleep(0.01)
            yield Served(process, log, json.loads(ready.read_text()))
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
            ready.unlink(missing_ok=True)


def _read(log: IO[str]) -> str:
    log.seek(0)
    return log.read()
