"""Measures the suite itself: a run of all checks on the packaged mock, and a run of all mutants."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """How many statements or mutants a command has checked, and in how many seconds."""

    command: str
    done: int
    unit: str
    seconds: float

    def __str__(self) -> str:
        rate = self.done / self.seconds
        return f"`{self.command}`: {self.done:,} {self.unit} in {self.seconds:.0f} s, {rate:,.0f} a second"


def measure(folder: Path) -> list[Cost]:
    """Run both commands with default options and return their costs. Raises CalledProcessError when one fails."""
    ran, report = _timed_run("run", folder)
    killed, kill_report = _timed_run("kill", folder)
    statements = sum(rule["checks"] for rule in report["rules"])
    return [
        Cost("novavms-contract run", statements, "statements", ran),
        Cost("novavms-contract kill", len(kill_report["mutants"]), "mutants", killed),
    ]


def _timed_run(command: str, folder: Path) -> tuple[float, dict[str, list[dict[str, int]]]]:
    started = time.perf_counter()
    command_line = [sys.executable, "-m", "contract_tests", command, "--report", str(folder / command)]
    subprocess.run(command_line, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    return seconds, json.loads((folder / command / "report.json").read_text(encoding="utf-8"))
