"""A page of Markdown in the other shapes that pages have."""

import html
import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"```\w*")


def without_bars(text: str) -> str:
    """As copied from a browser: no markup, no indentation, and the cells of a row without anything between them."""
    kept = [line.strip() for line in text.splitlines() if not _FENCE.fullmatch(line) and not line.startswith("|--")]
    return "\n".join(_plain(_cells_joined(line)) for line in kept)


def on_few_lines(text: str) -> str:
    """Without line breaks in examples, nor between an example and what follows; bars at the end of rows alone."""
    plain = _plain(
        re.sub(r"\n```\w*\n(.*?)\n```\n", lambda found: f"\n{_one_line(found[1])}<end>", text, flags=re.DOTALL)
    )
    glued = re.sub(r"<end>\n*", "", plain)
    return re.sub(r"^\| (?=[a-z_0-9]+ \|)", "", re.sub(r"\n{2,}", "\n", glued), flags=re.MULTILINE)


def as_html(text: str) -> str:
    """As a web page."""
    return f"<!DOCTYPE html>\n<html><body>\n{chr(10).join(_elements(text.splitlines()))}\n</body></html>\n"


SHAPES: dict[str, Callable[[str], str]] = {
    "page.md": lambda text: text,
    "bare.txt": without_bars,
    "few_lines.txt": on_few_lines,
    "page.html": as_html,
}


def _elements(lines: list[str]) -> Iterator[str]:
    code = False
    for line in lines:
        if _FENCE.fullmatch(line):
            code = not code
            yield "<pre><code>" if code else "</code></pre>"
        elif code:
            yield html.escape(line)
        elif line.startswith("|--"):
            continue
        elif line.startswith("|"):
            cells = "".join(f"<td>{html.escape(_plain(cell.strip()))}</td>" for cell in line.strip("|").split("|"))
            yield f"<tr>{cells}</tr>"
        elif heading := re.match(r"(#+) (.*)", line):
            yield f"<h{len(heading[1])}>{html.escape(heading[2])}</h{len(heading[1])}>"
        else:
            yield f"<p>{html.escape(_plain(line))}</p>" if line else ""


def _plain(text: str) -> str:
    return re.sub(r"^#+ |\*\*|`", "", text, flags=re.MULTILINE)


def _cells_joined(line: str) -> str:
    return "".join(cell.strip().strip("—") for cell in line.split("|")) if line.startswith("|") else line


def _one_line(code: str) -> str:
    return "".join(
        f"{line.strip()} " if line.rstrip().endswith(("\\", ",")) else line.strip() for line in code.splitlines()
    )
