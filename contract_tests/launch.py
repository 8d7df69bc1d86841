"""Starts the packaged mock as a process of its own; the suite meets it through HTTP like any other target."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from contract_tests.actors import TargetTrouble
from contract_tests.config import TargetConfig

_PATIENCE = 20.0


@contextmanager
def packaged_mock(seed: int, mutants: Sequence[str] = ()) -> Iterator[TargetConfig]:
    """Run the mock on a free port until the block ends. Raises TargetTrouble when it does not start."""
    with tempfile.TemporaryDirectory(prefix="novavms-") as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log")
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--seed", str(seed)]
        command += ["--fixture", "empty", "--ready-file", str(ready)]
        command += [word for mutant in mutants for word in ("--mutant", mutant)]
        with log.open("w") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            yield TargetConfig("mock", _base_url(process, ready, log), control="/_mock")
        finally:
            process.terminate()
            process.wait()


def _base_url(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> str:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if ready.exists():
            return str(json.loads(ready.read_text())["base_url"])
        time.sleep(0.01)
    raise TargetTrouble(f"the packaged mock did not start: {log.read_text().strip()[-500:]}")
