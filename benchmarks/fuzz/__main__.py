"""Fuzzes the mock: requests made from its documents and changed, broken bytes and WebSockets, while a client measures.

Nothing that is sent may bring a 5xx, except those that a request asks for and 501 for what HTTP here does not have; no
answer may take 30 seconds; the memory may grow by a tenth after the first tenth of the requests and at least 100,000,
which fill the journal; 99 % of the answers to another client come within 100 ms, beyond what an echo in the same
moments takes. It exits with 1 when that does not hold. Webhooks are sent to this machine only.

    python -m benchmarks.fuzz                                    a million requests
    python -m benchmarks.fuzz --requests 5000 --seed 7           a short run, the same requests every time
    python -m benchmarks.fuzz --seconds 600 --store postgresql   ten minutes, on a database started for it
    python -m benchmarks.fuzz --store postgresql://me@localhost/mock
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import msgspec
import yaml

from benchmarks import mock_process
from benchmarks.fuzz import figures
from benchmarks.fuzz.messages import Messages
from benchmarks.fuzz.traffic import Findings, Traffic
from benchmarks.fuzz.world import World
from benchmarks.servers import Server
from mockserver import resources

_ROOT = Path(__file__).parents[2]
_RESULTS = _ROOT / "benchmarks" / "results"
_PIPELINES, _BROKEN, _SOCKETS = 3, 16, 4
_POSTGRES = "postgresql"


def main() -> int:
    """Fuzz the mock, print the figures and write them; 1 if something did not hold."""
    options = _options()
    with tempfile.TemporaryDirectory() as name, _store(options.store) as store:
        with mock_process.running(Path(name), "--fixture", "acme", "--store", store) as (base_url, process):
            measured = _measure(Server("mock", base_url, process, 0), options)
        measured.tracebacks = figures.tracebacks(Path(name) / "mock.log")
    store_name = options.store.partition(":")[0]
    text, held = figures.table(measured, store_name, options.seed)
    options.into.mkdir(parents=True, exist_ok=True)
    (options.into / f"fuzz-{store_name}.md").write_text(text, encoding="utf-8")
    print(text)
    for finding in measured.listed():
        print(finding)
    return 0 if held else 1


def _measure(server: Server, options: argparse.Namespace) -> figures.Measured:
    command = [sys.executable, "-m", "benchmarks.fuzz.honest", server.base_url]
    honest = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    started = time.monotonic()
    findings = Findings(options.requests)
    try:
        memory = asyncio.run(_fuzz(server, options, findings))
    finally:
        output, _ = honest.communicate()
    return figures.Measured(findings, memory, time.monotonic() - started, msgspec.json.decode(output))


async def _fuzz(server: Server, options: argparse.Namespace, findings: Findings) -> list[float]:
    """Send all requests; return the resident megabytes of the mock after each hundredth of them."""
    random, ids = Random(options.seed), dict[str, list[str]]()
    documents = [yaml.load(_text(name), yaml.CSafeLoader) for name in ("openapi", "control")]
    messages = Messages(random, documents, ids)
    world = World(server.base_url, messages, ids)
    await world.begin()
    address = urlsplit(server.base_url)
    traffic = Traffic(str(address.hostname), int(address.port or 0), messages, findings)
    memory: list[float] = []
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(world.keep())
        sending = [group.create_task(traffic.pipeline()) for _ in range(_PIPELINES)]
        sending += [group.create_task(traffic.broken()) for _ in range(_BROKEN)]
        sending += [group.create_task(traffic.sockets()) for _ in range(_SOCKETS)]
        until = time.monotonic() + options.seconds
        while not all(task.done() for task in sending):
            await asyncio.sleep(0.05)
            if len(memory) < findings.requests * 100 // options.requests:
                memory.append(server.memory())
            if time.monotonic() > until or server.process.poll() is not None:
                findings.wanted = 0
        keeping.cancel()
    return memory


def _text(document: str) -> str:
    return resources.path("spec", f"{document}.yaml").read_text(encoding="utf-8")


@contextmanager
def _store(asked: str) -> Iterator[str]:
    """Yield the store to use: what was asked for, or a new database on a server that is started."""
    if asked != _POSTGRES:
        yield asked
        return
    from tests import postgres  # it needs the packages of the tests

    with postgres.server() as database:
        yield database.database()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--requests", type=_number, default=1_000_000, metavar="N", help="how many to send (default: %(default)s)")
    add("--seconds", type=float, default=1e9, metavar="S", help="stop after this time at the latest")
    add("--seed", type=int, default=1, metavar="N", help="send the same on every run (default: %(default)s)")
    add("--store", default="memory", metavar="memory|postgresql[://…]", help="where the mock keeps its data")
    add(
        "--into",
        type=Path,
        default=_RESULTS,
        metavar="DIR",
        help="where to write fuzz-STORE.md (default: benchmarks/results)",
    )
    return parser.parse_args()


def _number(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
