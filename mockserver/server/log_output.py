"""Where log lines go: a stream that never blocks and never fails.

A thread writes the lines. While it waits for a reader, as for a pipe that nobody reads, at most MAX_WAITING_BYTES of
them are kept; further lines are dropped, as are lines that cannot be written (a full disk, a terminal that is gone).
How many were lost is said in one line, as soon as that can be written.
"""

import logging
import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MAX_WAITING_BYTES = 1024 * 1024
_CLOSE_TIMEOUT_SECONDS = 1
_POLL_SECONDS = 1


class LogOutput:
    """A text stream to an open file descriptor, for whole lines."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._changed = threading.Condition()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._lost = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, lines: str) -> int:
        """Write lines soon, or drop them when too many are waiting; return the number of characters."""
        encoded = lines.encode(errors="replace")
        with self._changed:
            if self._waiting_bytes + len(encoded) > MAX_WAITING_BYTES:
                self._lost += encoded.count(b"\n")
            elif encoded:
                self._waiting.append(encoded)
                self._waiting_bytes += len(encoded)
                self._changed.notify()
        return len(lines)

    def flush(self) -> None:
        """Do nothing: lines are written as soon as they can be."""

    def close(self) -> None:
        """Stop once all lines are written, or after a second."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_CLOSE_TIMEOUT_SECONDS)

    def _run(self) -> None:
        written = True
        while True:
            lines, lost = self._take(retry=written)
            if not lines and not lost:
                return
            notice = b"novavms-mock: %d lines of this log were lost: they could not be written\n" % lost
            parts = (lines, notice) if written else (notice, lines)  # lines are dropped after those that wait
            written = self._written(b"".join(parts) if lost else lines)
            with self._changed:
                self._waiting_bytes = sum(map(len, self._waiting))
                if not written:
                    self._lost += lost + lines.count(b"\n")

    def _take(self, *, retry: bool) -> tuple[bytes, int]:
        """Wait for lines, and return them and how many were lost; nothing and 0 once the stream is closed.

        Without ``retry`` a loss alone is no reason to write.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed or (retry and self._lost))
            lines, self._waiting = b"".join(self._waiting), []
            if not lines and not retry:
                return b"", 0
            lost, self._lost = self._lost, 0
            return lines, lost

    def _written(self, batch: bytes) -> bool:
        """Write the lines and return whether all of them were."""
        while batch:
            try:
                batch = batch[os.write(self._descriptor, batch) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [], _POLL_SECONDS)
            except OSError:
                return False
        return True


@contextmanager
def logging_to_stderr() -> Iterator[LogOutput]:
    """Send what this process logs to stderr until the block ends, as well as what is written to the yielded stream."""
    output = LogOutput(sys.stderr.fileno())
    logging.basicConfig(stream=output, format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING, force=True)
    try:
        yield output
    finally:
        output.close()
