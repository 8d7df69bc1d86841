"""Drivers that do something else than answer end the run with one line."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from contract_tests.sdk import driver_process
from contract_tests.sdk.driver_client import RaisedError
from contract_tests.sdk.driver_process import DriverFailure, DriverProcess, NotStarted

HERE = Path(__file__).parent
LISTS: dict[str, Any] = {"verbs": [], "options": [], "capabilities": []}
HELLO = {"protocol": 1, "language": "any", "name": "any", "version": "1", **LISTS}
#: Reads a request, and does something; ``say`` answers it.
PRELUDE = """
import json, os, sys, time
def say(result, number=1): print(json.dumps({"id": number, "result": result}), flush=True)
sys.stdin.readline()
"""


def driver(body: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + body]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("sys.exit(7)", "ended without answering close, with exit code 7"),
        ("print('hello there')", "answered close with hello there, which is no JSON"),
        ("say({}, 8)", "answered close with the id 8, not 1"),
        ("print('[1]')", "answered close with what the schema refuses, at the whole"),
        ("""print('{"id": 1, "result": 3}')""", "answered close with what the schema refuses, at result"),
        ("""print('{"id": 1, "error": "no client x"}')""", "failed at close: no client x"),
        ("print()", "answered close with an empty line, which is no JSON"),
        ("""print('{"id": 1, "result": {"pauses": [NaN]}}')""", "which is no JSON"),
        (r"""print('{"id": 1, "result": {"shown": "\\ud800"}}')""", "answered close with half a surrogate pair"),
        ("time.sleep(9)", "did not answer close in time"),
        ("os.write(1, b'x' * 300); time.sleep(9)", "answered close with more than 200 bytes without a line break"),
    ],
)
def test_what_is_no_answer_is_a_failure_of_one_line(
    body: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(driver_process, "MAX_LINE_BYTES", 200)
    process = DriverProcess(driver(body), tmp_path)
    begun = time.monotonic()
    with pytest.raises(DriverFailure, match=message) as caught:
        process.request("close", 1.0 if "sleep(9)" in body else 10.0, client="client-1")
    assert "\n" not in str(caught.value)
    assert time.monotonic() - begun < 8
    assert process._process.returncode is not None


def test_an_answer_that_is_too_deep_is_a_failure(tmp_path: Path) -> None:
    process = DriverProcess(driver("print('[' * 99_999)"), tmp_path)
    with pytest.raises(DriverFailure, match="answered close with JSON that is nested too deeply: "):
        process.request("close", client="client-1")


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"name": "a\x1b[31m"}, "name"),
        ({"version": "1\n2"}, "version"),
        ({"fields": {"sites.list": ["a b"]}}, "fields/sites.list/0"),
        ({"fields": {"sites.list": ["limit", "limit"]}}, "fields/sites.list"),
    ],
)
def test_what_a_driver_says_of_itself_can_be_shown_and_used(changed: dict[str, Any], place: str) -> None:
    hello = {**HELLO, **changed}
    with pytest.raises(NotStarted, match=f"what the schema refuses, at {place}: ") as caught:
        driver_process.introduced(driver(f"say({hello!r})"), HERE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getppid(), 2); time.sleep(30)",
        "say(HELLO); sys.stdin.readline(); os.kill(os.getppid(), 2); time.sleep(30)",
    ],
)
def test_an_interrupt_at_the_start_leaves_no_driver(body: str, tmp_path: Path) -> None:
    program = f"HELLO = {HELLO!r}\nopen('pid', 'w').write(str(os.getpid()))\n{body}"
    begun, former = time.monotonic(), signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            driver_process.introduced(driver(program), tmp_path)
    finally:
        signal.signal(signal.SIGINT, former)
    assert time.monotonic() - begun < 4
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_the_command_is_shown_as_one_line_without_secrets() -> None:
    with pytest.raises(NotStarted, match="the driver 'no-such-program a b sk_l…' cannot be started"):
        driver_process.introduced(["no-such-program", "a\nb", "sk_live_abcdefghijkl"], HERE)


def test_a_driver_that_does_not_read_is_a_failure(tmp_path: Path) -> None:
    process = DriverProcess([sys.executable, "-c", "import time; time.sleep(9)"], tmp_path)
    with pytest.raises(DriverFailure, match="does not read its standard input"):
        process.request("close", 1.0, client="x" * 1_000_000)


def test_standard_error_is_shown_cut_and_without_secrets(tmp_path: Path) -> None:
    body = r"sys.stderr.write('x' * 50_000 + '\n\x1b[31mkey sk_live_abcdefghijkl\n'); sys.exit(1)"
    process = DriverProcess(driver(body), tmp_path)
    with pytest.raises(DriverFailure) as caught:
        process.request("close", client="client-1")
    text = str(caught.value)
    assert "its standard error ends: x" in text
    assert text.endswith("key sk_l…")
    assert "\x1b" not in text
    assert "\n" not in text
    assert len(text) < 3000


def test_an_answer_that_fits_is_returned(tmp_path: Path) -> None:
    process = DriverProcess(driver("say({'client': 'c'}); sys.stdin.readline(); say({}, 2)"), tmp_path)
    assert process.request("make_client", options={}, **{"async": False}) == {"client": "c"}
    process.close()
    assert process._process.returncode == 0


@pytest.mark.parametrize(
    ("result", "place"),
    [({"bytes": "abc"}, "bytes"), ({"raised": {"classes": [""]}}, "raised/classes/0")],
)
def test_what_cannot_be_read_is_a_failure_that_names_its_place(
    result: dict[str, Any], place: str, tmp_path: Path
) -> None:
    process = DriverProcess(driver(f"say({result!r})"), tmp_path)
    with pytest.raises(DriverFailure, match=f"answered call with what the schema refuses, at {place}: "):
        process.request("call")


def test_an_error_that_carries_something_else_is_an_answer(tmp_path: Path) -> None:
    raised = {"classes": ["Error"], "status": "404", "code": 7, "retry_after": "3 s", "field_errors": None}
    process = DriverProcess(driver(f"say({{'raised': {raised!r}}})"), tmp_path)
    assert process.request("call")["raised"] == raised
    error = RaisedError(raised)
    assert (error.__dict__["status"], error.retry_after) == ("404", "3 s")
    process.close()


def test_a_driver_sees_no_plan_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVAVMS_CONTRACT_PLAN", "secret")
    process = DriverProcess(driver("say({'client': os.environ.get('NOVAVMS_CONTRACT_PLAN', 'none')})"), tmp_path)
    assert process.request("make_client", options={}, **{"async": False})["client"] == "none"
    process.close()


def test_a_command_that_there_is_not_cannot_be_started() -> None:
    with pytest.raises(NotStarted, match="the driver 'no-such-program' cannot be started: No such file or directory"):
        driver_process.introduced(["no-such-program"], HERE)


def test_a_program_that_is_no_driver_cannot_be_started() -> None:
    with pytest.raises(NotStarted, match='schema refuses, at the whole: "language" is a required property'):
        driver_process.introduced(driver("say({'protocol': 2})"), HERE)
