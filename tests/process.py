"""Runs the command line in a process of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.harness import JSON

COMMAND = [sys.executable, "-W", "error::ResourceWarning", "-m", "mockserver"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)


class Served:
    """A mock in a process, and what it told of itself once ready."""

    def __init__(self, process: subprocess.Popen[str], told: JSON) -> None:
        self.process = process
        self.told = told
        self.output = self.errors = ""

    def get(self, path: str, token: str | None = None, **arguments: Any) -> httpx.Response:
        return self.request("GET", path, token, **arguments)

    def request(self, method: str, path: str, token: str | None = None, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with httpx.Client(base_url=self.told["base_url"], headers=headers, verify=False, trust_env=False) as client:
            return client.request(method, path, **arguments)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.output, self.errors = self.process.communicate(timeout=20)
        return self.process.returncode


@contextmanager
def serve(folder: Path, *arguments: str) -> Iterator[Served]:
    """Serve on a free port until the block ends."""
    ready = folder / "ready.json"
    command = [*COMMAND, "serve", "--port", "0", "--ready-file", str(ready), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while not ready.exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, "the mock did not get ready"
            time.sleep(0.01)
        yield Served(process, json.loads(ready.read_text()))
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
        ready.unlink(missing_ok=True)
