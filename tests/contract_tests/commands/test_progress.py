"""Progress: bars on a terminal, erased in the end; on any other stream, or where a log is kept, a line each 30 s."""

import fcntl
import io
import os
import pty
import re
import select
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import pytest

from contract_tests.commands import progress
from contract_tests.output import colour
from contract_tests.runner import Progress

COUNTS = Progress({"Events": (120, 340), "Gateways": (12, 200), "Alert rules": (59, 59), "Alerts": (0, 32)}, 4512)
ERASED = "\x1b[1A\x1b[2K"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of a terminal of people."""
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")


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


def shown(columns: int = 120, *, colours: bool = False) -> str:
    """Return what a terminal has got."""
    with terminal(columns) as (stream, written), progress.families(stream, colour=colours) as tick:
        tick(Progress({}))
        tick(COUNTS)
    return written[0]


def test_a_terminal_shows_all_checks_with_calls_and_estimate_and_families_that_run() -> None:
    text = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", shown())
    assert re.search(r"checks +━+ +191/631 4,512 requests, 0 s, about 0 s left", text)
    assert re.search(r"  Events +━+ +120/340", text)
    assert re.search(r"  Gateways +━+ +12/200", text)
    assert "Alert rules" not in text
    assert "Alerts" not in text


def test_the_bars_are_erased_in_the_end_and_when_the_run_is_interrupted() -> None:
    assert shown().rstrip().endswith(ERASED)
    with (
        terminal(80) as (stream, written),
        suppress(KeyboardInterrupt),
        progress.families(stream, colour=False) as tick,
    ):
        tick(COUNTS)
        raise KeyboardInterrupt
    assert written[0].rstrip().endswith(ERASED)


def test_mutants_are_counted() -> None:
    with terminal(80) as (stream, written), progress.counter(stream, "mutants", 7, colour=False) as tick:
        tick(3)
    assert "3/7" in written[0]


@pytest.mark.parametrize(("colours", "found"), [(True, True), (False, False)])
def test_bars_have_colours_if_they_are_wanted(colours: bool, found: bool) -> None:
    assert bool(re.search(r"\x1b\[[0-9;]*[39][0-9]", shown(colours=colours))) is found


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_terminal_that_is_a_log_gets_no_bars(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert shown(colours=True) == ""


def test_any_other_stream_gets_a_line_each_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    with progress.families(stream, colour=True) as tick, progress.counter(stream, "mutants", 7, colour=True) as count:
        tick(COUNTS)
        assert stream.getvalue() == ""
        monkeypatch.setattr(progress, "INTERVAL_SECONDS", 0.0)
        tick(Progress({}))
        tick(COUNTS)
        count(3)
    assert stream.getvalue().splitlines() == [
        "novavms-contract: 0 of ? checks, 0 requests, 0 s",
        "novavms-contract: 191 of 631 checks, 4,512 requests, 0 s, about 0 s left",
        "novavms-contract: 3 of 7 mutants, 0 s, about 0 s left",
    ]


@pytest.mark.parametrize(
    ("choice", "variables", "on_terminal", "elsewhere"),
    [
        ("auto", {}, True, False),
        ("auto", {"NO_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": ""}, True, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("always", {"NO_COLOR": "1"}, True, True),
        ("never", {}, False, False),
    ],
)
def test_colours_are_for_terminals_unless_asked_for(
    choice: str, variables: dict[str, str], on_terminal: bool, elsewhere: bool
) -> None:
    with terminal(80) as (stream, _):
        assert colour.wanted(choice, stream, variables) is on_terminal
    assert colour.wanted(choice, io.StringIO(), variables) is elsewhere
