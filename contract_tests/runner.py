"""Runs the checks in as many processes as asked for and folds what they found, rule by rule."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from contract_tests import plugin
from contract_tests.catalogue import SDK, Rule
from contract_tests.config import TargetConfig
from contract_tests.jsonl import Tail
from contract_tests.target import EVERYTHING, Target
from contract_tests.verdicts import Verdict, highest

JSON = dict[str, Any]
#: For each family, how many of its checks are done, and of how many.
Tally = Mapping[str, tuple[int, int]]
Progress = Callable[[Tally], None]
_CHECKS = Path(__file__).parent / "rules"
_JOURNALS = "*.jsonl"
#: How often, in seconds, to look how far the processes are.
TICK = 0.1
#: For how long, in seconds, a process that was asked to end may clean up before it is asked again, and after that.
_PATIENCE = (10.0, 5.0)
#: pytest's codes for: all passed, some failed, none collected. Others mean that the run broke down.
_ORDERLY = (0, 1, 5)


@dataclass(frozen=True)
class Plan:
    """What a run is to do. ``target`` None is a packaged mock for each process; a ``rehearsal`` spares the target.

    With ``victims``, mutants and the rules that each breaks, the processes share these rather than the checks. With
    ``sdk`` the rules are those about the installed SDK, and ``laws`` is the file in which its mutants are.
    """

    rules: tuple[str, ...]
    target: TargetConfig | None = None
    victims: tuple[tuple[str, tuple[str, ...]], ...] = ()
    seed: int = 0
    examples: int = 15
    prefix: str = "ct"
    shard: tuple[int, int] = (0, 1)
    fail_fast: bool = False
    shrink: bool = True
    ledger: str | None = None
    rehearsal: bool = False
    fuzz: bool = False
    sdk: bool = False
    laws: str | None = None


@dataclass(frozen=True)
class Disabled:
    """A check that could not run, and why."""

    test: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What a run found of one rule; ``failure`` is the evidence of its first failing check."""

    rule: Rule
    verdict: Verdict
    checks: int
    failure: JSON | None = None
    disabled: tuple[Disabled, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why checks of the rule could not run, each reason once."""
        return tuple(sorted({check.reason for check in self.disabled}))


@dataclass(frozen=True)
class Findings:
    """The journal's lines, whether every check had its turn, and what a process that broke down said last."""

    lines: list[JSON]
    complete: bool
    breakdown: str | None = None


def run(plan: Plan, jobs: int, progress: Progress = lambda tally: None) -> Findings:
    """Run the checks in ``jobs`` processes; an interrupt ends them early, after they have cleaned up.

    Where all checks share one target they take turns: they share its clock, if not its org.
    """
    if not _files(plan.rules):
        return Findings([], complete=True)  # pytest without files would look for some where the user is
    jobs = 1 if plan.target else jobs
    with tempfile.TemporaryDirectory(prefix="novavms-") as name:
        folder = Path(name)
        try:
            with started() as processes:
                processes += (start(replace(plan, shard=(index, jobs)), folder) for index in range(jobs))
                for tally in _tallies(folder, processes):
                    progress(tally)
        except KeyboardInterrupt:
            return Findings(Tail(folder, _JOURNALS).lines(), complete=False)
        told = breakdown(processes, folder)
        return Findings(Tail(folder, _JOURNALS).lines(), told is None, told)


def start(plan: Plan, folder: Path, *plugins: str) -> "subprocess.Popen[bytes]":
    """Start a process that runs its share of the plan, with these plugins beside the suite's own."""
    with (folder / f"{plan.shard[0]}.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", *_arguments(plan, plugins)],
            env={**os.environ, plugin.PLAN: _written(plan, folder), "TMPDIR": str(folder)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@contextmanager
def started() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Keep processes until the block ends; those that still run then are asked to clean up and end."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        yield processes
    finally:
        _interrupt(processes)


def _interrupt(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Ask every process, once more if need be, to clean up and end; those that do not are ended."""
    for patience in _PATIENCE:
        running = [process for process in processes if process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGINT)
        until = time.monotonic() + patience
        while time.monotonic() < until and any(process.poll() is None for process in running):
            time.sleep(TICK)
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def breakdown(processes: Sequence["subprocess.Popen[bytes]"], folder: Path) -> str | None:
    """Return what the first process that broke down said last, None when all that have ended did so orderly."""
    for index, process in enumerate(processes):
        begun = (folder / f"{index}.collected").exists()
        if process.returncode is not None and not (begun and process.returncode in _ORDERLY):
            return (folder / f"{index}.log").read_text()[-1000:].strip() or f"exit code {process.returncode}"
    return None


def capabilities(plan: Plan) -> frozenset[str]:
    """Return what rules may need and the plan gives; a packaged mock gives everything."""
    if plan.target is not None:
        return Target(plan.target).capabilities
    return EVERYTHING | {SDK} if plan.sdk else EVERYTHING


def fold(lines: Iterable[JSON], rules: Sequence[Rule]) -> list[Outcome]:
    """Return the outcome of every rule, in the order given."""
    found: dict[str, list[tuple[JSON, JSON]]] = {rule.id: [] for rule in rules}
    for line in lines:
        for finding in line["findings"]:
            if finding["rule"] in found:
                found[finding["rule"]].append((finding, line))
    return [_outcome(rule, found[rule.id]) for rule in rules]


def _outcome(rule: Rule, found: Sequence[tuple[JSON, JSON]]) -> Outcome:
    verdict = highest(Verdict(finding["verdict"]) for finding, _ in found)
    decisive = [(finding, line) for finding, line in found if finding["verdict"] == verdict.value]
    failure = None
    if verdict in (Verdict.FAIL, Verdict.ERROR):
        finding, line = decisive[0]
        failure = {
            "expected": finding["expected"],
            "actual": finding["actual"],
            "test": line["check"],
            "example": line["example"],
            "exchanges": line["exchanges"],
        }
    disabled = (
        Disabled(line["check"], finding["actual"])
        for finding, line in found
        if finding["verdict"] == Verdict.DISABLED.value
    )
    return Outcome(rule, verdict, sum(finding["met"] for finding, _ in found), failure, tuple(disabled))


def _arguments(plan: Plan, plugins: Sequence[str]) -> list[str]:
    # Before anything else, so that the SDK is not imported yet.
    kit = ["contract_tests.sdk.fixtures"] if plan.sdk else []
    loaded = [*kit, "contract_tests.plugin", *plugins, "no:cacheprovider", "no:schemathesis"]
    options = ["--import-mode=importlib", "--assert=plain", "-q", "--tb=native"]
    own = ["-c", str(_CHECKS / "pytest.ini"), f"--rootdir={_CHECKS}"]
    own += ["-Wignore"] if plan.sdk else []  # what an SDK warns of is not for us to judge
    return [*(f"-p{name}" for name in loaded), *options, *own, *map(str, _files(plan.rules))]


def _files(rules: Sequence[str]) -> list[Path]:
    """Return the files whose checks name one of the rules; to collect the others would only take time."""
    wanted = [f'"{rule}"' for rule in rules]
    found = {file: file.read_text(encoding="utf-8") for file in sorted(_CHECKS.glob("test_*.py"))}
    return [file for file, text in found.items() if any(name in text for name in wanted)]


def _written(plan: Plan, folder: Path) -> str:
    return json.dumps({**asdict(plan), "journal": str(folder)})


def _tallies(folder: Path, processes: Sequence["subprocess.Popen[bytes]"]) -> Iterator[Tally]:
    """Yield again and again how far the processes are, for the last time when they have ended."""
    written, done, over = Tail(folder, _JOURNALS), Counter[str](), False
    while not over:
        over = all(process.poll() is not None for process in processes)
        done.update(line["family"] for line in written.lines())
        collected: Counter[str] = Counter()
        for file in folder.glob("*.collected"):
            collected.update(json.loads(file.read_text(encoding="utf-8")))
        yield {family: (done[family], count) for family, count in collected.items()}
        time.sleep(0 if over else TICK)
