"""Runs of the suite in processes of their own, and their reports, which have no secrets of the target."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_STOP_SECONDS = 30
_MAX_SAID_LENGTH = 2_000


class RunError(ValueError):
    """What was asked of a run is not there, or the run did not come to a report; the text says why."""


@dataclass(frozen=True)
class Report:
    """A run that has ended: its name, the folder of its report, and ``report.json``."""

    name: str
    folder: Path
    content: dict[str, Any]

    def failure(self, rule: str) -> dict[str, Any]:
        """Return the row of a rule that failed. Raises RunError."""
        rows: dict[str, dict[str, Any]] = {row["id"]: row for row in self.content["rules"] if row["failure"]}
        if rule not in rows:
            raise RunError(f"{rule} did not fail in {self.name}; {', '.join(rows) or 'nothing'} did")
        return rows[rule]

    def reproduction(self, rule: str) -> str:
        """Return the script that repeats the failure of a rule. Raises RunError."""
        place = self.failure(rule)["failure"].get("script")
        if not place:
            raise RunError(f"there is no script for the failure of {rule} in {self.name}")
        return Path(self.folder, place).read_text(encoding="utf-8")


class Runs:
    """The runs of one server, one at a time, with their reports below a folder."""

    def __init__(self, folder: Path, config: Path | None) -> None:
        self._folder = folder
        self._config = config
        self._reports: dict[str, Report] = {}
        self._started = 0
        self._busy = asyncio.Lock()

    def report(self, name: str) -> Report:
        """Return the report of a run. Raises RunError."""
        if name not in self._reports:
            raise RunError(f"there is no run {name!r}; there are {', '.join(self._reports) or 'none'}")
        return self._reports[name]

    async def run(self, target: str, rules: Sequence[str], seed: int, minutes: float) -> Report:
        """Check rules on a target and return the report. Raises RunError."""
        async with self._busy:
            self._started += 1
            name = f"run-{self._started}"
            folder = self._folder / name
            said = await _run(self._command(target, rules, seed, folder), minutes)
        try:
            content = json.loads((folder / "report.json").read_bytes())
        except OSError:
            raise RunError(said[-_MAX_SAID_LENGTH:].strip()) from None
        self._reports[name] = Report(name, folder, content)
        return self._reports[name]

    def _command(self, target: str, rules: Sequence[str], seed: int, folder: Path) -> list[str]:
        config = [f"--config={self._config}"] if self._config else []
        chosen = [f"--rules={rule}" for rule in rules]
        options = ["--color=never", f"--seed={seed}", f"--report={folder}", *config, *chosen]
        return [sys.executable, "-P", "-m", "contract_tests", "run", *options, "--", target]


async def _run(command: Sequence[str], minutes: float) -> str:
    """Run a command and return what it said. Raises RunError when it takes longer."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), minutes * 60)
    except TimeoutError:
        raise RunError(f"the run was stopped after {minutes:g} minutes; choose fewer rules") from None
    finally:
        await _end(process)
    return output.decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let a run that is not over remove what it made, for half a minute."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
