"""A driver as a process: lines of JSON to its standard input, one answer for each from its standard output."""

import json
import os
import select
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread
from typing import IO, Any, NoReturn

import jsonschema_rs

from contract_tests.output.redaction import KNOWN
from contract_tests.output.texts import MAX_MESSAGE_CHARS, shorten
from contract_tests.processes import child_process
from mockserver import resources

JSON = dict[str, Any]
PROTOCOL = 1
#: The parameters of the first request.
HELLO: JSON = {"protocol": PROTOCOL, "fake_sleep": True}
MAX_LINE_BYTES = 8 * 1024 * 1024
#: How long a driver may take for what calls no client; and for ending, before it is killed.
TIMEOUT_SECONDS = 20.0
_END_SECONDS = 5.0
_MAX_STDERR_CHARS = 2000
_READ_BYTES = 65_536
#: Variables of this process that a driver must not see: the plan of a run holds tokens.
_OWN_VARIABLES = ("NOVAVMS_CONTRACT_PLAN",)


class DriverFailure(Exception):
    """The driver itself failed: it ended, hung or wrote what is no answer; the text is one line."""


class NotStarted(Exception):
    """The driver cannot be started, or is none; the text is one line."""


class DriverProcess:
    """A running driver. Whatever fails ends it, and raises DriverFailure."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start it in a folder. Raises NotStarted."""
        self._name = _shown(" ".join(command), 100)
        variables = {name: text for name, text in child_process.environment().items() if name not in _OWN_VARIABLES}
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                command, cwd=folder, env=variables, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as error:
            raise NotStarted(f"the driver {self._name!r} cannot be started: {error.strerror}") from None
        self._stdin, self._stdout = _descriptor(self._process.stdin), _descriptor(self._process.stdout)
        os.set_blocking(self._stdin, False)
        self._unread = b""
        self._stderr = _Stderr(self._process.stderr)
        self._number = 0

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def request(self, method: str, limit: float = TIMEOUT_SECONDS, /, **parameters: Any) -> JSON:
        """Return the result of a method, for which the driver has so many seconds. Raises DriverFailure."""
        self._number += 1
        line = json.dumps({"id": self._number, "method": method, **parameters}).encode() + b"\n"
        until = time.monotonic() + limit
        try:
            self._write(line, until)
            return self._result(method, self._read_line(method, until))
        except _Problem as problem:
            self.kill()
            raise DriverFailure(f"the driver {self._name!r} {problem}{self._stderr.shown()}") from None

    def close(self) -> None:
        """Ask it to end, and kill it if it does not, or when this is interrupted."""
        if self._process.returncode is not None:
            return
        try:
            with suppress(DriverFailure):
                self.request("shutdown", _END_SECONDS)
            with suppress(OSError):
                self._process.stdin.close()  # type: ignore[union-attr]
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it at once, and whatever it has started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, 9)
        self._process.wait()
        self._stderr.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def _write(self, line: bytes, until: float) -> None:
        while line:
            _, writable, _ = select.select([], [self._stdin], [], max(0.0, until - time.monotonic()))
            if not writable:
                raise _Problem("does not read its standard input")
            try:
                line = line[os.write(self._stdin, line) :]
            except OSError:
                return  # it has ended, and may have answered before

    def _read_line(self, method: str, until: float) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > MAX_LINE_BYTES:
                raise _Problem(f"answered {method} with more than {MAX_LINE_BYTES:,} bytes without a line break")
            readable, _, _ = select.select([self._stdout], [], [], max(0.0, until - time.monotonic()))
            if not readable:
                raise _Problem(f"did not answer {method} in time")
            read = os.read(self._stdout, _READ_BYTES)
            if not read:
                raise _Problem(f"ended without answering {method}{self._exit_code()}")
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _result(self, method: str, line: bytes) -> JSON:
        shown = _shown(line.decode(errors="replace")) or "an empty line"
        try:
            answer = json.loads(line, parse_constant=_no_constant)
            json.dumps(answer, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise _Problem(f"answered {method} with half a surrogate pair, which is no text: {shown}") from None
        except RecursionError:
            raise _Problem(f"answered {method} with JSON that is nested too deeply: {shown}") from None
        except ValueError:
            raise _Problem(f"answered {method} with {shown}, which is no JSON") from None
        _check("answer", answer, method)
        if answer["id"] != self._number:
            raise _Problem(f"answered {method} with the id {answer['id']}, not {self._number}")
        if "error" in answer:
            raise _Problem(f"failed at {method}: {_shown(answer['error'])}")
        _check(f"result_of_{method}", answer["result"], method)
        result: JSON = answer["result"]
        return result

    def _exit_code(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            return f", with exit code {self._process.wait(1)}"
        return ""


class _Problem(Exception):
    """What a driver did that is no answer."""


class _Stderr:
    """Reads what a driver writes to its standard error, and keeps the end of it."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._pipe, self._last = pipe, deque[str](maxlen=_MAX_STDERR_CHARS)
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        descriptor = _descriptor(self._pipe)
        with suppress(OSError):
            while read := os.read(descriptor, _READ_BYTES):
                self._last.extend(read.decode(errors="replace"))

    def join(self) -> None:
        """Wait until all has been read, and close the pipe."""
        self._thread.join(1)
        if self._pipe and not self._thread.is_alive():
            self._pipe.close()

    def shown(self) -> str:
        """Return the end of it as one line, empty without any."""
        text = " ".join("".join(self._last).split())
        return f"; its standard error ends: {KNOWN.redact(text)}" if text else ""


def introduced(command: Sequence[str], folder: Path) -> JSON:
    """Start a driver, return what it says of itself, and end it. Raises NotStarted."""
    process = DriverProcess(command, folder)
    try:
        return process.request("hello", **HELLO)
    except DriverFailure as failure:
        raise NotStarted(failure) from None
    except KeyboardInterrupt:
        process.kill()
        raise
    finally:
        process.close()


def _check(name: str, value: Any, method: str) -> None:
    problem = next(_validator(name).iter_errors(value), None)
    if problem is not None:
        place = "/".join(map(str, problem.instance_path)) or "the whole"
        raise _Problem(f"answered {method} with what the schema refuses, at {place}: {_shown(problem.message)}")


@cache
def _validator(name: str) -> Any:
    text = resources.path("spec", "sdk_driver.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return jsonschema_rs.validator_for(
        {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{name}"}
    )


def _no_constant(name: str) -> NoReturn:
    """Raise ValueError: JSON has no NaN and no Infinity."""
    raise ValueError(name)


def _shown(text: str, max_chars: int = MAX_MESSAGE_CHARS) -> str:
    return KNOWN.redact(shorten(" ".join(text.split()), max_chars))


def _descriptor(pipe: IO[bytes] | None) -> int:
    return pipe.fileno() if pipe else -1
