"""A mock of one's own: a process on a free port that ends with the assistant's session."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mockserver.runtime.clock import stopwatch

_START_SECONDS, _STOP_SECONDS = 30, 10


class MockNotStarted(RuntimeError):
    """The mock did not start; the text is what it said."""


@contextmanager
def running() -> Iterator[str]:
    """Run a mock until the block ends, and yield its URL. Raises MockNotStarted."""
    with tempfile.TemporaryDirectory(prefix="novavms-mock-mcp-") as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log.txt")
        command = [sys.executable, "-P", "-m", "mockserver", "serve", "--port", "0", "--ready-file", str(ready)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            yield _url(process, ready, log)
        finally:
            _stop(process)


def _url(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> str:
    until = stopwatch() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or stopwatch() > until:
            said = log.read_text(encoding="utf-8", errors="replace").strip()
            raise MockNotStarted(said or f"it was not ready after {_START_SECONDS} seconds")
        time.sleep(0.02)
    return str(json.loads(ready.read_text(encoding="utf-8"))["base_url"])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
