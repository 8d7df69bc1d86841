"""Compares the mock with a bare Starlette route and with other mock servers, in interleaved rounds.

Every server runs on one core and gets its load from another; the mock on PostgreSQL runs on all cores. All get the same
calls, and return the mock's answers if they can be given them. The ratios are the result.
Needs wrk, and Node and uv for the other servers.
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
from benchmarks.answers import Call, RecordedAnswer
from benchmarks.load import Result
from benchmarks.mock_variants import Variant
from benchmarks.servers import NotAvailable, Server
from mockserver import CONTROL_PREFIX

BARE = "bare Starlette"


@dataclass(frozen=True)
class Row:
    """The figures of one server; ``calls`` has the median of the rounds by the name of the call.

    ``ready`` is the seconds from its start to its first answer, ``memory`` its resident megabytes after the load.
    """

    name: str
    ready: float
    memory: float
    calls: dict[str, Result]


def measure(folder: Path, rounds: int, seconds: int) -> list[Row]:
    """Return the figures of every server that can be run here. Raises NotAvailable without wrk or taskset."""
    for tool in ("wrk", "taskset"):
        if shutil.which(tool) is None:
            raise NotAvailable(f"{tool} is not on the PATH (Debian: apt-get install wrk)")
    answers.write_fixture(folder / "world.json")
    mock, *others = _rows([mock_variants.MEMORY], folder, rounds, seconds, with_others=True)
    with mock_variants.on_postgres() as variants:  # measured alone, because the database takes CPU time
        return [mock, *_rows(variants, folder, rounds, seconds, with_others=False), *others]


def _rows(variants: list[Variant], folder: Path, rounds: int, seconds: int, *, with_others: bool) -> list[Row]:
    """Return the figures of these variants of the mock and, ``with_others``, of a bare route and other servers."""
    if not variants:
        return []
    with ExitStack() as stack:
        mocks = [stack.enter_context(variant.start(str(folder / "world.json"), folder)) for variant in variants]
        recorded = answers.record(mocks[0].base_url)
        others = _others(recorded, folder, stack) if with_others else []
        results = _results([*mocks, *others], [one.call for one in recorded], folder, rounds, seconds)
        rows = [_row(server, results) for server in (*mocks, *others)]
    starts = [_on_acme(*pair, folder, recorded[0].call, seconds) for pair in zip(rows, variants, strict=False)]
    return [*starts, *rows[len(starts) :]]


def _others(recorded: list[RecordedAnswer], folder: Path, stack: ExitStack) -> list[Server]:
    found = [stack.enter_context(servers.bare(recorded, folder))]
    for peer in (
        servers.prism(recorded, folder, "-v", "silent"),
        servers.prism(recorded, folder),
        servers.connexion(recorded, folder),
        servers.mockoon(recorded, folder),
        servers.mountebank(recorded, folder),
    ):
        try:
            found.append(stack.enter_context(peer))
        except NotAvailable as reason:
            print(f"left out: {reason}", file=sys.stderr)
    return found


def _results(
    present: list[Server], calls: list[Call], folder: Path, rounds: int, seconds: int
) -> dict[tuple[str, str], list[Result]]:
    """Return the results of all rounds but the first, which is short and lets just-in-time compilers warm up."""
    results: dict[tuple[str, str], list[Result]] = {}
    for number, call, server in product(range(rounds + 1), calls, present):
        if call.name == "pair" and server.name.startswith(mock_variants.NAME):
            httpx.post(f"{server.base_url}{CONTROL_PREFIX}/reset", timeout=60).raise_for_status()
        print(f"round {number} of {rounds}: {call.name}, {server.name}", file=sys.stderr)
        found = load.run_call(server.base_url, call, seconds if number else 1, folder)
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


def _on_acme(row: Row, variant: Variant, folder: Path, call: Call, seconds: int) -> Row:
    """Return the row with the start time and memory of a mock on acme, which has few pairing codes."""
    with variant.start("acme", folder) as mock:
        answers.lift_rate_limit(mock.base_url)
        load.run_call(mock.base_url, call, seconds, folder)
        return Row(row.name, mock.ready, mock.memory(), row.calls)


def table(rows: list[Row]) -> str:
    """Return the figures as a Markdown table; the ratios are to the bare route."""
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
