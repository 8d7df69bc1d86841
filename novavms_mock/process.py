"""Starts ``novavms-mock serve`` as a process that ends with this one, however that ends."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from novavms_mock.control import MockError

_START_TIMEOUT_SECONDS = 30.0
_POLL_SECONDS = 0.01
_MAX_REASON_CHARS = 500


class Process:
    """One mock process, in a session of its own: Ctrl-C reaches the tests alone, which then stop it."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="novavms-mock-")
        ready, log = Path(self._folder.name, "ready.json"), Path(self._folder.name, "log")
        command = [sys.executable, "-P", str(Path(__file__).with_name("child.py")), "serve", "--port", "0"]
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [*command, "--ready-file", str(ready), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        try:
            announced = self._wait(ready, log)
        except BaseException:
            self.stop()
            raise
        self.base_url: str = announced["base_url"]
        self.ca_file: str | None = announced.get("ca_file")

    def _wait(self, ready: Path, log: Path) -> Any:
        until = time.monotonic() + _START_TIMEOUT_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if ready.exists():
                return json.loads(ready.read_text(encoding="utf-8"))
            time.sleep(_POLL_SECONDS)
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        raise MockError(f"the mock did not start: {said.removeprefix('novavms-mock: ')[-_MAX_REASON_CHARS:]}")

    def stop(self) -> None:
        """End the process; a mock in memory has nothing to save."""
        self._process.kill()
        with self._process:  # waits, and closes the pipe
            pass
        self._folder.cleanup()
