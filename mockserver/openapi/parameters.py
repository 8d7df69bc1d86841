"""One parameter that is more than a plain text: its style, and how its value is read from a call."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from mockserver.openapi.composition import is_closed, properties_of
from mockserver.openapi.document import Document
from mockserver.openapi.media_types import is_json
from mockserver.openapi.texts import Pairs, TextReader, in_pairs, split, with_equals

ABSENT = object()
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_IGNORED_HEADERS = ("accept", "content-type", "authorization")
_MAX_PARTS = 1_000
_MAX_NESTING = 10


class Parameter:
    """A Parameter Object, or a property of a form, which is written like a parameter of the query."""

    def __init__(self, document: Document, raw: Mapping[str, Any]) -> None:
        self.name: str = raw["name"]
        self.place: str = raw.get("in", "query")
        self.required = bool(raw.get("required"))
        self._content = next(iter(raw.get("content", {}).items()), None)
        self.schema: Any = self._content[1].get("schema", True) if self._content else raw.get("schema", True)
        self.style: str = raw.get("style", _STYLES[self.place])
        self.explode: bool = raw.get("explode", self.style == "form")
        self.may_be_empty = self.place == "query" and bool(raw.get("allowEmptyValue"))
        self.reader = TextReader(document, self.schema)
        self._document = document

    @property
    def is_plain(self) -> bool:
        """Whether its text has one meaning: that of a string, integer, number or boolean."""
        plain_style = self.style in ("form", "simple")
        return len(self.reader.types) == 1 and not self.reader.is_structured and not self._content and plain_style

    @property
    def checked_schema(self) -> Any:
        """The schema of its value; that of a parameter that may be empty allows the empty text, too."""
        return {"anyOf": [self.schema, {"const": ""}]} if self.may_be_empty else self.schema

    def of_pairs(self, pairs: Pairs, others: frozenset[str] = frozenset()) -> Any:
        """Return its value in a query or form, or ABSENT; ``others`` are the names of the other parameters."""
        is_object = self.reader.types <= {"object", "null"} and not self._content
        if "object" in self.reader.types and any(name.startswith(f"{self.name}[") for name, *_ in pairs):
            return self._deep_object(pairs)
        if is_object and self.explode and self.style == "form" and all(name != self.name for name, *_ in pairs):
            return self._exploded_object(pairs, others)
        own = [(text, raw) for name, text, raw in pairs if name == self.name or _is_item_of(name, self.name)]
        if not own:
            return ABSENT
        if self._content:
            return self._of_content(own[0][0])
        return self.reader.first_valid(self._meanings(own))

    def of_text(self, text: str) -> Any:
        """Return its value in a path, header or cookie."""
        if self._content:
            return self._of_content(text)
        if self.style == "matrix":
            text = text.removeprefix(";")
        if self.style == "label":
            text = text.removeprefix(".")
        return self.reader.first_valid(self._meanings_of_text(text))

    def _meanings(self, own: list[tuple[str, str]]) -> Iterator[Any]:
        reader, texts = self.reader, [text for text, _ in own][:_MAX_PARTS]
        if self.may_be_empty and texts == [""]:
            yield ""
        delimited = split(own[0][1], _DELIMITERS.get(self.style, ","))
        if "array" in reader.types and self.explode:
            yield reader.array(texts)
        if "array" in reader.types and (not self.explode or len(own) == 1):
            yield reader.array(*(way[:_MAX_PARTS] for way in delimited))
        if "array" in reader.types and texts == [""]:
            yield []
        if "object" in reader.types and not self.explode:
            yield reader.object(*(in_pairs(way[:_MAX_PARTS]) for way in delimited))
        yield reader.scalar(texts[0])

    def _meanings_of_text(self, text: str) -> Iterator[Any]:
        reader = self.reader
        between = {"label": ".", "matrix": ";"}.get(self.style, ",") if self.explode else ","
        parts = text.split(between)[:_MAX_PARTS]
        if "object" in reader.types and self.explode:
            yield reader.object(with_equals(parts))
        elif "object" in reader.types:
            yield reader.object(in_pairs(self._without_name(text).split(",")[:_MAX_PARTS]))
        if "array" in reader.types:
            exploded = [self._without_name(part) for part in parts]
            items = exploded if self.explode else self._without_name(text).split(",")[:_MAX_PARTS]
            yield reader.array([part.strip() if self.place == "header" else part for part in items])
        yield reader.scalar(self._without_name(text))

    def _without_name(self, text: str) -> str:
        return text.removeprefix(f"{self.name}=") if self.style == "matrix" else text

    def _exploded_object(self, pairs: Pairs, others: frozenset[str]) -> Any:
        known = properties_of(self._document, self.schema)
        closed = is_closed(self._document, self.schema)
        own: dict[str, list[str]] = {}
        for name, text, _ in pairs:
            if name in known or not (closed or name in others):
                own.setdefault(name, []).append(text)
        return self._object_of(own) if own else ABSENT

    def _deep_object(self, pairs: Pairs) -> Any:
        own: dict[str, list[str]] = {}
        for name, text, _ in pairs[:_MAX_PARTS]:
            if name.startswith(f"{self.name}[") and name.count("[") <= _MAX_NESTING:
                own.setdefault(name[len(self.name) :], []).append(text)
        return _nested(own, self.reader) if own else ABSENT

    def _object_of(self, own: Mapping[str, list[str]]) -> Any:
        return {name: read_all(self.reader.property(name), texts) for name, texts in own.items()}

    def _of_content(self, text: str) -> Any:
        if self._content is None or not is_json(self._content[0]):
            return self.reader.scalar(text)
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text


def _is_item_of(name: str, array: str) -> bool:
    """Return whether a name is that of an item, as many clients write it: ``tags[]``, ``tags[0]``."""
    return name.startswith(f"{array}[") and name.endswith("]") and (name[len(array) + 1 : -1] or "0").isdigit()


def read_all(reader: TextReader, texts: list[str]) -> Any:
    """Return the value of all texts that one name has."""
    values = [reader.array(texts)] if "array" in reader.types else []
    return reader.first_valid([*values, reader.scalar(texts[0])])


def _nested(own: Mapping[str, list[str]], reader: TextReader) -> dict[str, Any]:
    """Return the object of keys of the form ``[a][b]``; ``[a][]`` is an array, as many clients write it."""
    made: dict[str, Any] = {}
    inner: dict[str, dict[str, list[str]]] = {}
    for path, texts in own.items():
        name, _, remaining = path.removeprefix("[").partition("]")
        if remaining in ("", "[]"):
            made[name] = read_all(reader.property(name), texts)
        else:
            inner.setdefault(name, {})[remaining] = texts
    return made | {name: _nested(parts, reader.property(name)) for name, parts in inner.items()}


def merged(document: Document, shared: Iterable[Any], own: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Return the parameters of a path and of its operation, whose own replace those of the same name and place."""
    found = {}
    for raw in (*shared, *own):
        parameter = document.resolve(raw)
        if parameter["in"] != "header" or parameter["name"].lower() not in _IGNORED_HEADERS:
            found[parameter["name"], parameter["in"]] = parameter
    return list(found.values())
