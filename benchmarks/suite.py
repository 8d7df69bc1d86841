"""What the suite itself costs: a run of all checks on the packaged mock, and a run of all mutants."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """How much a command did, and in how many seconds."""

    command: str
    did: int
    of_what: str
    seconds: float

    def __str__(self) -> str:
        rate = self.did / self.seconds
        return f"`{self.command}`: {self.did:,} {self.of_what} in {self.seconds:.0f} s, {rate:,.0f} a second"


def measure(folder: Path) -> list[Cost]:
    """Run both commands as they come and return their costs. Raises CalledProcessError when one finds something."""
    ran, report = _timed("run", folder)
    killed, deaths = _timed("kill", folder)
    statements = sum(rule["checks"] for rule in report["rules"])
    return [
        Cost("novavms-contract run", statements, "statements", ran),
        Cost("novavms-contract kill", len(deaths["mutants"]), "mutants", killed),
    ]


def _timed(command: str, folder: Path) -> tuple[float, dict[str, list[dict[str, int]]]]:
    started = time.perf_counter()
    words = [sys.executable, "-m", "contract_tests", command, "--report", str(folder / command)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    return seconds, json.loads((folder / command / "report.json").read_text(encoding="utf-8"))
