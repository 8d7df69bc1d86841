"""The mock beside a bare Starlette route and beside other mock servers, in interleaved rounds of one run.

Every server runs on one core and gets its load from another, save the mock that shares PostgreSQL, which has all of
them; all are asked the same calls, and those that can are given the mock's own answers. What counts are the ratios.
Takes wrk, and Node and uv for the peers.
"""

import shutil
import statistics
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import httpx

from benchmarks import answers, load, mock_variants, servers
from benchmarks.answers import Answered, Call
from benchmarks.load import Result
from benchmarks.mock_variants import Variant
from benchmarks.servers import Absent, Server

BARE = "bare Starlette"


@dataclass(frozen=True)
class Row:
    """What was measured of one server; ``calls`` has the median of the rounds by the name of the call.

    ``ready`` is the seconds from its start to its first answer, ``memory`` its resident megabytes after the load.
    """

    name: str
    ready: float
    memory: float
    calls: dict[str, Result]


def measure(folder: Path, rounds: int, seconds: int) -> list[Row]:
    """Return the figures of every server that can be had here. Raises Absent where the load cannot be made."""
    for tool in ("wrk", "taskset"):
        if shutil.which(tool) is None:
            raise Absent(f"{tool} is not on the PATH (Debian: apt-get install wrk)")
    answers.world(folder / "world.json")
    mock, *others = _rows([mock_variants.MEMORY], folder, rounds, seconds, beside_others=True)
    with mock_variants.shared() as variants:  # whose database would take time from the others
        return [mock, *_rows(variants, folder, rounds, seconds, beside_others=False), *others]


def _rows(variants: list[Variant], folder: Path, rounds: int, seconds: int, *, beside_others: bool) -> list[Row]:
    """Return the figures of some ways of running the mock, and of a bare route and the peers beside them."""
    if not variants:
        return []
    with ExitStack() as stack:
        mocks = [stack.enter_context(variant.start(str(folder / "world.json"), folder)) for variant in variants]
        answered = answers.of(mocks[0].base_url)
        others = _others(answered, folder, stack) if beside_others else []
        results = _results([*mocks, *others], [one.call for one in answered], folder, rounds, seconds)
        rows = [_row(server, results) for server in (*mocks, *others)]
    starts = [_as_it_comes(*pair, folder, answered[0].call, seconds) for pair in zip(rows, variants, strict=False)]
    return [*starts, *rows[len(starts) :]]


def _others(answered: list[Answered], folder: Path, stack: ExitStack) -> list[Server]:
    found = [stack.enter_context(servers.bare(answered, folder))]
    for peer in (
        servers.prism(answered, folder, "-v", "silent"),
        servers.prism(answered, folder),
        servers.connexion(answered, folder),
        servers.mockoon(answered, folder),
        servers.mountebank(answered, folder),
    ):
        try:
            found.append(stack.enter_context(peer))
        except Absent as why:
            print(f"left out: {why}", file=sys.stderr)
    return found


def _results(
    present: list[Server], calls: list[Call], folder: Path, rounds: int, seconds: int
) -> dict[tuple[str, str], list[Result]]:
    """Return what came of every round but a short one before all others, which lets compilers warm up."""
    results: dict[tuple[str, str], list[Result]] = {}
    for number, call, server in product(range(rounds + 1), calls, present):
        if call.name == "pair" and server.name.startswith(mock_variants.NAME):
            httpx.post(f"{server.base_url}/_mock/reset", timeout=60).raise_for_status()
        print(f"round {number} of {rounds}: {call.name}, {server.name}", file=sys.stderr)
        found = load.put(server.base_url, call, seconds if number else 1, folder)
        if number:
            results.setdefault((server.name, call.name), []).append(found)
    return results


def _row(server: Server, results: dict[tuple[str, str], list[Result]]) -> Row:
    calls = {}
    for (name, call), rounds in results.items():
        if name == server.name:
            middle = (
                statistics.median(getattr(result, field) for result in rounds) for field in ("rate", "p50", "p99")
            )
            calls[call] = Result(*middle)
    return Row(server.name, server.ready, server.memory(), calls)


def _as_it_comes(row: Row, variant: Variant, folder: Path, call: Call, seconds: int) -> Row:
    """Return the row with start and memory of a mock that was not given codes by the ten thousand."""
    with variant.start("acme", folder) as mock:
        answers.unlimit(mock.base_url)
        load.put(mock.base_url, call, seconds, folder)
        return Row(row.name, mock.ready, mock.memory(), row.calls)


def table(rows: list[Row]) -> str:
    """Return the figures as a Markdown table; the shares are those of the bare route."""
    names = list(rows[0].calls)
    base = next(row for row in rows if row.name == BARE)
    head = ["server", *names, "list, p50 and p99", "memory", "ready"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in rows:
        rates = [f"{row.calls[name].rate:,.0f} ({row.calls[name].rate / base.calls[name].rate:.2f})" for name in names]
        times = f"{row.calls['list'].p50:.1f} and {row.calls['list'].p99:.1f} ms"
        cells = [row.name, *rates, times, f"{row.memory:.0f} MB", f"{row.ready:.2f} s"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
