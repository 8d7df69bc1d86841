"""Running a simulation in a terminal: signals stop it, one line shows its progress, and a summary follows."""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from mockserver.runtime import open_files
from mockserver.runtime.clock import stopwatch
from mockserver.simulator.simulation import Plan, Simulation
from mockserver.simulator.stats import Refused, Stats

#: Open files beside the sockets of the gateways.
_OTHER_FILES = 64
_REFRESH_INTERVAL_SECONDS = 0.5


def run(plan: Plan, *, as_json: bool) -> bool:
    """Simulate, print the summary and return whether all gateways were removed. Raises Refused, Unreachable."""
    if (max_files := open_files.raise_limit()) < plan.gateways + _OTHER_FILES:
        raise Refused(f"--gateways {plan.gateways}: the system allows {max_files} open files (ulimit -n)")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        stats, seconds = runner.run(_run(plan))
    print(_as_json(stats, seconds) if as_json else _as_text(stats, seconds))
    return stats.left == 0


async def _run(plan: Plan) -> tuple[Stats, float]:
    """Simulate until the end or a signal, with progress on a terminal; return the counts and the seconds it took."""
    simulation, started = Simulation(plan), stopwatch()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, simulation.stop)
    progress = asyncio.create_task(_show_progress(simulation.stats))
    try:
        await simulation.run()
    finally:
        progress.cancel()
        with suppress(asyncio.CancelledError):
            await progress
    return simulation.stats, stopwatch() - started


async def _show_progress(stats: Stats) -> None:
    """Rewrite one line on a terminal, and clear it in the end."""
    if not sys.stderr.isatty():
        return
    try:
        while True:
            frames = stats.frames
            await asyncio.sleep(_REFRESH_INTERVAL_SECONDS)
            rate = (stats.frames - frames) / _REFRESH_INTERVAL_SECONDS
            print(f"\r\033[K{_progress(stats, rate)}", end="", file=sys.stderr, flush=True)
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _progress(stats: Stats, rate: float) -> str:
    counts = [
        f"{stats.paired} of {stats.gateways} paired",
        f"{stats.connected} connected",
        f"{rate:.0f} frames/s",
        f"{stats.reconnects} reconnects",
    ]
    if stats.removed:
        counts.append(f"{stats.removed} removed")
    return ", ".join(counts) + (f" ({stats.waiting_for})" if stats.waiting_for else "")


def _as_json(stats: Stats, seconds: float) -> str:
    counts = {name: value for name, value in asdict(stats).items() if name != "waiting_for"}
    return json.dumps({**counts, "seconds": round(seconds, 1)})


def _as_text(stats: Stats, seconds: float) -> str:
    left = f", {stats.left} left behind" if stats.left else ""
    return (
        f"{stats.gateways} gateways in {seconds:.0f} s: {stats.paired} paired, {stats.connected} connected at the end, "
        f"{stats.frames} frames ({stats.refused} refused), {stats.lost} connections lost, {stats.reconnects} "
        f"reconnects, {stats.removed} removed{left}"
    )


def _loop_factory() -> Any:
    """Return the factory of uvloop's event loop if it is installed, else None for the standard one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
