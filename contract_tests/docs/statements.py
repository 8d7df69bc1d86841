"""What a documentation page states, each statement with its place."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A line of a page."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Parameter:
    """A row of a table of parameters or of fields of a body; what the row leaves open is empty."""

    place: Place
    name: str
    type: str
    default: str
    constraint: str


@dataclass(frozen=True)
class ErrorRow:
    """A row of a table of error responses."""

    place: Place
    status: int
    code: str
    meaning: str


@dataclass(frozen=True)
class Response:
    """What a page says about the answer of success: its status, and JSON, CSV or a sentence."""

    place: Place
    status: int
    text: str = ""


@dataclass(frozen=True)
class Text:
    """A sentence, a command line, or another piece of text."""

    place: Place
    text: str


@dataclass(frozen=True)
class Access:
    """Since when an operation exists, the lowest role that may call it, and whether it is site-scoped."""

    place: Place
    since: str
    role: str
    scoped: bool


@dataclass(frozen=True)
class Call:
    """A call of a client: its namespace and verb as the Python client names them, and its arguments by name."""

    place: Place
    namespace: str
    verb: str
    arguments: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Row:
    """A row of a table about the SDK: what it is about, its text, and the end of it that is prose."""

    place: Place
    name: str
    text: str
    description: str = ""


@dataclass
class Section:
    """What stands under one heading; ``method`` and ``path`` are empty where it is not an operation's."""

    place: Place
    heading: str
    method: str = ""
    path: str = ""
    access: Access | None = None
    query: list[Parameter] | None = None
    body: list[Parameter] | None = None
    same_input: Text | None = None
    response: Response | None = None
    errors: list[ErrorRow] | None = None
    rows: list[Row] = field(default_factory=list)
    commands: list[Text] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    sentences: list[Text] = field(default_factory=list)
    code: list[Text] = field(default_factory=list)


@dataclass(frozen=True)
class PageStatements:
    """A page: what stands under each of its headings, the opening paragraph first."""

    path: Path
    sections: tuple[Section, ...]

    @property
    def operations(self) -> list[Section]:
        """The sections about operations."""
        return [section for section in self.sections if section.method]

    @property
    def about_sdk(self) -> bool:
        """Whether it has tables about the SDK."""
        return any(section.rows for section in self.sections)
