"""Values of the target file: how a wrong one is reported, and those that stand in a variable or a file."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_ENVIRONMENT, _FILE = "env:", "file:"
_MAX_SECRET_BYTES = 64 * 1024
_MAX_PEM_BYTES = 4 * 1024 * 1024


class ConfigError(ValueError):
    """The target file is invalid; the text names file, key and value."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the closest known one, if one is close."""
    return "".join(f"; did you mean {closest}?" for closest in difflib.get_close_matches(name, known, n=1))


def secret(where: str, text: Any, folder: Path) -> str:
    """Return a secret, which may stand in a variable (``env:NAME``) or in a file (``file:PATH``). Raises ConfigError.

    Messages begin with ``where`` and do not show it. A relative path begins at the folder of the target file.
    """
    if not isinstance(text, str):
        raise ConfigError(
            f"{where}: must be a string; env:NAME takes it from an environment variable, file:PATH from a file"
        )
    if text.startswith(_ENVIRONMENT):
        value, missing = os.environ.get(text.removeprefix(_ENVIRONMENT), ""), "the environment variable is not set"
    elif text.startswith(_FILE):
        value, missing = _text(where, text, folder), "the file is empty"
    else:
        value, missing = text, "is empty"
    if not value:
        raise ConfigError(f"{where} = {text!r}: {missing}")
    return value


def pem_file(where: str, text: str, folder: Path) -> Path:
    """Return the path of a file with certificates or a key. Raises ConfigError."""
    path = folder / Path(text).expanduser()
    _content(f"{where} = {text!r}", path, _MAX_PEM_BYTES)
    return path


def _text(where: str, text: str, folder: Path) -> str:
    path = folder / Path(text.removeprefix(_FILE)).expanduser()
    try:
        return _content(f"{where} = {text!r}", path, _MAX_SECRET_BYTES).decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ConfigError(f"{where} = {text!r}: {path} is not UTF-8; save it as UTF-8") from None


def _content(where: str, path: Path, max_bytes: int) -> bytes:
    """Return what is in a file. Raises ConfigError."""
    if not os.path.isfile(path):
        raise ConfigError(f"{where}: there is no file {path}; a relative path begins at the folder of the target file")
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise ConfigError(f"{where}: {path} cannot be read: {error.strerror}") from None
    if len(content) > max_bytes:
        raise ConfigError(f"{where}: {path} is larger than {max_bytes:,} bytes; name another file")
    return content
