"""Measures the console with 1,000 gateways online and 100,000 calls in the journal.

It starts a mock, fills its journal, has simulated gateways report to it, and opens the pages in a Chromium: the time to
their first paint, and their size. Then it has wrk call the API, in turn without the journal page and while it is open,
and takes the ratio of the rates of each pair. The mock runs on one core, wrk and the browser on another. Where other
work shares the cores, the mock's processor time says more than times and rates. It prints the figures, and writes them
to benchmarks/results/console.md.

    python -m benchmarks.console [--gateways 1000] [--calls 100000] [--pairs 10] [--seconds 5]
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks import answers, load, servers
from benchmarks.answers import ORG, Call
from benchmarks.servers import LOAD_CORE, NotAvailable, Server
from mockserver import CONTROL_PREFIX

RESULTS = Path(__file__).parent / "results" / "console.md"
JOURNAL = "/console/journal"
PAGES = ("/", f"/console/orgs/{ORG}", "/console/gateways", JOURNAL)
CALL = Call("list", "GET", "/api/v1/events?limit=20")
MAX_PAINT_MS, MAX_PAGE_BYTES, MIN_RATIO = 1000, 1_000_000, 0.9
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ROUNDS, _FILL_SECONDS, _TIMEOUT_SECONDS = 5, 10, 600
_PAINT = """() => new Promise((found) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName("first-contentful-paint")[0]
  if (paint) found(paint.startTime)
}).observe({type: "paint", buffered: true}))"""


@dataclass(frozen=True)
class Page:
    """The median milliseconds to the first paint of a page, the mock's of its processor, the bytes of the document."""

    path: str
    paint: float
    cpu: float
    size: int


@dataclass(frozen=True)
class Pair:
    """What the page that is open leaves: the ratio of the rates, and of the processor time of a call."""

    rate: float
    cpu: float


def main() -> int:
    options = _options()
    os.sched_setaffinity(0, {int(LOAD_CORE)})  # of the browser, too
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with servers.mock("mock", "acme", place, "--journal-calls", str(options.calls)) as server:
            answers.lift_rate_limit(server.base_url)
            _fill_journal(server, options.calls, place)
            with _gateways(server, options.gateways), _browser() as browser:
                pages = [_opened(browser, server, path) for path in PAGES]
                pairs = list(_pairs(browser, server, options.pairs, options.seconds, place))
    text = report(options.gateways, options.calls, pages, pairs)
    print(text)
    options.into.write_text(text, encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.console", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gateways", type=int, default=1000, help="gateways online (default: %(default)s)")
    parser.add_argument("--calls", type=int, default=100_000, help="calls in the journal (default: %(default)s)")
    parser.add_argument("--pairs", type=int, default=10, help="pairs of rates (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=5, help="of each rate (default: %(default)s)")
    parser.add_argument("--into", type=Path, default=RESULTS, metavar="FILE", help="where to write the figures")
    return parser.parse_args()


def report(gateways: int, calls: int, pages: list[Page], pairs: list[Pair]) -> str:
    """Return the figures as Markdown, and whether what is demanded holds."""
    paint, size = max(page.paint for page in pages), max(page.size for page in pages)
    rate, cpu = (statistics.median(values) for values in ([one.rate for one in pairs], [one.cpu for one in pairs]))
    held = paint <= MAX_PAINT_MS and size <= MAX_PAGE_BYTES and rate >= MIN_RATIO
    rows = "".join(
        f"| `{CONTROL_PREFIX}{page.path}` | {page.paint:.0f} ms | {page.cpu:.0f} ms | {page.size:,} |\n"
        for page in pages
    )
    shares = ", ".join(f"{one.rate:.2f}" for one in pairs)
    return (
        "# The console beside its mock\n\n"
        f"One run of `python -m benchmarks.console` on {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}: "
        f"{gateways:,} gateways online, {calls:,} calls in the journal. First paint at most {MAX_PAINT_MS:,} ms, pages "
        f"at most {MAX_PAGE_BYTES:,} bytes, throughput at least {MIN_RATIO:.0%}: {'held' if held else 'not held'}.\n\n"
        "| page | first paint, median | the mock's processor | bytes |\n|---|---|---|---|\n"
        f"{rows}\n"
        f"With the journal page open the mock answers {rate:.1%} of the calls that it answers without (median of "
        f"{len(pairs)} pairs: {shares}); a call takes {cpu:.2f} times the processor time.\n"
    )


def _fill_journal(server: Server, calls: int, folder: Path) -> None:
    for _ in range(_TIMEOUT_SECONDS // _FILL_SECONDS):
        load.run_call(server.base_url, CALL, _FILL_SECONDS, folder)
        found = httpx.get(f"{server.base_url}{CONTROL_PREFIX}/requests?limit=1", timeout=60, trust_env=False).json()
        if found["total"] >= calls * 0.99:
            return
    raise NotAvailable(f"the journal had {found['total']} of {calls} calls after {_TIMEOUT_SECONDS} s")


@contextmanager
def _gateways(server: Server, count: int) -> Iterator[None]:
    """Have simulated gateways report until the block ends."""
    command = [sys.executable, "-m", "mockserver", "simulate", "--gateways", str(count), server.base_url]
    simulator = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while _online(server) < count:
            if simulator.poll() is not None or time.monotonic() > deadline:
                raise NotAvailable(f"{_online(server)} of {count} gateways are online")
            time.sleep(1)
        yield
    finally:
        simulator.send_signal(signal.SIGINT)
        simulator.wait()


def _online(server: Server) -> int:
    found = httpx.get(f"{server.base_url}{CONTROL_PREFIX}/gateways?limit=1", timeout=60, trust_env=False).json()
    return int(found["online"])


@contextmanager
def _browser() -> Iterator[Any]:
    """Yield a tab of a Chromium. Raises NotAvailable without one."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NotAvailable("needs a package: pip install playwright") from None
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        raise NotAvailable(f"needs one of {', '.join(_BROWSERS)}")
    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = running.new_page()
        page.set_default_timeout(_TIMEOUT_SECONDS * 1000)
        yield page
        running.close()


def _opened(browser: Any, server: Server, path: str) -> Page:
    """Open a page several times, the first of them not counted."""
    paints, size, before = [], 0, _cpu_seconds(server)
    for _ in range(_ROUNDS + 1):
        answer = browser.goto(f"{server.base_url}{CONTROL_PREFIX}{path}", wait_until="commit")
        paints.append(browser.evaluate(_PAINT))
        if not answer.ok:
            raise RuntimeError(f"{path} was answered {answer.status}")
        size = len(answer.body())
    cpu = (_cpu_seconds(server) - before) / len(paints)
    return Page(path, statistics.median(paints[1:]), cpu * 1000, size)


def _pairs(browser: Any, server: Server, pairs: int, seconds: int, folder: Path) -> Iterator[Pair]:
    """Yield what is measured without the page and with it, the first of the two in turn."""
    for number in range(pairs):
        found: dict[bool, tuple[float, float]] = {}
        for is_open in (False, True) if number % 2 else (True, False):
            browser.goto(f"{server.base_url}{CONTROL_PREFIX}{JOURNAL}" if is_open else "about:blank")
            before = _cpu_seconds(server)
            rate = load.run_call(server.base_url, CALL, seconds, folder).rate
            found[is_open] = rate, (_cpu_seconds(server) - before) / (rate * seconds)
        yield Pair(found[True][0] / found[False][0], found[True][1] / found[False][1])


def _cpu_seconds(server: Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
