"""Measures GET /api/v1/events?limit=20 through the whole pipeline against a bare Starlette route with the same bytes.

Both servers run in one worker pinned to one core, the load (wrk) on another, in interleaved rounds of one run, so
what counts is the ratio. Needs wrk on the PATH and two cores.

    python benchmarks/throughput.py [--rounds 3] [--seconds 5] [--json]
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ACME = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TOKEN = {"Authorization": "Bearer sk_live_abc123"}
TARGET = "/api/v1/events?limit=20"
CONNECTIONS = 32

BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
page = open(sys.argv[1], "rb").read()
async def events(request):
    return Response(page, media_type="application/json")
app = Starlette(routes=[Route("/api/v1/events", events)])
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def main() -> int:
    options = _options()
    if shutil.which("wrk") is None:
        print("throughput.py: wrk is not on the PATH (Debian: apt-get install wrk)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, _mock(Path(folder)) as mock, _bare(Path(folder), mock) as bare:
        rates: dict[str, list[float]] = {"mock": [], "bare": []}
        for _ in range(options.rounds):
            for name, base_url in (("bare", bare), ("mock", mock)):
                rates[name].append(_load(base_url, options.seconds))
    medians = {name: statistics.median(measured) for name, measured in rates.items()}
    ratio = medians["mock"] / medians["bare"]
    if options.json:
        print(json.dumps({"requests_per_second": rates, "ratio": round(ratio, 3)}))
    else:
        for name, measured in rates.items():
            print(f"{name}: median {medians[name]:,.0f} requests/s of {[round(rate) for rate in measured]}")
        print(f"ratio mock / bare Starlette: {ratio:.2f}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds for each server (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=5, help="length of a round (default: %(default)s)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _mock(folder: Path) -> Iterator[str]:
    """Run ``novavms-mock serve`` as it comes, its access log into a file, with room in the caller's bucket."""
    ready = folder / "ready.json"
    command = [str(Path(sys.executable).with_name("novavms-mock")), "serve", "--port", "0", "--ready-file", str(ready)]
    with (folder / "access.log").open("w") as log, _pinned(command, log.fileno()):
        _wait(ready.exists)
        base_url: str = json.loads(ready.read_text())["base_url"]
        limits = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
        httpx.put(f"{base_url}/_mock/orgs/{ACME}/settings", json=limits).raise_for_status()
        yield base_url


@contextmanager
def _bare(folder: Path, mock: str) -> Iterator[str]:
    """Run a Starlette route that returns the very bytes of the mock's answer."""
    page = folder / "page.json"
    page.write_bytes(httpx.get(mock + TARGET, headers=TOKEN).content)
    port = int(mock.rpartition(":")[2]) + 1
    with _pinned([sys.executable, "-c", BARE, str(page), str(port)], subprocess.DEVNULL):
        base_url = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(base_url))
        assert httpx.get(base_url + TARGET).content == page.read_bytes()
        yield base_url


@contextmanager
def _pinned(command: list[str], log: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    os.sched_setaffinity(process.pid, {0})
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _load(base_url: str, seconds: int) -> float:
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    header = f"Authorization: {TOKEN['Authorization']}"
    output = subprocess.run([*command, "-H", header, base_url + TARGET], capture_output=True, text=True, check=True)
    if "Non-2xx" in output.stdout:
        raise RuntimeError(f"some answers were not 200:\n{output.stdout}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output.stdout)
    assert found, output.stdout
    return float(found[1])


def _answers(base_url: str) -> bool:
    try:
        return httpx.get(base_url + TARGET).is_success
    except httpx.TransportError:
        return False


def _wait(condition: object) -> None:
    for _ in range(200):
        if callable(condition) and condition():
            return
        time.sleep(0.05)
    raise TimeoutError("a server did not start")


if __name__ == "__main__":
    sys.exit(main())
