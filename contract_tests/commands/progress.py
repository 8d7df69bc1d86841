"""The progress of a run: bars on a terminal, which are erased in the end; on any other stream a line each 30 s."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

from contract_tests.runner import OnProgress, Progress

INTERVAL_SECONDS = 30.0
_MAX_FAMILIES_SHOWN = 6
#: From which share of the work on what is left can be estimated.
_MIN_SHARE = 0.05
#: Takes how many are done, of how many, what else there is to say, and the same numbers by family.
_Show = Callable[[int, int, str, Mapping[str, tuple[int, int]]], None]


@contextmanager
def counter(stream: TextIO, noun: str, total: int, *, colour: bool) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows how many are done."""
    with _display(stream, noun, colour=colour) as show:
        yield lambda done: show(done, total, "", {})


@contextmanager
def families(stream: TextIO, *, colour: bool) -> Iterator[OnProgress]:
    """Yield a function that shows how many checks are done, in all and of each family, and how many calls were made."""

    def shown(progress: Progress) -> None:
        counts = progress.families
        done, total = (sum(pair[place] for pair in counts.values()) for place in (0, 1))
        show(done, total, f"{progress.calls:,} requests, ", counts)

    with _display(stream, "checks", colour=colour) as show:
        yield shown


def _display(stream: TextIO, noun: str, *, colour: bool) -> AbstractContextManager[_Show]:
    """Return what shows the progress: bars where they can be drawn and nobody keeps a log, else lines."""
    animated = stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
    return _bars(stream, noun, colour=colour) if animated else _lines(stream, noun)


@contextmanager
def _lines(stream: TextIO, noun: str) -> Iterator[_Show]:
    begun = last = time.monotonic()

    def show(done: int, total: int, more: str, families: Mapping[str, tuple[int, int]]) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= INTERVAL_SECONDS:
            last = now
            times = _times(now - begun, done, total)
            stream.write(f"novavms-contract: {done} of {total or '?'} {noun}, {more}{times}\n")
            stream.flush()

    yield show


@contextmanager
def _bars(stream: TextIO, noun: str, *, colour: bool) -> Iterator[_Show]:
    begun = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TextColumn("{task.fields[more]}"))
    console = Console(file=stream, no_color=not colour)
    with Bars(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bars:
        first, by_family = bars.add_task(noun, total=None, more=""), {}

        def show(done: int, total: int, more: str, families: Mapping[str, tuple[int, int]]) -> None:
            times = _times(time.monotonic() - begun, done, total)
            bars.update(first, completed=done, total=total or None, more=more + times)
            running = [name for name, (some, count) in families.items() if 0 < some < count][:_MAX_FAMILIES_SHOWN]
            for name in running:
                if name not in by_family:
                    by_family[name] = bars.add_task(f"  {name}", more="")
            for name, task in by_family.items():
                some, count = families[name]
                bars.update(task, completed=some, total=count, visible=name in running)

        yield show


def _times(seconds: float, done: int, total: int) -> str:
    """Return how long it has taken, and how long what is left will take if it goes on so."""
    passed = f"{seconds:.0f} s"
    if total and done >= _MIN_SHARE * total:
        return f"{passed}, about {seconds * (total - done) / done:.0f} s left"
    return passed
