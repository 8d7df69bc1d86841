"""Progress on a terminal, and nothing elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def bar(stream: TextIO, noun: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how many are done, on one line that is wiped in the end."""
    started = time.monotonic()

    def tick(done: int) -> None:
        if stream.isatty():
            share = f" of {total}" if total else ""
            stream.write(f"\r\033[K{done}{share} {noun}, {time.monotonic() - started:.0f} s")
            stream.flush()

    yield tick
    if stream.isatty():
        stream.write("\r\033[K")
        stream.flush()
