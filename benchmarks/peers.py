"""Measures the mock beside a bare Starlette route and beside other mock servers, in interleaved rounds of one run.

Every server runs on one core and gets its load from another; all are asked the same calls, and those that can are
given the mock's own answers. What counts are the ratios. Takes wrk, and Node and uv for the peers.

    python -m benchmarks.peers [--rounds 3] [--seconds 3] [--only NAME]… [--report DIR]
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from benchmarks import answers, load, servers
from benchmarks.answers import Answered
from benchmarks.load import Result
from benchmarks.servers import Absent, Server

SERVER_CORE, LOAD_CORE = 0, 1
OURS, BARE = "NovaVMS mock", "bare Starlette"


@dataclass(frozen=True)
class Row:
    """What was measured of one server; ``calls`` has the median of the rounds by the name of the call."""

    name: str
    ready: float
    memory: float
    calls: dict[str, Result]


def main() -> int:
    """Measure and print."""
    options = _options()
    if missing := [tool for tool in ("wrk", "taskset") if shutil.which(tool) is None]:
        print(f"peers: {' and '.join(missing)} missing on the PATH (Debian: apt-get install wrk)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        rows = _measured(Path(name), stack, options)
    print(table(rows))
    if options.report:
        options.report.mkdir(parents=True, exist_ok=True)
        found = json.dumps([asdict(row) for row in rows], indent=1)
        (options.report / "peers.json").write_text(found, encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds for each call and server (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a round (default: %(default)s)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="these peers; may be repeated")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write peers.json here")
    return parser.parse_args()


def _measured(folder: Path, stack: ExitStack, options: argparse.Namespace) -> list[Row]:
    answers.world(folder / "world.json")
    ours = stack.enter_context(servers.mock(OURS, str(folder / "world.json"), SERVER_CORE, folder))
    answered = answers.of(ours.base_url)
    present = [ours, stack.enter_context(servers.bare(answered, SERVER_CORE, folder))]
    present += _peers(answered, folder, stack, options.only)
    results: dict[tuple[str, str], list[Result]] = {}
    for _ in range(options.rounds):
        for one in answered:
            for server in present:
                if one.call.name == "pair" and server is ours:
                    httpx.post(f"{ours.base_url}/_mock/reset", timeout=60).raise_for_status()
                print(f"{one.call.name}: {server.name}", file=sys.stderr)
                found = load.put(server.base_url, one.call, LOAD_CORE, options.seconds, folder)
                results.setdefault((server.name, one.call.name), []).append(found)
    return [_row(server, answered, results) for server in present]


def _peers(answered: list[Answered], folder: Path, stack: ExitStack, only: list[str]) -> list[Server]:
    peers = {
        "prism": servers.prism(answered, SERVER_CORE, folder, "-v", "silent"),
        "prism-log": servers.prism(answered, SERVER_CORE, folder),
        "connexion": servers.connexion(answered, SERVER_CORE, folder),
        "mockoon": servers.mockoon(answered, SERVER_CORE, folder),
    }
    found = []
    for name, peer in peers.items():
        if only and name not in only:
            continue
        try:
            found.append(stack.enter_context(peer))
        except Absent as why:
            print(f"peers: {name} is left out: {why}", file=sys.stderr)
    return found


def _row(server: Server, answered: list[Answered], results: dict[tuple[str, str], list[Result]]) -> Row:
    calls = {}
    for one in answered:
        rounds = results[server.name, one.call.name]
        middle = (statistics.median(getattr(result, field) for result in rounds) for field in ("rate", "p50", "p99"))
        calls[one.call.name] = Result(*middle)
    return Row(server.name, server.ready, server.memory(), calls)


def table(rows: list[Row]) -> str:
    """Return the figures as a Markdown table; ratios are to the bare route."""
    names = list(rows[0].calls)
    base = next(row for row in rows if row.name == BARE)
    head = ["server", *(f"{name}: req/s (of bare)" for name in names), "p50, p99 of list (ms)", "MB", "ready (s)"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in rows:
        cells = [row.name]
        cells += [f"{row.calls[name].rate:,.0f} ({row.calls[name].rate / base.calls[name].rate:.2f})" for name in names]
        cells += [f"{row.calls['list'].p50:.1f}, {row.calls['list'].p99:.1f}", f"{row.memory:.0f}", f"{row.ready:.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
