"""A mock that is started for a measurement, with a bound on how long that may take."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS, _STOP_SECONDS = 120, 10


class NotStarted(Exception):
    """The mock ended, or accepted no requests in time; the message has the end of its log."""


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run ``novavms-mock serve`` on a free port, its log in ``mock.log``; yield its address and process.

    Raises NotStarted.
    """
    ready, log = folder / "ready.json", folder / "mock.log"
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--ready-file", str(ready), *options]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=out, start_new_session=True)
    try:
        until = time.monotonic() + START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise NotStarted(f"the mock did not start: {log.read_text(errors='replace')[-500:].strip()}")
            time.sleep(0.05)
        yield json.loads(ready.read_bytes())["base_url"], process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
