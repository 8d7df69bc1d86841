"""``python -m docs_tools.new_user``: follows the tutorial as somebody does who has just cloned the project.

Every command is run as printed, in a new clone, with a new virtual environment and no cache of pip; what it prints is
compared with the page. The time of each section is printed, and how much of it processors worked, which other load
does not change. More than three minutes of work, or a step that does not do what the page says, ends it with 1. Where
port 8080 is taken the mock gets another one, which is said.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from docs_tools import tutorial
from docs_tools.tutorial import Step

_ROOT = Path(__file__).parents[1]
_MAX_SECONDS = 180.0
_STEP_TIMEOUT_SECONDS = 600.0
_START_TIMEOUT_SECONDS = 30.0
_SERVE = "novavms-mock serve"
_ACTIVATE = ". .venv/bin/activate"


@dataclass(frozen=True)
class Times:
    """How many seconds a step of a section took, and how many of them processors worked for it."""

    section: str
    passed: float
    worked: float


class Different(Exception):
    """A step does not do what the page says; the text has its commands and what it printed."""


def main() -> int:
    """Follow the page, print the times and return the exit code."""
    with tempfile.TemporaryDirectory(prefix="novavms-") as name:
        folder = Path(name, "checkout")
        subprocess.run(["git", "clone", "--quiet", str(_ROOT), str(folder)], check=True)
        try:
            times = list(follow(tutorial.steps(), folder))
        except Different as error:
            print(error, file=sys.stderr)
            return 1
    print("  passed   worked")
    for section, found in groupby(times, key=lambda row: row.section):
        rows = list(found)
        print(f"{sum(row.passed for row in rows):6.1f} s {sum(row.worked for row in rows):6.1f} s  {section}")
    worked = sum(row.worked for row in times)
    print(f"{sum(row.passed for row in times):6.1f} s {worked:6.1f} s  in all, of at most {_MAX_SECONDS:g} s of work")
    return 0 if worked <= _MAX_SECONDS else 1


def follow(steps: Sequence[Step], folder: Path) -> Iterator[Times]:
    """Yield the times of each step. Raises Different."""
    (at,) = (number for number, step in enumerate(steps) if step.commands.startswith(_SERVE))
    first, serve, second = steps[:at], steps[at], steps[at + 1 :]
    base_url = _free_address()
    yield from _terminal(first, folder, base_url)
    times = _stopwatch(serve)
    with _serving(serve, folder, base_url):
        yield times()
        yield from _terminal(second, folder, base_url)


def _terminal(steps: Sequence[Step], folder: Path, base_url: str) -> Iterator[Times]:
    """Run steps one after another, in a virtual environment once one of them has activated it. Raises Different."""
    activated = ""
    for step in steps:
        times = _stopwatch(step)
        command = activated + step.commands.replace(tutorial.SHOWN, base_url)
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=_STEP_TIMEOUT_SECONDS,
            check=False,
        )
        as_said = step.prints(done.stdout.replace(base_url, tutorial.SHOWN)) if step.output else done.returncode == 0
        if not as_said:
            raise Different(f"{step.section}\n{step.commands}\n{done.stdout}{done.stderr}")
        if _ACTIVATE in step.commands:
            activated = f"{_ACTIVATE}\n"
        yield times()


def _stopwatch(step: Step) -> Callable[[], Times]:
    """Return a function that returns the times of a step until it is called."""
    begun, worked = time.monotonic(), _worked()
    return lambda: Times(step.section, time.monotonic() - begun, _worked() - worked)


def _worked() -> float:
    """Return the seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _serving(step: Step, folder: Path, base_url: str) -> Iterator[None]:
    """Serve in the activated virtual environment until the block ends. Raises Different if it does not answer."""
    url = urlsplit(base_url)
    port = f" --port {url.port}" if base_url != tutorial.SHOWN else ""
    command = f"{_ACTIVATE}\nexec {step.commands}{port}"
    process = subprocess.Popen(
        ["sh", "-c", command], cwd=folder, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + _START_TIMEOUT_SECONDS
        while not _answers(url.port or 0):
            if process.poll() is not None or time.monotonic() > until:
                raise Different(f"{step.section}\n{step.commands}{port}\nit does not serve")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def _free_address() -> str:
    """Return the address of the page, or another one if somebody listens there."""
    if not _answers(urlsplit(tutorial.SHOWN).port or 0):
        return tutorial.SHOWN
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    print(f"{tutorial.SHOWN} is taken: the mock serves on port {port}", file=sys.stderr)
    return f"http://127.0.0.1:{port}"


def _environment() -> Mapping[str, str]:
    """Return an environment without the virtual environment of this process, and without a cache of pip."""
    folders = [one for one in os.environ["PATH"].split(os.pathsep) if Path(one) != Path(sys.prefix, "bin")]
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return {**kept, "PATH": os.pathsep.join(folders), "PIP_NO_CACHE_DIR": "1"}


if __name__ == "__main__":
    sys.exit(main())
