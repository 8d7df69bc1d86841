"""Lines of JSON that other processes are writing."""

import json
from pathlib import Path
from typing import Any


class Tail:
    """The lines in the files of a folder that match, each handed out once, when it is whole."""

    def __init__(self, folder: Path, files: str) -> None:
        self._folder, self._files = folder, files
        self._read: dict[Path, int] = {}

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines that have become whole since this was last called, file by file."""
        return [json.loads(line) for file in sorted(self._folder.glob(self._files)) for line in self._whole(file)]

    def _whole(self, file: Path) -> list[bytes]:
        with file.open("rb") as opened:
            opened.seek(self._read.get(file, 0))
            *lines, rest = opened.read().split(b"\n")
            self._read[file] = opened.tell() - len(rest)
        return lines
