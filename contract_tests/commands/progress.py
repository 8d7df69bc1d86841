"""Progress on a terminal, and nothing elsewhere."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def bar(stream: TextIO, noun: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many are done."""
    with _line(stream) as show:
        yield lambda done: show([f"{done} of {total} {noun}"])


@contextmanager
def families(stream: TextIO) -> Iterator[Callable[[Mapping[str, tuple[int, int]]], None]]:
    """Show for each family how many of its checks are done, those that are under way first."""
    with _line(stream) as show:
        yield lambda tally: show([f"{family} {done}/{total}" for family, (done, total) in _pending_first(tally)])


def _pending_first(tally: Mapping[str, tuple[int, int]]) -> list[tuple[str, tuple[int, int]]]:
    return sorted(tally.items(), key=lambda item: item[1][0] == item[1][1])


@contextmanager
def _line(stream: TextIO) -> Iterator[Callable[[list[str]], None]]:
    """Show parts and the seconds so far on one line that is no wider than the terminal and wiped in the end."""
    started = time.monotonic()

    def show(parts: list[str]) -> None:
        seconds = f"{time.monotonic() - started:.0f} s"
        stream.write(f"\r\033[K{_fitted(parts, seconds, _width(stream))}")
        stream.flush()

    if not stream.isatty():
        yield lambda parts: None
        return
    try:
        yield show
    finally:
        stream.write("\r\033[K")
        stream.flush()


def _width(stream: TextIO) -> int:
    """Return the width of the terminal; some do not tell it."""
    return os.get_terminal_size(stream.fileno()).columns or 80


def _fitted(parts: list[str], seconds: str, width: int) -> str:
    """Return as many of the parts as there is room for, and the seconds; the last column stays free."""
    for count in range(len(parts), 0, -1):
        shown = parts[:count] if count == len(parts) else [*parts[:count], "…"]
        text = "  ".join([*shown, seconds])
        if len(text) < width:
            return text
    return seconds[: width - 1]
