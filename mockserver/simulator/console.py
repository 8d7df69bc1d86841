"""A simulation in a terminal: signals end it, one line shows how it goes, and a summary tells what it did."""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from mockserver.runtime import open_files
from mockserver.runtime.clock import stopwatch
from mockserver.simulator.plan import Plan
from mockserver.simulator.simulation import Simulation
from mockserver.simulator.stats import Refused, Stats

#: Open files that are no gateway's socket.
_OTHER_FILES = 64
_EVERY = 0.5


def run(plan: Plan, *, as_json: bool) -> bool:
    """Simulate, print the summary and return whether nothing was left behind. Raises Refused, Unreachable."""
    if (most := open_files.raise_limit()) < plan.gateways + _OTHER_FILES:
        raise Refused(f"--gateways {plan.gateways}: the system allows {most} open files (ulimit -n)")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        stats, seconds = runner.run(_run(plan))
    print(_as_json(stats, seconds) if as_json else _as_text(stats, seconds))
    return stats.left == 0


async def _run(plan: Plan) -> tuple[Stats, float]:
    """Simulate until a signal, showing on a terminal how it goes; return what was done in how many seconds."""
    simulation, started = Simulation(plan), stopwatch()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, simulation.stop)
    showing = asyncio.create_task(_show(simulation.stats))
    try:
        await simulation.run()
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing
    return simulation.stats, stopwatch() - started


async def _show(stats: Stats) -> None:
    """Rewrite one line on a terminal, and wipe it in the end."""
    if not sys.stderr.isatty():
        return
    try:
        while True:
            frames = stats.frames
            await asyncio.sleep(_EVERY)
            print(f"\r\033[K{_progress(stats, (stats.frames - frames) / _EVERY)}", end="", file=sys.stderr, flush=True)
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
    return ", ".join(counts) + (f" ({stats.waits_for})" if stats.waits_for else "")


def _as_json(stats: Stats, seconds: float) -> str:
    counts = {name: value for name, value in asdict(stats).items() if name != "waits_for"}
    return json.dumps({**counts, "seconds": round(seconds, 1)})


def _as_text(stats: Stats, seconds: float) -> str:
    left = f", {stats.left} left behind" if stats.left else ""
    return (
        f"{stats.gateways} gateways in {seconds:.0f} s: {stats.paired} paired, {stats.connected} connected at the end, "
        f"{stats.frames} frames ({stats.refused} refused), {stats.lost} connections lost, {stats.reconnects} "
        f"reconnects, {stats.removed} removed{left}"
    )


def _loop_factory() -> Any:
    """Return what makes the faster event loop, where it is installed; None for the usual one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
