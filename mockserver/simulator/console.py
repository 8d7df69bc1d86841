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
from mockserver.simulator.stats import Refused, Tally

#: Open files that are no gateway's socket.
_OTHER_FILES = 64
_EVERY = 0.5


def run(plan: Plan, *, as_json: bool) -> bool:
    """Simulate, print the summary and return whether nothing was left behind. Raises Refused, Unreachable."""
    if (most := open_files.allow_most()) < plan.gateways + _OTHER_FILES:
        raise Refused(f"--gateways {plan.gateways}: the system allows {most} open files (ulimit -n)")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        tally, seconds = runner.run(_run(plan))
    print(_as_json(tally, seconds) if as_json else _as_text(tally, seconds))
    return tally.left == 0


async def _run(plan: Plan) -> tuple[Tally, float]:
    """Simulate until a signal, showing on a terminal how it goes; return what was done in how many seconds."""
    simulation, started = Simulation(plan), stopwatch()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, simulation.stop)
    showing = asyncio.create_task(_show(simulation.tally))
    try:
        await simulation.run()
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing
    return simulation.tally, stopwatch() - started


async def _show(tally: Tally) -> None:
    """Rewrite one line on a terminal, and wipe it in the end."""
    if not sys.stderr.isatty():
        return
    try:
        while True:
            frames = tally.frames
            await asyncio.sleep(_EVERY)
            print(f"\r\033[K{_progress(tally, (tally.frames - frames) / _EVERY)}", end="", file=sys.stderr, flush=True)
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _progress(tally: Tally, rate: float) -> str:
    counts = [
        f"{tally.paired} of {tally.gateways} paired",
        f"{tally.connected} connected",
        f"{rate:.0f} frames/s",
        f"{tally.reconnects} reconnects",
    ]
    if tally.removed:
        counts.append(f"{tally.removed} removed")
    return ", ".join(counts) + (f" ({tally.waits_for})" if tally.waits_for else "")


def _as_json(tally: Tally, seconds: float) -> str:
    counts = {name: value for name, value in asdict(tally).items() if name != "waits_for"}
    return json.dumps({**counts, "seconds": round(seconds, 1)})


def _as_text(tally: Tally, seconds: float) -> str:
    left = f", {tally.left} left behind" if tally.left else ""
    return (
        f"{tally.gateways} gateways in {seconds:.0f} s: {tally.paired} paired, {tally.connected} connected at the end, "
        f"{tally.frames} frames ({tally.refused} refused), {tally.lost} connections lost, {tally.reconnects} "
        f"reconnects, {tally.removed} removed{left}"
    )


def _loop_factory() -> Any:
    """Return what makes the faster event loop, where it is installed; None for the usual one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
