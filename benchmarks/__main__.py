"""Runs all benchmarks and writes their figures to benchmarks/results: figures.md, and figures.svg for the README.

python -m benchmarks [--rounds 3] [--seconds 3] [--reads 100] [--sizes 1000,10000,100000,1000000] [--into DIR]
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import growth, peers, plot, scaling, suite
from benchmarks.servers import NotAvailable

_RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Measure, write the figures and print them."""
    options = _options()
    options.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            rows = peers.measure(folder, options.rounds, options.seconds)
        except NotAvailable as reason:
            print(f"benchmarks: {reason}", file=sys.stderr)
            return 2
        second_worker = _scaling(folder, options)
        fill_rates = growth.fill_rates(options.sizes)
        pages = growth.measure(folder, options.sizes, options.reads)
        costs = suite.measure(folder)
    text = _figures(rows, second_worker, fill_rates, pages, costs)
    (options.into / "figures.md").write_text(text, encoding="utf-8")
    print(text)
    try:
        plot.draw(options.into / "figures.svg", rows, pages)
    except ImportError:
        print("benchmarks: the plot needs matplotlib; figures.svg was not written", file=sys.stderr)
    return 0


def _scaling(folder: Path, options: argparse.Namespace) -> str:
    """Return the effect of a second worker, or why it cannot be measured here."""
    try:
        return scaling.table(scaling.measure(folder, options.rounds, options.seconds))
    except NotAvailable as reason:
        return f"Not measured: {reason}."


def _figures(
    rows: list[peers.Row], second_worker: str, fill_rates: list[str], pages: list[growth.Row], costs: list[suite.Cost]
) -> str:
    parts = [
        f"# Figures\n\nOne run of `python -m benchmarks`, {os.cpu_count()} cores, Python {sys.version.split()[0]}.",
        "## Other mock servers\n\nRequests per second, each server on one core, and in brackets the ratio to a bare\n"
        "Starlette route that returns the mock's bytes. Mockoon generates its own answers; mountebank returns the\n"
        "mock's answers without validating anything. The mock on PostgreSQL, which does not wait for the disk, runs\n"
        "on all cores, with its database and its load.",
        peers.table(rows),
        "## A second worker\n\nRequests per second on PostgreSQL, each worker limited to a quarter of a core, so that\n"
        "there is CPU time for the database and the load. Writes to one org are serialized.",
        second_worker,
        "## Growth\n\n" + "\n".join(f"- {line}" for line in fill_rates),
        "Milliseconds to read a page over an open connection, by the number of events in the org:",
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
    option(
        "--sizes",
        type=lambda text: [int(part) for part in text.split(",")],
        default=sizes,
        help="numbers of events in an org",
    )
    option("--into", type=Path, default=_RESULTS, metavar="DIR", help="where to write (default: benchmarks/results)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
