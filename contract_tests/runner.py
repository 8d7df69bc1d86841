"""Runs the checks in worker processes, as many as asked for."""

import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from contract_tests.jsonl import JsonlReader
from contract_tests.output.redaction import Redactor
from contract_tests.plan import Plan
from contract_tests.processes import child_process, lost_checks
from contract_tests.processes.forks import NORMAL_EXIT_CODES
from contract_tests.processes.lost_checks import Collected

JSON = dict[str, Any]
OnLines = Callable[[Sequence[JSON]], None]
POLL_INTERVAL_SECONDS = 0.1
_CHECKS_FOLDER = Path(__file__).parent / "rules"
_JOURNALS = "*.jsonl"
#: How long an interrupted process may clean up before it is interrupted again, and after that before it is killed.
_CLEANUP_TIMEOUTS_SECONDS = (10.0, 5.0)
#: How much of the log of a worker process is read, and how much of it is shown.
_MAX_LOG_CHARS, _MAX_CRASH_CHARS = 100_000, 1000


@dataclass(frozen=True)
class RunResult:
    """The lines of the journal, and whether every check ran.

    If not, ``crash`` is the last output of a worker process that crashed, ``outage`` why the target cannot be called.
    """

    lines: list[JSON]
    complete: bool
    crash: str | None = None
    outage: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far a run is: for each family how many of its checks are done, and of how many; calls so far."""

    families: Mapping[str, tuple[int, int]]
    calls: int = 0


OnProgress = Callable[[Progress], None]


class _Lines:
    """The lines that worker processes have written so far; each new one is passed on."""

    def __init__(self, folder: Path, on_lines: OnLines) -> None:
        self._reader, self._on_lines = JsonlReader(folder, _JOURNALS), on_lines
        self.found: list[JSON] = []

    def read(self) -> list[JSON]:
        """Return the lines that were written since the last call."""
        return self.add(self._reader.lines())

    def add(self, lines: list[JSON]) -> list[JSON]:
        """Return further lines, after they were passed on."""
        self.found += lines
        self._on_lines(lines)
        return lines


@dataclass(frozen=True)
class WorkerProcess:
    """A process that runs a plan, or in a kill run its share of one."""

    plan: Plan
    process: "subprocess.Popen[bytes]"

    @classmethod
    def start(cls, plan: Plan, *plugins: str) -> "WorkerProcess":
        """Start the process, with these pytest plugins beside the suite's own."""
        with plan.log.open("w") as log:
            remote = plan.target is not None and not plan.dry_run
            variables = {**child_process.environment(proxies=remote), **plan.to_env(), "TMPDIR": str(plan.folder)}
            variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            arguments = ["pytest", *_pytest_arguments(plan, plugins)]
            process = child_process.start(arguments, plan.folder, variables, log, log, new_session=True)
        return cls(plan, process)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it at once, together with the mock that it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """Close the pipe by which it has noticed that this process runs."""
        if self.process.stdin:
            self.process.stdin.close()


def run(
    plan: Plan,
    jobs: int,
    on_progress: OnProgress = lambda progress: None,
    on_lines: OnLines = lambda lines: None,
) -> RunResult:
    """Run the checks in worker processes; an interrupt ends them early, after they have cleaned up.

    There are ``jobs`` of them, each with a mock of its own, or as many as a target takes connections; those with a
    control plane take one, as checks that run at the same time would share its clock.
    """
    files = _files(plan.rules)
    if not files:
        return RunResult([], complete=True)  # without files pytest would collect those of the current folder
    processes = jobs if plan.target is None else plan.target.processes
    with tempfile.TemporaryDirectory(prefix="novavms-") as name:
        folder = Path(name)
        lines = _Lines(folder, on_lines)
        try:
            with worker_processes() as workers:
                workers.append(WorkerProcess.start(plan.for_worker(0, processes, folder)))
                for progress in _progress(lines, workers):
                    on_progress(progress)
        except KeyboardInterrupt:
            lines.read()
            return RunResult(lines.found, complete=False)
        return _result(workers[0].plan, files, workers, lines)


def _result(plan: Plan, files: Sequence[Path], workers: Sequence[WorkerProcess], lines: _Lines) -> RunResult:
    """Return what processes found that have ended, with a line for each check that they did not report."""
    if plan.outage.exists():
        reason = plan.outage.read_text(encoding="utf-8")
        lines.add(lost_checks.not_reached(_collected(workers), lines.found, reason))
        return RunResult(lines.found, complete=False, outage=reason)
    crash = first_crash(workers)
    if crash is None and not (plan.fail_fast and plan.violated.exists()):
        planned = lost_checks.marked(files) & {*plan.rules}
        lines.add(lost_checks.errors(planned, _collected(workers), lines.found))
    return RunResult(lines.found, crash is None, crash)


@contextmanager
def worker_processes() -> Iterator[list[WorkerProcess]]:
    """Yield a list for worker processes; those that still run when the block ends are interrupted, then killed."""
    workers: list[WorkerProcess] = []
    try:
        yield workers
    finally:
        for timeout_seconds in _CLEANUP_TIMEOUTS_SECONDS:
            _interrupt(workers, timeout_seconds)
        for worker in workers:
            if worker.running:
                worker.kill()
            worker.close()


def _interrupt(workers: Sequence[WorkerProcess], timeout_seconds: float) -> None:
    """Interrupt the processes that run, and wait until they have cleaned up and ended or the time is over."""
    running = [worker for worker in workers if worker.running]
    for worker in running:
        worker.process.send_signal(signal.SIGINT)
    until = time.monotonic() + timeout_seconds
    while time.monotonic() < until and any(worker.running for worker in running):
        time.sleep(POLL_INTERVAL_SECONDS)


def first_crash(workers: Sequence[WorkerProcess]) -> str | None:
    """Return the last output of the first process that crashed, None if all that have ended did so normally."""
    for worker in workers:
        code = worker.process.returncode
        if code is not None and not (worker.plan.collected.exists() and code in NORMAL_EXIT_CODES):
            return _last_output(worker.plan) or f"exit code {code}"
    return None


def _last_output(plan: Plan) -> str:
    """Return the end of the log, without the secrets that the process knew."""
    redactor = Redactor(plan.tokens)
    for line in JsonlReader(plan.folder, f"*{plan.secrets.suffix}").lines():
        redactor.learn(line["secrets"])
    log = plan.log.read_text(encoding="utf-8", errors="replace")[-_MAX_LOG_CHARS:]
    return redactor.redact(log)[-_MAX_CRASH_CHARS:].strip()


def _pytest_arguments(plan: Plan, plugins: Sequence[str]) -> list[str]:
    # Before all other plugins, so that the SDK is not imported yet.
    first = ["contract_tests.sdk.fixtures"] if plan.sdk else []
    loaded = [*first, "contract_tests.plugin", *plugins, "_hypothesis_pytestplugin"]
    loaded += ["no:cacheprovider", "no:unraisableexception", "no:threadexception"]
    options = ["--noconftest", "--import-mode=importlib", "--assert=plain", "--capture=no", "-q", "--tb=native"]
    options += ["-c", str(_CHECKS_FOLDER / "pytest.ini"), f"--rootdir={_CHECKS_FOLDER}"]
    options += ["-Wignore"] if plan.sdk else []  # no rule is about the warnings of an SDK
    return [*(f"-p{name}" for name in loaded), *options, *map(str, _files(plan.rules))]


def _files(rules: Sequence[str]) -> list[Path]:
    """Return the files whose checks name one of the rules; collecting the others would only take time."""
    files = sorted(_CHECKS_FOLDER.glob("test_*.py"))
    return [file for file in files if not lost_checks.named(file).isdisjoint(rules)]


def _progress(lines: _Lines, workers: Sequence[WorkerProcess]) -> Iterator[Progress]:
    """Yield the progress at intervals, for the last time when all processes have ended."""
    done, counts, calls, ended = Counter[str](), Counter[str](), 0, False
    while not ended:
        ended = not any(worker.running for worker in workers)
        new = lines.read()
        done.update(line["family"] for line in new if line["try"] == 1)
        calls += sum(line["calls"] for line in new)
        for collected in () if counts else _collected(workers):
            counts.update(collected.families)
        yield Progress({family: (done[family], count) for family, count in counts.items()}, calls)
        time.sleep(0 if ended else POLL_INTERVAL_SECONDS)


def _collected(workers: Sequence[WorkerProcess]) -> list[Collected]:
    """Return what the processes have collected, those that have."""
    written = [worker.plan.collected for worker in workers if worker.plan.collected.exists()]
    return [msgspec.json.decode(file.read_bytes(), type=Collected) for file in written]
