"""Progress: one line on a terminal, never wider than it, erased in the end; nothing on any other stream."""

import fcntl
import io
import os
import pty
import select
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import pytest

from contract_tests.commands import progress
from contract_tests.runner import FamilyProgress

COUNTS = {"Events": (120, 340), "Gateways": (12, 200), "Alert rules": (59, 59), "Alerts": (0, 32)}
ERASE = "\r\033[K"


@contextmanager
def terminal(columns: int) -> Iterator[tuple[TextIO, list[str]]]:
    """A terminal of some width to write to, and a list that gets all that was written once the block has ended."""
    reading, writing = pty.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    written: list[str] = []
    with open(writing, "w", encoding="utf-8") as stream:
        yield stream, written
        termios.tcdrain(writing)
        parts = list[bytes]()
        while select.select([reading], [], [], 0.2)[0]:
            parts.append(os.read(reading, 4096))
    os.close(reading)
    written.append(b"".join(parts).decode())


def shown(columns: int, counts: FamilyProgress = COUNTS) -> list[str]:
    """Return the texts that the line has shown, one after the other."""
    with terminal(columns) as (stream, written), progress.families(stream) as tick:
        tick(counts)
    (text,) = written
    assert text.startswith(ERASE)
    assert text.endswith(ERASE)
    return text.split(ERASE)[1:-1]


def test_families_are_shown_with_what_is_done_and_those_that_are_done_last() -> None:
    assert shown(120) == ["Events 120/340  Gateways 12/200  Alerts 0/32  Alert rules 59/59  0 s"]


def test_families_that_do_not_fit_are_left_out() -> None:
    assert shown(50) == ["Events 120/340  Gateways 12/200  …  0 s"]


@pytest.mark.parametrize("columns", [1, 4, 5, 20, 24, 39, 40, 68, 69, 70])
def test_the_line_is_never_wider_than_the_terminal(columns: int) -> None:
    (text,) = shown(columns)
    assert len(text) < columns


def test_a_terminal_that_does_not_report_its_width_is_taken_to_have_80_columns() -> None:
    (text,) = shown(0, {f"Family {number}": (0, 1) for number in range(20)})
    assert 60 < len(text) < 80


def test_before_the_checks_are_collected_only_the_time_is_shown() -> None:
    assert shown(80, {}) == ["0 s"]


def test_mutants_are_counted() -> None:
    with terminal(80) as (stream, written), progress.bar(stream, "mutants", 7) as tick:
        tick(3)
    assert written == [f"{ERASE}3 of 7 mutants  0 s{ERASE}"]


def test_the_line_is_erased_when_the_run_is_interrupted() -> None:
    with terminal(80) as (stream, written), suppress(KeyboardInterrupt), progress.families(stream) as tick:
        tick(COUNTS)
        raise KeyboardInterrupt
    assert written[0].endswith(f" s{ERASE}")


def test_nothing_is_written_to_a_stream_that_is_not_a_terminal() -> None:
    stream = io.StringIO()
    with progress.families(stream) as tick:
        tick(COUNTS)
    with progress.bar(stream, "mutants", 7) as count:
        count(3)
    assert stream.getvalue() == ""
