"""Files of an OpenAPI document, read as plain JSON data and joined: no reference leads out of the result.

Other files are kept whole under ``x-bundled-files``; every reference becomes a JSON pointer into the one document.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import yaml

MAX_FILES = 200
MAX_BYTES = 32 * 1024 * 1024
MAX_VALUES = 2_000_000
MAX_DEPTH = 200
_FILES = "x-bundled-files"
#: Keys whose value is data of the API, in which nothing is a reference or a schema.
_LITERALS = frozenset({"example", "default", "const", "enum", "value", "mapping"})
#: Keys whose value is a map with names of the author's own.
_MAPS = frozenset({
    "properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas", "responses", "parameters",
    "examples", "requestBodies", "headers", "securitySchemes", "links", "callbacks", "pathItems", "paths", "webhooks",
    "content", "encoding", "variables",
})  # fmt: skip


class ReadingError(ValueError):
    """A file that cannot be read, or that leads to one; the text gives the reason, and names any file but the first."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2 as OpenAPI wants it: dates, ``on`` and ``12:30`` are texts."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


def _number(loader: Any, node: Any) -> Any:
    text = loader.construct_scalar(node)
    try:
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    except ValueError:
        return float(text)


_Loader.add_constructor("tag:yaml.org,2002:int", _number)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def read(path: Path) -> tuple[dict[str, Any], str]:
    """Return the document of a file, joined with those that it refers to, and the text of the file.

    Raises ReadingError.
    """
    files = _Files()
    raw = files.load(path.resolve(), "")
    files.join()
    bundled = {str(number): content for number, content in enumerate(files.contents) if number}
    return (raw | {_FILES: bundled} if bundled else raw), files.text


def object_nodes(node: Any, name: str = "", *, named: bool = False) -> Iterator[dict[str, Any]]:
    """Yield every object of a document that is no data of the API: nothing inside examples, defaults and enums."""
    if isinstance(node, list):
        for item in node:
            yield from object_nodes(item, name)
    elif isinstance(node, dict):
        if not named:
            yield node
        for key, item in list(node.items()):
            if named or not (key in _LITERALS or (key == "examples" and isinstance(item, list))):
                yield from object_nodes(item, key, named=not named and key in _MAPS and isinstance(item, dict))


class _Files:
    """The files read so far, by path; the first is the document itself."""

    def __init__(self) -> None:
        self.contents: list[Any] = []
        self.text = ""
        self._numbers: dict[Path, int] = {}
        self._paths: list[Path] = []
        self._names: dict[tuple[int, str], str] = {}  # pointers by file and the name that a schema has there
        self._bytes = 0

    def load(self, path: Path, shown: str) -> Any:
        try:
            text = path.read_text(encoding="utf-8-sig")
            self._bytes += len(text)
            if len(self.contents) >= MAX_FILES or self._bytes > MAX_BYTES:
                raise ReadingError(f"{shown}the document has more than {MAX_FILES} files or {MAX_BYTES} bytes")
            content = _plain(yaml.load(text, Loader=_Loader))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
            raise ReadingError(f"{shown}{' '.join(str(error).split())}") from None
        except _NotJson as error:
            raise ReadingError(f"{shown}not plain JSON data: {error}") from None
        self.text = self.text or text
        self._numbers[path] = len(self.contents)
        self._paths.append(path)
        self.contents.append(content)
        self._find_names(len(self.contents) - 1, content, "")
        return content

    def join(self) -> None:
        """Rewrite the references of all files, and read those that they lead to."""
        number = 0
        while number < len(self.contents):
            self._rewrite(number, self.contents[number])
            number += 1

    def _rewrite(self, number: int, content: Any) -> None:
        for node in object_nodes(content):
            if isinstance(node.get("$dynamicRef"), str):
                node["$ref"] = node.pop("$dynamicRef")
            if isinstance(node.get("$id"), str):
                _make_absolute(node)
            for key in ("$schema", "$id", "$anchor", "$dynamicAnchor"):
                if isinstance(node.get(key), str):
                    del node[key]
            if isinstance(node.get("$ref"), str):
                node["$ref"] = self._pointer(number, node["$ref"])

    def _pointer(self, number: int, reference: str) -> str:
        target, _, fragment = reference.partition("#")
        named = self._names.get((-1, target)) if target else None
        if named is not None:
            return self._names.get((-1, reference)) or named + (fragment if fragment.startswith("/") else "")
        found = self._number(number, target) if target else number
        if fragment and not fragment.startswith("/"):
            return self._names.get((found, fragment), f"#{fragment}")
        return f"{_place(found)}{quote(unquote(fragment), safe='/~!$&()*+,;=:@-._')}"

    def _number(self, number: int, target: str) -> int:
        folder = self._paths[number].parent
        if urlsplit(target).scheme not in ("", "file"):
            raise ReadingError(f"{target}: only references to files are followed")
        path = (folder / unquote(urlsplit(target).path)).resolve()
        if path not in self._numbers:
            self.load(path, f"{target}: ")
        return self._numbers[path]

    def _find_names(self, number: int, node: Any, place: str, base: str = "") -> None:
        if isinstance(node, dict):
            at = f"{_place(number)}{place}"
            if isinstance(node.get("$id"), str):
                base = urljoin(base, node["$id"])
                self._names[-1, base] = at
            for key in ("$anchor", "$dynamicAnchor"):
                if isinstance(node.get(key), str):
                    self._names.setdefault((number, node[key]), at)
                    self._names[-1, f"{base}#{node[key]}"] = at
        for key, item in _entries(node):
            part = quote(key.replace("~", "~0").replace("/", "~1"), safe="~!$&()*+,;=:@-._")
            self._find_names(number, item, f"{place}/{part}", base)


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from ((str(place), item) for place, item in enumerate(node))


def _make_absolute(schema: dict[str, Any]) -> None:
    """Resolve the references inside a schema that has an ``$id`` against it."""
    for node in object_nodes(schema):
        for key in ("$ref", "$dynamicRef"):
            if isinstance(node.get(key), str):
                node[key] = urljoin(schema["$id"], node[key])
        if node is not schema and isinstance(node.get("$id"), str):
            node["$id"] = urljoin(schema["$id"], node["$id"])


def _place(number: int) -> str:
    return f"#/{_FILES}/{number}" if number else "#"


class _NotJson(ValueError):
    pass


def _plain(value: Any) -> Any:
    """Return a copy with texts as keys in which nothing is shared. Raises _NotJson."""
    left = [MAX_VALUES]

    def copy(node: Any, depth: int) -> Any:
        left[0] -= 1
        if left[0] < 0 or depth > MAX_DEPTH:
            raise _NotJson(f"it has more than {MAX_VALUES} values, or more than {MAX_DEPTH} one inside another")
        if isinstance(node, dict):
            return {_key(key): copy(item, depth + 1) for key, item in node.items()}
        if isinstance(node, list):
            return [copy(item, depth + 1) for item in node]
        if node is None or isinstance(node, str | int | float):
            return node
        raise _NotJson(f"{type(node).__name__} {str(node)[:40]!r}")

    return copy(value, 0)


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    if key is None or isinstance(key, str | int | float):
        return "null" if key is None else str(key)
    raise _NotJson(f"the key {str(key)[:40]!r} is no text")
