"""Files of JSON lines: written, appended to by one process, and read by another meanwhile."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

JSON = dict[str, Any]


def dump(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of a file."""
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def append(path: Path, *rows: Mapping[str, Any]) -> None:
    """Add lines to a file. Raises OSError."""
    with path.open("a", encoding="utf-8") as file:
        file.write(dump(rows))


def read(path: Path) -> list[JSON]:
    """Return all complete lines of a file. Raises OSError, ValueError, TypeError."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> list[JSON]:
    """Return all complete lines of a text. Raises ValueError, TypeError."""
    *lines, _ = text.split("\n")
    return [dict(json.loads(line)) for line in lines]


class JsonlReader:
    """Reads the files of a folder that match a pattern, while other processes append to them; no line twice."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder, self._pattern = folder, pattern
        self._offsets: dict[Path, int] = {}

    def lines(self) -> list[JSON]:
        """Return the lines that were completed since the last call, file by file in the order of their names."""
        files = sorted(self._folder.glob(self._pattern))
        return [json.loads(line) for file in files for line in self._complete_lines(file)]

    def _complete_lines(self, file: Path) -> list[bytes]:
        offset = self._offsets.get(file, 0)
        with file.open("rb") as opened:
            opened.seek(offset)
            content = opened.read()
        *lines, unfinished = content.split(b"\n")
        self._offsets[file] = offset + len(content) - len(unfinished)
        return lines
