"""The file that says that a mock accepts requests, and where."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mockserver.cli.usage import UsageError


def prepare(path: Path) -> None:
    """Remove the file of an earlier run, which is not ready any more. Raises UsageError if it could not be written."""
    try:
        if not path.parent.is_dir():
            raise UsageError(f"--ready-file {path}: there is no folder {path.parent}")
        if path.exists() and not path.is_file():
            raise UsageError(f"--ready-file {path}: is not a file")
        with _draft(path) as draft:
            draft.touch()
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"--ready-file {path}: {error.strerror}") from None


def write(path: Path, content: Mapping[str, object]) -> None:
    """Write the file so that those who wait for it never read a part of it. Raises UsageError."""
    try:
        with _draft(path) as draft:
            draft.write_text(json.dumps(content), encoding="utf-8")
            draft.replace(path)
    except OSError as error:
        raise UsageError(f"--ready-file {path}: {error.strerror}") from None


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """Yield the path of another file in the same folder, which is removed in the end."""
    draft = path.with_name(f".novavms-mock-{os.getpid()}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)
