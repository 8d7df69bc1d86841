"""The tutorial's commands and what it says that they print."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
#: Where the mock of the page answers.
SHOWN = "http://127.0.0.1:8080"
_SECTION = re.compile(r"^## (.+)$", flags=re.M)
#: A block of commands, and the block of their output if there is one.
_BLOCK = re.compile(r"^```sh\n(.+?)\n```(?:\n\n```text\n(.+?)\n```)?$", flags=re.M | re.S)


@dataclass(frozen=True)
class Step:
    """A block of commands below a heading, and what it prints; "" if the page does not say."""

    section: str
    commands: str
    output: str

    def prints(self, printed: str) -> bool:
        """Whether an output is that of the page, in which … is any text."""
        found = "\n".join(line.rstrip() for line in printed.splitlines())
        return re.fullmatch(".*".join(map(re.escape, self.output.split("…"))), found, flags=re.S) is not None


def steps() -> Sequence[Step]:
    """Return every block of commands, in the order of the page."""
    _, *parts = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    return [
        Step(heading, commands, output)
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
        for commands, output in _BLOCK.findall(text)
    ]
