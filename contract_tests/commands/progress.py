"""The progress of a run, on one line of a terminal; nothing if the stream is not a terminal."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from contract_tests.runner import FamilyProgress, OnProgress

_DEFAULT_COLUMNS = 80


@contextmanager
def bar(stream: TextIO, noun: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows how many are done."""
    with _line(stream) as show:
        yield lambda done: show([f"{done} of {total} {noun}"])


@contextmanager
def families(stream: TextIO) -> Iterator[OnProgress]:
    """Yield a function that shows how many checks of each family are done, the unfinished families first."""
    with _line(stream) as show:
        yield lambda counts: show([f"{family} {done}/{total}" for family, (done, total) in _unfinished_first(counts)])


def _unfinished_first(counts: FamilyProgress) -> list[tuple[str, tuple[int, int]]]:
    return sorted(counts.items(), key=lambda item: item[1][0] == item[1][1])


@contextmanager
def _line(stream: TextIO) -> Iterator[Callable[[list[str]], None]]:
    """Yield a function that shows parts and the seconds so far; the line fits the terminal and is erased in the end."""
    started = time.monotonic()

    def show(parts: list[str]) -> None:
        seconds = f"{time.monotonic() - started:.0f} s"
        stream.write(f"\r\033[K{_fitted(parts, seconds, _columns(stream))}")
        stream.flush()

    if not stream.isatty():
        yield lambda parts: None
        return
    try:
        yield show
    finally:
        stream.write("\r\033[K")
        stream.flush()


def _columns(stream: TextIO) -> int:
    """Return the width of the terminal, 80 if it does not report one."""
    return os.get_terminal_size(stream.fileno()).columns or _DEFAULT_COLUMNS


def _fitted(parts: list[str], seconds: str, columns: int) -> str:
    """Return the seconds and as many of the parts as fit; the last column stays free."""
    for count in range(len(parts), 0, -1):
        shown = parts[:count] if count == len(parts) else [*parts[:count], "…"]
        text = "  ".join([*shown, seconds])
        if len(text) < columns:
            return text
    return seconds[: columns - 1]
