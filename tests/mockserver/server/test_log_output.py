"""The log never stops the mock: a reader that does not read, a full disk, a closed stream, a terminal that is gone."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.server.log_output import MAX_WAITING_BYTES, LogOutput
from tests.process import COMMAND

LINE = "x" * 99 + "\n"


@contextmanager
def serve(folder: Path, **streams: Any) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    ready = folder / "ready.json"
    command = [*COMMAND, "serve", "--fixture", "empty", "--port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(command, **streams)
    try:
        until = time.monotonic() + 30
        while not ready.exists():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        base_url = ready.read_text().split('"')[3]
        with httpx.Client(base_url=base_url, timeout=5, trust_env=False) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(20)


def test_mock_goes_on_while_nobody_reads_its_log(tmp_path: Path) -> None:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with serve(tmp_path, **streams) as (process, client):
        for _ in range(40):
            assert client.get(f"/nowhere/{'x' * 4000}").status_code == 404
        assert stop(process) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_mock_goes_on_when_its_log_cannot_be_written(tmp_path: Path) -> None:
    def heed_the_end_of_the_terminal() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored where the tests run under nohup

    options = {"preexec_fn": heed_the_end_of_the_terminal}
    with (
        Path("/dev/full").open("wb") as full,
        serve(tmp_path, stdout=full, stderr=full, **options) as (process, client),
    ):
        assert client.get("/nowhere").status_code == 404
        assert stop(process, signal.SIGHUP) == 0


def test_mock_goes_on_when_its_terminal_is_gone(tmp_path: Path) -> None:
    screen, terminal = os.openpty()
    with serve(tmp_path, stdout=terminal, stderr=terminal) as (process, client):
        os.close(terminal)
        os.close(screen)
        assert [client.get("/nowhere").status_code for _ in range(3)] == [404] * 3
        time.sleep(0.1)
        assert client.get("/nowhere").status_code == 404
        assert stop(process) == 0


def test_mock_serves_without_standard_streams(tmp_path: Path) -> None:
    with serve(tmp_path, preexec_fn=lambda: os.closerange(0, 3)) as (process, client):
        assert client.get("/nowhere").status_code == 404
        assert stop(process) == 0


@contextmanager
def piped() -> Iterator[tuple[int, LogOutput]]:
    reader, writer = os.pipe()
    output = LogOutput(writer)
    try:
        yield reader, output
    finally:
        output.close()
        os.close(writer)
        os.close(reader)


def read_until(reader: int, end: bytes) -> bytes:
    found = b""
    while not found.endswith(end):
        found += os.read(reader, 65536)
    return found


def test_lines_are_written_in_their_order() -> None:
    with piped() as (reader, output):
        print("one\ntwo", file=output)
        assert read_until(reader, b"two\n") == b"one\ntwo\n"


def test_lines_that_nobody_reads_are_dropped_and_counted_in_one_line() -> None:
    with piped() as (reader, output):
        written = MAX_WAITING_BYTES // len(LINE) + 500
        for _ in range(written):
            output.write(LINE)
        lines = read_until(reader, b"written\n").decode().splitlines(keepends=True)
        lost = int(lines[-1].split()[1])
        assert lines[-1] == f"novavms-mock: {lost} lines of this log were lost: they could not be written\n"
        assert lines[:-1] == [LINE] * (written - lost)
        assert lost >= 500
        output.write("again\n")
        assert read_until(reader, b"\n") == b"again\n"


def test_lines_that_could_not_be_written_are_counted_with_the_next_that_can() -> None:
    reader, writer = os.pipe()
    spare = os.dup(writer)
    output = LogOutput(writer)
    os.dup2(reader, writer)  # only for reading: writes fail
    for _ in range(3):
        output.write("lost\n")
        time.sleep(0.05)
    os.dup2(spare, writer)
    output.write("found\n")
    output.close()
    assert os.read(reader, 65536) == (
        b"novavms-mock: 3 lines of this log were lost: they could not be written\nfound\n"
    )
    for number in (reader, writer, spare):
        os.close(number)


def test_output_that_would_block_is_written_later() -> None:
    with piped() as (reader, output):
        os.set_blocking(output._descriptor, False)
        for _ in range(1000):
            output.write(LINE)
        output.write("end\n")
        assert read_until(reader, b"end\n") == LINE.encode() * 1000 + b"end\n"
