"""The rows of tables, those that lost the bars between their cells too."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

#: The columns of each kind of table, in the order that a table without bars has them.
PARAMETERS = ("name", "type", "default", "constraints")
ERRORS = ("code", "body.error", "meaning")
OPTIONS = ("option", "type", "default", "since", "description")
CLASSES = ("class", "raised when", "since")
NAMESPACES = ("namespace", "purpose")
_KINDS = (PARAMETERS, ERRORS, OPTIONS, CLASSES, NAMESPACES)
_SYNONYMS = {"constraint": "constraints", "field": "name", "parameter": "name", "status": "code", "error": "body.error"}
_TYPES = "uuid|string|object|enum|integer|int|float|number|boolean|bool"
_TYPE = re.compile(rf"(?:{_TYPES})(?:\[\])?")
_RANGE = re.compile(r"(0|[1-9]\d*)(?:\.\d+)?\s*[-\u2013]\s*(0|[1-9]\d*)(?:\.\d+)?(?![\d.])")
_MAX_VALUE_CHARS = 50
_NOTHING = ("", "-", "\u2013", "\u2014")


@dataclass(frozen=True)
class Known:
    """What parameters the document has: by name their defaults, and their ranges as ``1-100``."""

    defaults: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ranges: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Heading:
    """The heading of a table: its kind, and its columns in order; ``barred`` unless the bars were lost."""

    kind: tuple[str, ...]
    columns: tuple[str, ...]
    barred: bool


def heading(text: str) -> Heading | None:
    """Return the heading of a table that a line is, None if it is none."""
    if "|" in text:
        named = [_SYNONYMS.get(cell.lower(), cell.lower()) for cell in cells(text)]
        kinds = [kind for kind in _KINDS if set(kind[:2]) <= set(named)]
        return Heading(kinds[0], tuple(named), barred=True) if kinds else None
    squeezed = re.sub(r"\s", "", text).lower()
    kinds = [kind for kind in _KINDS if squeezed == "".join(kind).replace(" ", "")]
    return Heading(kinds[0], kinds[0], barred=False) if kinds else None


def cells(text: str) -> list[str]:
    """Return the cells of a row with bars."""
    inner = re.sub(r"^\s*\||(?<!\\)\|\s*$", "", text)
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def row(table: Heading, text: str, known: Known) -> dict[str, str] | None:
    """Return the cells of a row by column, a dash as nothing; None if the line is no row of the table."""
    if table.barred:
        found = cells(text)
        if len(found) < 2 or "|" not in text:
            return None
        named = dict(zip(table.columns, found, strict=False))
    else:
        split = _WITHOUT_BARS[table.kind](text, known)
        if split is None:
            return None
        named = dict(zip(table.kind, split, strict=False))
    return {column: "" if cell in _NOTHING else cell for column, cell in named.items()}


def is_rule(text: str) -> bool:
    """Whether a line is the one between the heading of a table and its rows."""
    return bool(re.fullmatch(r"[\s|:-]*-{2,}[\s|:-]*", text))


def _parameter(text: str, known: Known) -> Sequence[str] | None:
    """Split ``limitint201-100`` into name, type, default and constraint."""
    for name in sorted(known.defaults, key=len, reverse=True):
        if text.startswith(name) and (kind := _TYPE.match(text, len(name))):
            break
    else:
        found = re.match(rf"([a-z][a-z0-9_]*?)((?:{_TYPES})(?:\[\])?)(?!{_TYPES})", text)
        if found is None:
            return None
        name, kind = found[1], _TYPE.match(text, found.end(1))
    if kind is None:
        return None
    default, constraint = _default(name, kind[0], text[kind.end() :], known)
    return name, kind[0], default, constraint


def _default(name: str, kind: str, remaining: str, known: Known) -> tuple[str, str]:
    """Return where a default ends and its constraint begins: as the document has either, else as it is plausible."""

    def score(candidate: tuple[str, str]) -> tuple[int, int]:
        default, constraint = candidate
        limits = _RANGE.match(constraint)
        same = (default != "" and default in known.defaults.get(name, ())) + (
            limits is not None and limits[0] in known.ranges.get(name, ())
        )
        return same, len(default) if kind == "enum" else -len(default)

    return max(_candidates(kind, remaining), key=score)


def _candidates(kind: str, remaining: str) -> Iterator[tuple[str, str]]:
    for literal in ("null", "[]", "{}", "true", "false"):
        if remaining.startswith(literal):
            yield literal, remaining[len(literal) :]
            return
    yield from _splits_of_number(kind, remaining)
    if kind == "enum":
        for end in range(1, min(len(remaining), _MAX_VALUE_CHARS)):
            if remaining[:end] in _values(remaining[end:]):
                yield remaining[:end], remaining[end:]
    dash = re.match(r"[\u2013\u2014]", remaining)
    if not dash and (not (limits := _RANGE.match(remaining)) or float(limits[1]) <= float(limits[2])):
        yield "", remaining
    yield "", remaining[1:] if dash else remaining


def _splits_of_number(kind: str, remaining: str) -> Iterator[tuple[str, str]]:
    number = re.match(r"\d+(?:\.\d+)?", remaining) if kind in ("int", "integer", "float", "number") else None
    for end in range(1, number.end() + 1 if number else 0):
        limits = _RANGE.match(remaining, end)
        if (limits and float(limits[1]) <= float(limits[2])) or (
            end == (number and number.end()) and end == len(remaining)
        ):
            yield remaining[:end], remaining[end:]


def _values(text: str) -> list[str]:
    return [value.strip() for value in re.split(r",|\bor\b|\|", text)]


def _error(text: str, known: Known) -> Sequence[str] | None:
    found = re.match(r"(\d{3})([a-z][a-z0-9_]*)(.*)", text)
    return found and found.groups()


def _option(text: str, known: Known) -> Sequence[str] | None:
    """Split an option into its name and what follows; where types and defaults begin is not to be seen."""
    found = re.match(r"([a-z][a-z_]*?)(str|float|int|bool|httpx\.\w+(?: \| None)?)(.*?)(v\d+\.\d+)(.*)", text)
    return found and found.groups()


def _class(text: str, known: Known) -> Sequence[str] | None:
    found = re.match(r"([A-Z]\w*?(?:Error|Exception))(.*?)(v\d+\.\d+)?$", text)
    return found and [part or "" for part in found.groups()]


def _namespace(text: str, known: Known) -> Sequence[str] | None:
    found = re.match(r"(client\.[a-z_]+)([A-Z].*)", text)
    return found and found.groups()


_WITHOUT_BARS = {
    PARAMETERS: _parameter,
    ERRORS: _error,
    OPTIONS: _option,
    CLASSES: _class,
    NAMESPACES: _namespace,
}
