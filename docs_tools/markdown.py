"""What generated and copied pages have in common: titles, tables, links, blocks of code."""

import re
from collections.abc import Callable, Iterable, Sequence

_FENCED = re.compile(r"^```.*?^```$", flags=re.M | re.S)
_LINK = re.compile(r"(!?\[[^\]]*\])\(([^)\s]+)\)")
_ROW = re.compile(r"^\|.*\|$", flags=re.M)
_CODE_WITH_BAR = re.compile(r"`([^`]*\\\|[^`]*)`")


def title(text: str) -> str:
    """Return the text of the first heading of a page."""
    return next(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))


def cell(text: object) -> str:
    """Return a text as a cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table, or nothing where there are no rows."""
    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", *lines]) + "\n"


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return a page in which everything but its fenced blocks of code is changed."""
    parts, end = [], 0
    for block in _FENCED.finditer(text):
        parts += [change(text[end : block.start()]), block[0]]
        end = block.end()
    return "".join([*parts, change(text[end:])])


def links(text: str, change: Callable[[str, str], str]) -> str:
    """Return a text in which each link is what ``change`` makes of its brackets and its address."""
    return _LINK.sub(lambda link: change(link[1], link[2]), text)


def bars_in_code(text: str) -> str:
    r"""Return a text whose tables show ``\|`` within code as a bar; Python-Markdown would show the backslash too."""
    return _ROW.sub(lambda row: _CODE_WITH_BAR.sub(_code, row[0]), text)


def _code(found: re.Match[str]) -> str:
    escaped = found[1].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<code>" + escaped.replace("\\|", "&#124;") + "</code>"
