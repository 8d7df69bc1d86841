"""Finds the statements of a page: what stands under each heading."""

import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from contract_tests.docs import calls, pages, tables
from contract_tests.docs.pages import Line, PageError
from contract_tests.docs.statements import (
    Access,
    Call,
    ErrorRow,
    PageStatements,
    Parameter,
    Place,
    Response,
    Row,
    Section,
    Text,
)

_OPERATION = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/[\w/{}.-]*)")
_PART = re.compile(r"(query parameters?|request body|response (\d{3})|error responses|examples?):?", re.IGNORECASE)
_TITLE = re.compile(r"[A-Z][\w-]*(?: [\w-]+){0,5}")
_SINCE, _ROLE = re.compile(r"\bSince:?\s*(v\d+(?:\.\d+)*)"), re.compile(r"\bRequired role:?\s*(\w+)(.*)")
_NO_CONTENT = {"Skip to content", "Terminal window"}
_CODE_BEGINS = re.compile(r"(async|for|while|if|try|except|def|class|with|else|import|from|raise|return)\b")
_MIN_WORDS, _MAX_COMMAND_LINES = 3, 50


def read(path: Path, known: tables.Known) -> PageStatements:
    """Return what a page states. Raises PageError, also for a text without an operation or a table of the SDK."""
    lines = pages.read(path)
    reader = _Reader(path, known, marked=any(line.heading for line in lines))
    for line in lines:
        reader.take(line)
    found = PageStatements(path, tuple(reader.finished()))
    if not found.operations and not found.about_sdk:
        raise PageError(
            f"{path}:1: is no page of the documentation: it has neither a heading such as 'GET /api/v1/events' nor a"
            " table of client options, namespaces or errors"
        )
    return found


class _Reader:
    def __init__(self, path: Path, known: tables.Known, *, marked: bool) -> None:
        self._path, self._known, self._marked = path, known, marked
        self._section = Section(Place(path, 1), "")
        self._sections = [self._section]
        self._part, self._table = "", None  # type: tuple[str, tables.Heading | None]
        self._answer: list[Line] = []
        self._code: list[Text] = []

    def take(self, line: Line) -> None:
        """Read the next line."""
        text = line.text.strip()
        if text in _NO_CONTENT:
            return
        if not line.code and (table := tables.heading(text)):
            self._table = table
            self._begin_table(table)
        elif self._begins(line, text) or (self._table and tables.is_rule(text)):
            return
        elif self._table is None or not self._take_row(self._table, text, self._place(line)):
            self._table = None
            self._take_text(line, text)

    def finished(self) -> list[Section]:
        """Return all sections, once the last line was read."""
        self._end_part()
        return self._sections

    def _place(self, line: Line) -> Place:
        return Place(self._path, line.number)

    def _begins(self, line: Line, text: str) -> bool:
        """Begin another section or part, if the line is its heading."""
        if line.code:
            return False
        operation, part = _OPERATION.fullmatch(text), _PART.fullmatch(text)
        if part and self._section.method:
            self._end_part()
            self._part = part[1].lower()
            if part[2]:
                self._section.response = Response(self._place(line), int(part[2]))
            return True
        title = line.heading if self._marked else bool(_TITLE.fullmatch(text) and not self._section.method)
        if not operation and not title:
            return False
        self._end_part()
        method, path = (operation[1], operation[2]) if operation else ("", "")
        self._section, self._part = Section(self._place(line), text, method, path), ""
        self._sections.append(self._section)
        return True

    def _end_part(self) -> None:
        section, self._table = self._section, None
        if section.response and self._answer:
            place = self._place(self._answer[0])
            text = "\n".join(line.text for line in self._answer)
            section.response = Response(place, section.response.status, text)
        self._answer = []
        section.commands += _commands(self._code)
        section.calls += _calls(self._code)
        section.code += self._code
        self._code = []
        self._part = ""

    def _begin_table(self, table: tables.Heading) -> None:
        if table.kind == tables.PARAMETERS:
            if self._part == "request body":
                self._section.body = []
            else:
                self._section.query = []
        elif table.kind == tables.ERRORS and self._section.method:
            self._section.errors = []

    def _take_row(self, table: tables.Heading, text: str, place: Place) -> bool:
        """Whether the line is a row of the table, which is then taken. Raises PageError."""
        cells = tables.row(table, text, self._known)
        if cells is None:
            return False
        section, first = self._section, cells.get(table.kind[0], "")
        if table.kind == tables.PARAMETERS:
            rows = section.body if self._part == "request body" else section.query
            (rows if rows is not None else []).append(_parameter(place, cells))
        elif table.kind == tables.ERRORS and section.method:
            if not re.fullmatch(r"\d{3}", first):
                raise PageError(f"{place}: {first!r} in a table of errors is no status, such as 404")
            row = ErrorRow(place, int(first), cells.get("body.error", ""), cells.get("meaning", ""))
            (section.errors if section.errors is not None else []).append(row)
        else:
            section.rows.append(Row(place, first, " ".join(cells.values()), cells.get("description", "")))
        return True

    def _take_text(self, line: Line, text: str) -> None:
        section, piece = self._section, Text(self._place(line), text)
        if self._part.startswith("response"):
            self._answer.append(line)
        elif self._part.startswith("example") or line.code:
            self._code.append(Text(piece.place, line.text))
        elif self._part in ("query parameters", "query parameter", "request body"):
            section.same_input = section.same_input or piece
        elif not self._take_access(piece):
            self._take_prose(piece)

    def _take_access(self, piece: Text) -> bool:
        since, role = _SINCE.search(piece.text), _ROLE.search(piece.text)
        if not self._section.method or not (since or role) or not piece.text.startswith(("Since", "Required role")):
            return False
        before = self._section.access or Access(piece.place, "", "", scoped=False)
        self._section.access = Access(
            before.place,
            since[1] if since else before.since,
            role[1] if role else before.role,
            scoped="site-scoped" in role[2] if role else before.scoped,
        )
        return True

    def _take_prose(self, piece: Text) -> None:
        words = piece.text.split()
        ends = piece.text.rstrip("\"')”").endswith((".", ":", "?", "!"))
        if not ends or len(words) < _MIN_WORDS or _CODE_BEGINS.match(piece.text):
            self._code.append(piece)
            return
        sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z“\"(\w])", piece.text)
        self._section.sentences += [Text(piece.place, sentence) for sentence in sentences]


def _parameter(place: Place, cells: dict[str, str]) -> Parameter:
    names = ("name", "type", "default", "constraints")
    return Parameter(place, *(cells.get(name, "") for name in names))


def _commands(code: Sequence[Text]) -> Iterable[Text]:
    """Yield the curl command lines, each in one line. Raises PageError where a quote is not closed."""
    lines = iter(code)
    for line in lines:
        if not line.text.lstrip().startswith("curl "):
            continue
        text, count = line.text.strip(), 1
        while (reason := _unfinished(text)) and count < _MAX_COMMAND_LINES and (following := next(lines, None)):
            count += 1
            text = text.removesuffix("\\") + " " * (reason == "\\") + following.text.strip()
        if _unfinished(text):
            raise PageError(f"{line.place}: a curl command line ends within a quote or after a backslash")
        yield Text(line.place, re.sub(r"\s\\\s+", " ", text))


def _unfinished(text: str) -> str:
    """Return the backslash with which a command line goes on, or what else is wrong with its end."""
    if text.endswith("\\"):
        return "\\"
    try:
        shlex.split(text)
    except ValueError as error:
        return str(error)
    return ""


def _calls(code: Sequence[Text]) -> Iterable[Call]:
    text = "\n".join(line.text for line in code)
    for begin, namespace, verb, arguments, call in calls.find(text):
        yield Call(code[text.count("\n", 0, begin)].place, namespace, verb, arguments, " ".join(call.split()))
