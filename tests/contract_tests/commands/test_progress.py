"""Progress: one line on a terminal, never wider than that, gone in the end; nothing elsewhere."""

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
from contract_tests.runner import Tally

TALLY = {"Events": (120, 340), "Gateways": (12, 200), "Alert rules": (59, 59), "Alerts": (0, 32)}
WIPE = "\r\033[K"


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


def shown(columns: int, tally: Tally = TALLY) -> list[str]:
    """Return what stood on the line, one text after the other."""
    with terminal(columns) as (stream, written), progress.families(stream) as tick:
        tick(tally)
    (text,) = written
    assert text.startswith(WIPE)
    assert text.endswith(WIPE)
    return text.split(WIPE)[1:-1]


def test_families_are_told_with_what_is_done_and_those_that_are_done_last() -> None:
    assert shown(120) == ["Events 120/340  Gateways 12/200  Alerts 0/32  Alert rules 59/59  0 s"]


def test_families_for_which_there_is_no_room_are_left_out() -> None:
    assert shown(50) == ["Events 120/340  Gateways 12/200  …  0 s"]


@pytest.mark.parametrize("columns", [1, 4, 5, 20, 24, 39, 40, 68, 69, 70])
def test_the_line_is_never_wider_than_the_terminal(columns: int) -> None:
    (text,) = shown(columns)
    assert len(text) < columns


def test_a_terminal_that_does_not_tell_its_width_is_taken_for_one_of_eighty() -> None:
    (text,) = shown(0, {f"Family {number}": (0, 1) for number in range(20)})
    assert 60 < len(text) < 80


def test_before_the_checks_are_known_there_is_the_time_alone() -> None:
    assert shown(80, {}) == ["0 s"]


def test_mutants_are_counted() -> None:
    with terminal(80) as (stream, written), progress.bar(stream, "mutants", 7) as tick:
        tick(3)
    assert written == [f"{WIPE}3 of 7 mutants  0 s{WIPE}"]


def test_the_line_is_wiped_when_the_run_is_interrupted() -> None:
    with terminal(80) as (stream, written), suppress(KeyboardInterrupt), progress.families(stream) as tick:
        tick(TALLY)
        raise KeyboardInterrupt
    assert written[0].endswith(f" s{WIPE}")


def test_nothing_is_written_to_what_is_no_terminal() -> None:
    stream = io.StringIO()
    with progress.families(stream) as tick:
        tick(TALLY)
    with progress.bar(stream, "mutants", 7) as count:
        count(3)
    assert stream.getvalue() == ""
