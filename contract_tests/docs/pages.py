"""The lines of a documentation page, whether it is text, Markdown or HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contract_tests.config import ConfigError, files
from contract_tests.docs import html_pages

MAX_PAGE_BYTES = 300_000
MAX_PAGE_LINES = 5_000
MAX_LINE_CHARS = 20_000
_METHODS = "GET|POST|PUT|PATCH|DELETE"
#: Where a page in which line breaks were lost goes on with something else.
_LOST_BREAKS = re.compile(
    rf"(?<=\S)(?=(?:Error responses|Examples|Response \d{{3}})$)"
    rf"|(?<=[)}}\"'\da-z;])(?=(?:{_METHODS}) /[\w/{{}}-]+$)"
    r"|(?<=\S)(?=const \w+ = await novavms\.)"
    r"|(?<=[^\s=])(?<!= )(?=await novavms\.)"
    r"|(?<=[;'\"])(?=(?:\w+ = )?(?:await )?client\.)"
)
_MARKUP = re.compile(r"\*\*|`|^\s*>\s?")
#: A line of prose that does not end its sentence, and one that can go on with it.
_WRAPPED = re.compile(r"\s*[A-Z][^|]*[\w,)]\s*$")
_GOES_ON = re.compile(r"\s*[\w(/][^|]*$")
_MIN_WORDS = 4
_FENCE = re.compile(r"\s*(```|~~~)")


class PageError(Exception):
    """A page cannot be read; the text names file, line and what would be right."""


@dataclass(frozen=True)
class Line:
    """A line without markup: its number in the file, its text, and whether it is marked as a heading or as code."""

    number: int
    text: str
    heading: bool = False
    code: bool = False


def read(path: Path) -> tuple[Line, ...]:
    """Return the lines that are not empty. Raises PageError."""
    text = _text(path)
    if path.suffix.lower() in (".html", ".htm") or re.match(r"\s*<(!doctype|html)\b", text, re.IGNORECASE):
        found = [Line(*each) for each in html_pages.lines(text)]
    else:
        found = list(_paragraphs(list(_markdown(text))))
    return tuple(piece for line in found for piece in _pieces(line) if piece.text.strip())


def _text(path: Path) -> str:
    try:
        content = files.content(path, MAX_PAGE_BYTES)
    except ConfigError as error:
        raise PageError(error) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PageError(f"{path}:{line}: byte {content[error.start]:#04x} is not UTF-8; a page is text") from None
    if text.count("\n") > MAX_PAGE_LINES:
        raise PageError(f"{path}:{MAX_PAGE_LINES + 1}: is one line too many; a page has at most {MAX_PAGE_LINES}")
    for number, line_text in enumerate(text.splitlines(), 1):
        if "\0" in line_text:
            raise PageError(f"{path}:{number}: has a NUL character; a page is text, Markdown or HTML")
        if len(line_text) > MAX_LINE_CHARS:
            raise PageError(f"{path}:{number}: is longer than {MAX_LINE_CHARS} characters")
    return text


def _markdown(text: str) -> Iterator[Line]:
    """Yield the lines of Markdown, or of a text that has no markup."""
    code = False
    for number, raw in enumerate(text.splitlines(), 1):
        if _FENCE.match(raw):
            code = not code
        elif code:
            yield Line(number, raw, code=True)
        else:
            marked = re.match(r"\s{0,3}#{1,6}\s+(.*?)[\s#]*$", raw)
            yield Line(number, _MARKUP.sub("", marked[1] if marked else raw), heading=bool(marked))


def _paragraphs(lines: list[Line]) -> Iterator[Line]:
    """Yield the lines, in Markdown with each wrapped sentence in the line in which it begins."""
    marked = any(line.heading for line in lines)
    begun: Line | None = None
    for line in lines:
        if begun and _wraps(begun.text) and not (line.heading or line.code) and _GOES_ON.match(line.text):
            begun = Line(begun.number, f"{begun.text.rstrip()} {line.text.strip()}")
            continue
        if begun:
            yield begun
        begun = line if marked and not line.heading and not line.code else None
        if begun is None:
            yield line
    if begun:
        yield begun


def _wraps(text: str) -> bool:
    return len(text) <= MAX_LINE_CHARS and bool(_WRAPPED.match(text)) and len(text.split()) >= _MIN_WORDS


def _pieces(line: Line) -> Iterator[Line]:
    begin = 0
    for cut in [*(each.start() for each in _LOST_BREAKS.finditer(line.text)), len(line.text)]:
        yield Line(line.number, line.text[begin:cut], line.heading, line.code)
        begin = cut
