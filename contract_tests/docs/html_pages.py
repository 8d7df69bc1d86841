"""The lines of an HTML page, as they would stand in a text: a table row has its cells between bars."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_HEADINGS = {f"h{level}" for level in range(1, 7)}
_BLOCKS = _HEADINGS | {"p", "li", "div", "section", "article", "tr", "pre", "dt", "dd", "br", "table", "blockquote"}
_HIDDEN = {"script", "style", "template", "nav", "button"}


def lines(text: str) -> Iterator[tuple[int, str, bool, bool]]:
    """Yield the number of each line, its text, and whether it is a heading and whether it is code."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    parser.end_line()
    yield from parser.found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str, bool, bool]] = []
        self._text, self._number = "", 0
        self._heading, self._code, self._row, self._hidden = False, False, False, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in ("td", "th"):
            self._text += "| "
        elif tag in _BLOCKS and not (self._row and tag != "tr"):
            self.end_line()
        if tag in _HEADINGS:
            self._heading = True
        self._code |= tag == "pre"
        self._row |= tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag == "tr":
            self._text += " |"
            self._row = False
        if tag in _BLOCKS and not self._row:
            self.end_line()
        if tag in _HEADINGS:
            self._heading = False
        self._code &= tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if not self._code:
            self._number = self._number or (self.getpos()[0] + _lines_before(data) if data.strip() else 0)
            self._text += re.sub(r"\s+", " ", data.replace("|", "\\|") if self._row else data)
            return
        for number, part in enumerate(data.split("\n"), self.getpos()[0]):
            if number > self.getpos()[0]:
                self.end_line()
            self._number = self._number or number
            self._text += part

    def end_line(self) -> None:
        """Put what was read so far into a line."""
        if self._text.strip():
            text = self._text.rstrip() if self._code else self._text.strip()
            self.found.append((self._number, text, self._heading, self._code))
        self._text, self._number = "", 0


def _lines_before(data: str) -> int:
    """Return the number of line breaks before the first character that is not white space."""
    return data[: len(data) - len(data.lstrip())].count("\n")
