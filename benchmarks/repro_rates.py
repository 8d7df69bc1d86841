"""``python -m benchmarks.repro_rates``: how many scripts of failures repeat them, and how many blame a correct mock.

A sample of the mutants of the mock, stratified over the families of the rules that they break: for each the suite runs
on a mock with the mutant, and the script that it writes runs there and on an unbroken mock. Where a run against a URL
notices nothing, another mutant of the family is drawn. It writes results/repro_rates.md.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import httpx

from contract_tests import catalogue
from contract_tests.mutation import kill
from contract_tests.processes.mock_process import packaged_mock
from mockserver.mutants import known

_RESULTS = Path(__file__).parent / "results" / "repro_rates.md"
_TIMEOUT_SECONDS = 120
_JOBS = 2
#: The addresses of mocks that no other thread uses, one to activate mutants on and an unbroken one.
Mocks = SimpleQueue[tuple[str, str]]
REPEATS, DIFFERS, NO_FAILURE, NO_SCRIPT = 1, 0, "no failure", "no script"


@dataclass(frozen=True)
class Replay:
    """What the script of one mutant's failure said: its exit codes, or why there is none."""

    mutant: str
    with_mutant: int | str
    unbroken: int | str


def main() -> int:
    """Measure, write the figures and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mutants", nargs="*", help="these instead of a sample")
    options = parser.parse_args()
    queues = [[each] for each in options.mutants] if options.mutants else shuffled(options.seed)
    found = replays(queues, options.sample)
    text = "\n".join(lines(found)) + "\n"
    if not options.mutants:
        _RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


def lines(found: Sequence[Replay]) -> Iterator[str]:
    """Yield the figures and the scripts that failed to repeat a failure."""
    failed = [each for each in found if each.with_mutant != NO_FAILURE]
    repeating = sum(each.with_mutant == REPEATS for each in failed)
    wrong = sum(each.unbroken != DIFFERS for each in failed if each.with_mutant != NO_SCRIPT)
    yield "# Scripts that repeat failures\n\nWritten by `python -m benchmarks.repro_rates`.\n"
    yield f"- {repeating} of {len(failed)} failures repeat on a mock with the same mutant"
    none = [each.mutant for each in found if each.with_mutant == NO_FAILURE]
    yield f"- {wrong} do not say of an unbroken mock that they do not repeat"
    yield from (f"- `{each.mutant}`: {each.with_mutant}, unbroken {each.unbroken}" for each in failed if _is_bad(each))
    if none:
        yield f"- drawn again, as a run against a URL does not notice them: {', '.join(f'`{each}`' for each in none)}"


def _is_bad(each: Replay) -> bool:
    return each.with_mutant != REPEATS or each.unbroken != DIFFERS


def shuffled(seed: int) -> list[list[str]]:
    """Return the mutants of the catalogue of the mock in the order in which they are drawn, a list a family."""
    rules, by_family, chooser = catalogue.load().rules, defaultdict(list), random.Random(seed)
    for mutant in kill.mock_mutants():
        by_family[rules[mutant.breaks[0]].family].append(mutant.id)
    for mutants in by_family.values():
        chooser.shuffle(mutants)
        mutants.reverse()
    return [*by_family.values()]


def replays(queues: Sequence[list[str]], size: int) -> list[Replay]:
    """Return what becomes of the failures of so many mutants, of each queue in turn, and those without a failure."""
    found: list[Replay] = []
    with ExitStack() as stack, ThreadPoolExecutor(_JOBS) as pool:
        mocks: Mocks = SimpleQueue()
        for number in range(_JOBS):
            broken, unbroken = (stack.enter_context(packaged_mock(2 * number + each)).base_url for each in range(2))
            mocks.put((broken, unbroken))
        while any(queues) and (missing := size - sum(each.with_mutant != NO_FAILURE for each in found)) > 0:
            results = pool.map(
                lambda queue: _until_failure(queue, mocks), [queue for queue in queues if queue][:missing]
            )
            found += [each for several in results for each in several]
    return found


def _until_failure(queue: list[str], mocks: Mocks) -> list[Replay]:
    """Take mutants from a queue until one fails, and return what becomes of each."""
    found: list[Replay] = []
    broken, unbroken = mocks.get()
    while queue and (not found or found[-1].with_mutant == NO_FAILURE):
        with tempfile.TemporaryDirectory() as name:
            found.append(_replay(queue.pop(0), broken, unbroken, Path(name)))
        print(found[-1], flush=True)
    mocks.put((broken, unbroken))
    return found


def _replay(mutant: str, broken: str, unbroken: str, folder: Path) -> Replay:
    _activate(mutant, broken)
    rules = [option for rule in known()[mutant].breaks for option in ("--rules", rule)]
    command = [sys.executable, "-m", "contract_tests", "run", broken, *rules, "--report", str(folder)]
    code = subprocess.run(command, check=False, capture_output=True).returncode
    if keep := os.environ.get("KEEP"):
        subprocess.run(["cp", "-r", str(folder), f"{keep}/{mutant.replace('/', '_')}"], check=True)
    if code == 0:
        return Replay(mutant, NO_FAILURE, NO_FAILURE)
    scripts = sorted(folder.glob("repro/*.sh"))
    if not scripts:
        return Replay(mutant, NO_SCRIPT, NO_SCRIPT)
    _activate(mutant, broken)
    return Replay(mutant, *(_exit_code(scripts[0], address) for address in (broken, unbroken)))


def _activate(mutant: str, address: str) -> None:
    httpx.put(f"{address}/_mock/mutants", json={"ids": [mutant]}, timeout=_TIMEOUT_SECONDS).raise_for_status()


def _exit_code(file: Path, address: str) -> int:
    variables = {**os.environ, "BASE_URL": address, "PYTHON": sys.executable}
    variables.pop("CONTROL_URL", None)
    command = ["sh", str(file)]
    run = subprocess.run(command, env=variables, check=False, capture_output=True, timeout=_TIMEOUT_SECONDS, text=True)
    if os.environ.get("KEEP"):
        print(run.stdout[-900:], run.stderr[-900:])
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
