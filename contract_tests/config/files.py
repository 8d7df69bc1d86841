"""Files that a user names: read to a bound, and what is wrong with one said in a line."""

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from contract_tests.config.values import ConfigError
from contract_tests.output.texts import shorten

_LINE = re.compile(r"\(at line (\d+), column \d+\)$")
_MAX_LINE_CHARS = 80


def content(path: Path, max_bytes: int, remedy: str = "") -> bytes:
    """Return what is in a file. Raises ConfigError; if there is no such file, the text ends with ``remedy``.

    A named pipe or a device is refused, and not waited for.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                kind = "named pipe" if stat.S_ISFIFO(status.st_mode) else "device"
                raise ConfigError(f"{path}: is a {kind}, not a file")
            found = b"" if status.st_size > max_bytes else file.read(max_bytes + 1)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}{remedy}") from None
    if max(len(found), status.st_size) > max_bytes:
        raise ConfigError(f"{path}: is larger than {max_bytes:,} bytes")
    return found


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def toml(path: Path, max_bytes: int, remedy: str = "", *, secrets: bool = False) -> tuple[str, dict[str, Any]]:
    """Return the text of a TOML file, UTF-8 with or without a BOM, and what it says. Raises ConfigError.

    What it raises shows the line that is wrong, unless the file may hold ``secrets``.
    """
    try:
        text = content(path, max_bytes, remedy).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8; save it as UTF-8") from None
    try:
        return text, tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{path}: is nested too deeply") from None
    except ValueError as error:
        found = None if secrets else _LINE.search(str(error))
        lines = text.split("\n")
        line = f": {shorten(lines[int(found[1]) - 1].strip(), _MAX_LINE_CHARS)}" if found else ""
        raise ConfigError(f"{path}: {error}{line}") from None
