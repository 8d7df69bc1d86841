"""A terminal session as SVG: commands of the tutorial, run on a mock, with the colours that they print."""

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from docs_tools import tutorial
from novavms_mock import NovaVMSMock

_COLUMNS, _ROWS = 116, 60
_SECTIONS = ("4.", "5.", "6.")
_FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
aria-label="A terminal: a bug is caught">
<style>
.{unique_id}-matrix{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:{char_height}px;line-height:{line_height}px}}
.{unique_id}-title{{font:bold 18px ui-sans-serif,system-ui,Arial,sans-serif}}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x},{terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def record() -> str:
    """Run the commands of some sections of the tutorial, the first block of each, and return the session as SVG."""
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    options = next(step.commands for step in tutorial.steps() if step.commands.startswith("novavms-mock serve"))
    with NovaVMSMock(*options.split()[2:]) as mock, tempfile.TemporaryDirectory() as folder:
        for step in _recorded():
            printed = _run(step.commands.replace(tutorial.SHOWN, mock.base_url), Path(folder))
            console.print(Text.assemble(("$ ", "bold green"), (step.commands, "bold")), overflow="fold")
            console.print(Text.from_ansi(printed.replace(mock.base_url, tutorial.SHOWN)), overflow="fold", end="\n\n")
    session = console.export_svg(title="The first caught bug", code_format=_FORMAT, unique_id="terminal")
    return "\n".join(line.strip() for line in session.splitlines() if line.strip()) + "\n"


def _recorded() -> Iterator[tutorial.Step]:
    steps = tutorial.steps()
    yield from (next(step for step in steps if step.section.startswith(section)) for section in _SECTIONS)


def _run(command: str, folder: Path) -> str:
    """Return what a command prints on a terminal."""
    reading, writing = pty.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TERM": "xterm-256color", "COLUMNS": str(_COLUMNS)}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with process, open(reading, "rb", buffering=0) as terminal:
        return b"".join(_chunks(terminal)).decode().replace("\r\n", "\n").rstrip("\n")


def _chunks(terminal: io.FileIO) -> Iterator[bytes]:
    """Yield what arrives until the other side is closed, which Linux tells by an error."""
    while True:
        try:
            chunk = terminal.read(65_536)
        except OSError:
            return
        if not chunk:
            return
        yield chunk
