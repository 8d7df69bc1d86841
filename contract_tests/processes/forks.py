"""Processes that are forked from this one, so that what it has imported and collected is paid for once."""

import os
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import FrameType
from typing import TypeVar

from contract_tests.processes import child_process

#: pytest's exit codes for: all passed, some failed, none collected. With any other a process has crashed.
NORMAL_EXIT_CODES = (0, 1, 5)
_INDEX_BYTES = 2
T = TypeVar("T")


class ForkError(Exception):
    """A forked process has crashed; ``code`` is its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a forked process ended with exit code {code}")
        self.code = code


class Queue:
    """Which items are left to do; each is taken by one of the processes that are forked after it was made.

    It is a pipe that holds the index of each item.
    """

    def __init__(self, items: int) -> None:
        self._reader, writer = os.pipe()
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(b"".join(index.to_bytes(_INDEX_BYTES, "big") for index in range(items)))

    def take_of(self, items: Sequence[T]) -> Iterator[T]:
        """Yield the items that no other process has taken, one after another."""
        while taken := os.read(self._reader, _INDEX_BYTES):
            yield items[int.from_bytes(taken, "big")]


def fork(count: int) -> int | None:
    """Fork processes; return its number in each of them, and None in this process when all of them have ended.

    They end when this process does, and an interrupt of this process interrupts them. Raises KeyboardInterrupt when
    they have ended after an interrupt, ForkError when one of them has crashed.
    """
    watched, held = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    pids: list[int] = []
    for number in range(count):
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            pid = os.fork()  # safe beside the one other thread, which waits for the end of a pipe
        if not pid:
            os.close(held)
            child_process.end_with(watched)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            return number
        pids.append(pid)
    os.close(watched)
    _wait(pids)
    os.close(held)
    return None


def _wait(pids: list[int]) -> None:
    """Wait for the end of processes, to which an interrupt is passed on. Raises KeyboardInterrupt, ForkError."""
    interrupts: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    former = signal.signal(signal.SIGINT, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    codes = []
    for pid in tuple(pids):
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        pids.remove(pid)
    signal.signal(signal.SIGINT, former)
    if interrupts:
        raise KeyboardInterrupt
    for code in codes:
        if code not in NORMAL_EXIT_CODES:
            raise ForkError(code)
