"""Whether runs leave both orgs of somebody else's server as they were, or name what they left.

``python -m tests.contract_tests.harm`` measures it: whole runs on servers that choose as our mock does and otherwise,
and runs that are killed at five moments, each followed by ``clean``.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract_tests.live import ROOT
from tests.stranger.choices import Choices
from tests.stranger.running import Running, running

_KILLS, _MAX_WRITES, _TIMEOUT_SECONDS = 5, 600, 60.0


@dataclass(frozen=True)
class User:
    """Somebody with a target file for a server and a state folder of their own."""

    server: Running
    folder: Path

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start novavms-contract."""
        command = [sys.executable, "-m", "contract_tests", *arguments]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        state = {"XDG_STATE_HOME": str(self.folder / "state")}
        return subprocess.Popen(command, env={**os.environ, **state}, cwd=ROOT, **pipes)

    def start_run(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a run on the server."""
        file = self.folder / "targets.toml"
        file.write_text(self.server.target_file("it"))
        return self.start("run", "it", "--config", str(file), *arguments)

    def ledgers(self) -> list[Path]:
        """Return the ledgers of runs that have not ended or have left something."""
        return list(self.folder.glob("state/novavms-contract/*.jsonl"))

    def killed_run(self, writes: int, *arguments: str) -> str:
        """Start a run, kill it after so many lines of its ledger, and return its id."""
        until = time.monotonic() + _TIMEOUT_SECONDS
        with self.start_run(*arguments) as process:
            while self._written() < writes:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until
                time.sleep(0.01)
            process.kill()
        return self.ledgers()[0].stem

    def clean(self, run_id: str) -> tuple[int, str, str]:
        """Remove what a run has left and return the exit code and the output."""
        process = self.start("clean", "--run", run_id)
        out, err = process.communicate(timeout=_TIMEOUT_SECONDS)
        return process.returncode, out, err

    def _written(self) -> int:
        return sum(len(file.read_text().splitlines()) for file in self.ledgers())


def main(names: Sequence[str]) -> int:
    """Measure, print a line for each run, and return 1 if one has changed an org without naming that."""
    silent = 0
    for name in names:
        for seed in (None, *range(_KILLS)):
            with running(Choices.named(name), own_events="accepted") as server, tempfile.TemporaryDirectory() as folder:
                silent += not _measure(User(server, Path(folder)), name, seed)
    return min(silent, 1)


def _measure(user: User, name: str, seed: int | None) -> bool:
    """Make one whole run, or with a seed one that is killed and cleaned, and return whether it did no silent harm."""
    before, begun = user.server.dump(), time.monotonic()
    if seed is None:
        what, process = "whole run", user.start_run()
        _, err = process.communicate()
        code = process.returncode
    else:
        writes = random.Random(seed).randrange(1, _MAX_WRITES)
        what, (code, _, err) = f"killed after {writes} lines, clean", user.clean(user.killed_run(writes))
    same = user.server.dump() == before
    state = "as before" if same else f"changed: {err.strip()}"
    sys.stdout.write(f"{name}, {what}: exit code {code}, {state} ({time.monotonic() - begun:.0f} s)\n")
    sys.stdout.flush()
    return same or (code in (1, 3) and "not removed from the target" in err)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["ours", "other"]))
