"""Measures a mock while many simulated gateways report to it.

It runs one mock and one simulator (novavms-mock simulate), and makes the calls of a dashboard: the telemetry of every
gateway in turn, whose age it takes by the mock's clock, the list of all gateways, and a page of events. The age is an
upper bound: the API shows whole seconds, and the time of the call is included.

    python -m benchmarks.gateways [--gateways 1000] [--seconds 60] [--json]
"""

import argparse
import asyncio
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from benchmarks import mock_process
from mockserver import CONTROL_PREFIX

ACME = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TOKEN = {"Authorization": "Bearer sk_live_abc123"}
COMMAND = [sys.executable, "-m", "mockserver"]
NO_RATE_LIMIT = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
#: The rate of calls for telemetry, each of another gateway, and for either list.
TELEMETRY_CALLS_PER_SECOND, LIST_CALLS_PER_SECOND = 200, 10
_START_TIMEOUT_SECONDS = 300


def main() -> int:
    options = _options()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, mock_process.running(Path(folder)) as (base_url, process):
        simulator = subprocess.Popen(
            [*COMMAND, "simulate", "--gateways", str(options.gateways), "--json", base_url], stdout=subprocess.PIPE
        )
        try:
            figures = asyncio.run(_measure(base_url, options.gateways, options.seconds, process.pid))
        finally:
            simulator.send_signal(signal.SIGINT)
            summary = json.loads(simulator.communicate()[0])
    figures["lost connections"] = summary["lost"]
    figures["refused frames"] = summary["refused"]
    figures["gateways left behind"] = summary["left"]
    figures["load average before, after"] = [round(load_before, 1), round(os.getloadavg()[0], 1)]
    print(json.dumps(figures) if options.json else "\n".join(f"{name:32}{value}" for name, value in figures.items()))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--gateways", type=int, default=1000, help="number of simulated gateways (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=int, default=60, help="length of the measurement (default: %(default)s)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def _measure(base_url: str, gateways: int, seconds: int, pid: int) -> dict[str, Any]:
    started = time.monotonic()
    async with httpx.AsyncClient(base_url=base_url, headers=TOKEN, timeout=30, trust_env=False) as client:
        async with asyncio.timeout(_START_TIMEOUT_SECONDS):
            ids = await _online(client, gateways)
        seconds_to_online = time.monotonic() - started
        await client.put(f"{CONTROL_PREFIX}/orgs/{ACME}/settings", json=NO_RATE_LIMIT)
        ages: list[float] = []
        lists: list[float] = []
        pages: list[float] = []
        statuses: set[str] = set()
        cpu_before, measured_from = _cpu_seconds(pid), time.monotonic()
        end = measured_from + seconds
        await asyncio.gather(
            _ages(client, ids, end, ages),
            _timed(client, "/api/v1/gateways", end, lists, statuses),
            _timed(client, "/api/v1/events?limit=20", end, pages),
        )
        share = (_cpu_seconds(pid) - cpu_before) / (time.monotonic() - measured_from)
    return {
        "gateways": gateways,
        "all online after": f"{seconds_to_online:.1f} s",
        "telemetry read": f"{len(ages)} times",
        "age of telemetry": _quantiles(ages, "s", 2),
        "GET /gateways": _quantiles([1000 * taken for taken in lists], "ms", 1),
        "GET /events?limit=20": _quantiles([1000 * taken for taken in pages], "ms", 1),
        "statuses seen in the list": sorted(statuses),
        "the mock's share of a core": f"{share:.0%}",
    }


async def _online(client: httpx.AsyncClient, gateways: int) -> list[str]:
    """Wait until all simulated gateways are online and return their ids."""
    while True:
        found = (await client.get("/api/v1/gateways")).json()
        online = [
            g["id"] for g in found.get("data", ()) if g["name"].startswith("Simulated") and g["status"] == "online"
        ]
        if len(online) == gateways:
            return online
        await asyncio.sleep(1)


async def _ages(client: httpx.AsyncClient, ids: list[str], end: float, ages: list[float]) -> None:
    """Read the telemetry of one gateway after another at a steady rate."""
    clock = datetime.fromisoformat((await client.get(f"{CONTROL_PREFIX}/clock")).json()["now"])
    set_at = time.monotonic()

    async def read(gateway_id: str) -> None:
        answer = (await client.get(f"/api/v1/gateways/{gateway_id}/telemetry")).raise_for_status().json()
        now = clock + timedelta(seconds=time.monotonic() - set_at)
        ages.append((now - datetime.fromisoformat(answer["last_heartbeat_at"])).total_seconds())

    async with asyncio.TaskGroup() as group:
        for gateway_id in itertools.cycle(ids):
            if time.monotonic() >= end:
                break
            group.create_task(read(gateway_id))
            await asyncio.sleep(1 / TELEMETRY_CALLS_PER_SECOND)


async def _timed(
    client: httpx.AsyncClient, path: str, end: float, taken: list[float], statuses: set[str] | None = None
) -> None:
    """Call one path at a steady rate, and append to ``taken`` the seconds of each call."""
    while time.monotonic() < end:
        started = time.monotonic()
        answer = (await client.get(path)).raise_for_status()
        taken.append(time.monotonic() - started)
        if statuses is not None:
            simulated = (g for g in answer.json()["data"] if g["name"].startswith("Simulated"))
            statuses.update(gateway["status"] for gateway in simulated)
        await asyncio.sleep(1 / LIST_CALLS_PER_SECOND)


def _quantiles(values: list[float], unit: str, digits: int) -> str:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    shown = {"median": cuts[49], "p99": cuts[98], "max": max(values)}
    return ", ".join(f"{name} {value:.{digits}f} {unit}" for name, value in shown.items())


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
