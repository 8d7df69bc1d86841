"""Measures everything in one run and writes benchmarks/results: figures.md and figures.svg, which the README shows.

python -m benchmarks [--rounds 3] [--seconds 3] [--reads 100] [--sizes 1000,10000,100000,1000000] [--into DIR]
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import growth, peers, plot, scaling, suite
from benchmarks.servers import Absent

_RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Measure, write and print."""
    options = _options()
    options.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            rows = peers.measure(folder, options.rounds, options.seconds)
        except Absent as why:
            print(f"benchmarks: {why}", file=sys.stderr)
            return 2
        shared = _scaling(folder, options)
        fillings = growth.fillings(options.sizes)
        pages = growth.measure(folder, options.sizes, options.reads)
        costs = suite.measure(folder)
    text = _figures(rows, shared, fillings, pages, costs)
    (options.into / "figures.md").write_text(text, encoding="utf-8")
    print(text)
    try:
        plot.draw(options.into / "figures.svg", rows, pages)
    except ImportError:
        print("benchmarks: without matplotlib there is no plot", file=sys.stderr)
    return 0


def _scaling(folder: Path, options: argparse.Namespace) -> str:
    """Return what a second worker brings, or why that cannot be said here."""
    try:
        return scaling.table(scaling.measure(folder, options.rounds, options.seconds))
    except Absent as why:
        return f"Not measured: {why}."


def _figures(
    rows: list[peers.Row], shared: str, fillings: list[str], pages: list[growth.Row], costs: list[suite.Cost]
) -> str:
    parts = [
        f"# Figures\n\nOne run of `python -m benchmarks`, {os.cpu_count()} cores, Python {sys.version.split()[0]}.",
        "## Beside peers\n\nRequests per second, each server on one core, and in brackets the share of a bare\n"
        "Starlette route that returns the mock's bytes. Mockoon makes answers of its own, mountebank has the\n"
        "mock's without knowing the document. The mock on PostgreSQL, which does not wait for the disk, shares all\n"
        "cores with that and with its load.",
        peers.table(rows),
        "## A second worker\n\nRequests per second on PostgreSQL, each worker kept to a quarter of a core, so that\n"
        "there is room for the database and the load. Writes of one org take turns.",
        shared,
        "## Growth\n\n" + "\n".join(f"- {line}" for line in fillings),
        "Milliseconds of a page over a kept connection, by the number of events in the org:",
        growth.table(pages),
        "## The suite\n\n" + "\n".join(f"- {cost}" for cost in costs),
    ]
    return "\n\n".join(parts) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = [1_000, 10_000, 100_000, 1_000_000]
    option = parser.add_argument
    option("--rounds", type=int, default=3, help="rounds for each call and server (default: %(default)s)")
    option("--seconds", type=int, default=3, help="length of a round (default: %(default)s)")
    option("--reads", type=int, default=100, help="reads of each page (default: %(default)s)")
    option("--sizes", type=lambda text: [int(part) for part in text.split(",")], default=sizes, help="of orgs")
    option("--into", type=Path, default=_RESULTS, metavar="DIR", help="where to write (default: benchmarks/results)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
