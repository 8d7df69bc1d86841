"""From a request's path to the operations of the document."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from mockserver.openapi.document import Document, DocumentError
from mockserver.openapi.operations import Operation

_PARAMETER = re.compile(r"\{([^{}]+)\}")
_MAX_BASE_PATHS = 50


class Match(msgspec.Struct, frozen=True):
    """The operations of a request path, by method, and the values of its path parameters."""

    operations: Mapping[str, Operation]
    values: Mapping[str, str]

    def operation(self, method: str) -> Operation | None:
        """Return the operation that answers a method: a HEAD is a GET without the body of its answer."""
        return self.operations.get(method) or (self.operations.get("GET") if method == "HEAD" else None)

    def methods(self) -> list[str]:
        """Return all methods that are answered."""
        return sorted({*self.operations, *(("HEAD",) if "GET" in self.operations else ())})


@dataclass(slots=True)
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    templates: dict[tuple[str, ...], "_Node"] = field(default_factory=dict)
    wildcard: "_Node | None" = None
    path: str = ""
    parameters: list[str] = field(default_factory=list)
    operations: dict[str, Operation] = field(default_factory=dict)


class Router:
    """Finds the operations of a path in a tree of its segments, so the time does not depend on their number.

    A literal segment takes precedence over one with literal parts (``{x}.json``), and that over a parameter, as
    OpenAPI demands: ``/events/export`` is no event (EV-93). Paths also begin with those of the document's servers.
    """

    def __init__(self, document: Document) -> None:
        self.operations: dict[str, Operation] = {}
        self._root = _Node()
        self._static: dict[str, Match] = {}
        self._base_paths = sorted(set(islice(_base_paths(document), _MAX_BASE_PATHS)), key=len, reverse=True)
        for path, method, raw in document.operations():
            operation = Operation(raw.get("operationId", f"{method} {path}"), method, path, raw, document)
            self.operations[operation.id] = operation
            node = self._node(path)
            node.operations[method] = operation
            if "{" not in path:
                self._static[path] = Match(node.operations, {})
        self._one_parameter = dict(_ending_in_a_parameter(self._root))

    def match(self, path: str, raw_path: bytes = b"") -> Match | None:
        """Return the operations of a path, or None if the document has no such path.

        ``raw_path`` is the path as it was sent, in which a slash inside a value is still escaped.
        """
        found = self._static.get(path)
        if found is not None:
            return found
        before, _, last = path.rpartition("/")
        node = self._one_parameter.get(before)
        if node is not None and last and b"%" not in raw_path:
            return Match(node.operations, {node.parameters[0]: last})
        if b"%" in raw_path:
            found = self._at([unquote(segment) for segment in raw_path.decode("latin-1").split("/")])
        else:
            found = self._at(path.split("/"))
        return self._below_base_path(path) if found is None and self._base_paths else found

    def _at(self, segments: list[str]) -> Match | None:
        values: list[str] = []
        node = _find(self._root, segments, 0, values)
        return Match(node.operations, dict(zip(node.parameters, values, strict=True))) if node else None

    def _below_base_path(self, path: str) -> Match | None:
        for base_path in self._base_paths:
            if path.startswith(f"{base_path}/"):
                remaining = path[len(base_path) :]
                if found := self._static.get(remaining) or self._at(remaining.split("/")):
                    return found
        return None

    def _node(self, path: str) -> _Node:
        node = self._root
        parameters = []
        for segment in path.split("/"):
            names = _PARAMETER.findall(segment)
            parameters += names
            if not names:
                node = node.children.setdefault(segment, _Node())
            elif segment == f"{{{names[0]}}}":
                node.wildcard = node.wildcard or _Node()
                node = node.wildcard
            else:
                literals = tuple(_PARAMETER.split(segment)[::2])
                node = node.templates.setdefault(literals, _Node())
        if node.path not in ("", path):
            raise DocumentError(f"the paths {node.path} and {path} are the same")
        node.path, node.parameters = path, parameters
        return node


def _ending_in_a_parameter(node: _Node, path: str | None = None) -> Iterator[tuple[str, _Node]]:
    """Yield paths without parameters after which a path of the document ends with its only one, and its node."""
    if path is not None and node.wildcard and node.wildcard.operations and not node.templates:
        yield path, node.wildcard
    for segment, child in node.children.items():
        yield from _ending_in_a_parameter(child, segment if path is None else f"{path}/{segment}")


def _find(node: _Node, segments: list[str], place: int, values: list[str]) -> _Node | None:
    """Return the node of the segments from a place on, and add the values of its parameters; literals first."""
    for segment in segments[place:] if place else segments:
        child = node.children.get(segment)
        wildcard = node.wildcard
        if node.templates or (child is not None and wildcard is not None):
            return _choose(node, segments, place, values)  # otherwise there is one way
        if child is None:
            if wildcard is None or not segment:
                return None
            child = wildcard
            values.append(segment)
        node = child
        place += 1
    return node if node.operations else None


def _choose(node: _Node, segments: list[str], place: int, values: list[str]) -> _Node | None:
    """Try every way on from a node, one after the other."""
    segment, known = segments[place], len(values)
    ways: list[tuple[_Node, tuple[str, ...]]] = [(child, ()) for child in (node.children.get(segment),) if child]
    for literals, child in node.templates.items():
        if (found := _values(literals, segment)) is not None:
            ways.append((child, found))
    if node.wildcard is not None and segment:
        ways.append((node.wildcard, (segment,)))
    for child, more in ways:
        values += more
        if reached := _find(child, segments, place + 1, values):
            return reached
        del values[known:]
    return None


def _values(literals: Sequence[str], segment: str) -> tuple[str, ...] | None:
    """Return the shortest texts between the literals of a template, or None; in a time linear in the segment."""
    at, end = len(literals[0]), len(segment) - len(literals[-1])
    if not (segment.startswith(literals[0]) and segment.endswith(literals[-1])):
        return None
    values = []
    for literal in literals[1:-1]:
        found = segment.find(literal, at + 1, end)
        if found < 0:
            return None
        values.append(segment[at:found])
        at = found + len(literal)
    return (*values, segment[at:end]) if at < end else None


def _base_paths(document: Document) -> Iterator[str]:
    """Yield the paths of all servers of the document, with every value of their variables."""
    for servers in _servers(document):
        for server in servers:
            variables = server.get("variables", {})
            values = [variable.get("enum", [variable["default"]]) for variable in variables.values()]
            for chosen in islice(product(*values), _MAX_BASE_PATHS):
                url = str(server["url"])
                for name, value in zip(variables, chosen, strict=True):
                    url = url.replace(f"{{{name}}}", str(value))
                path = unquote(urlsplit(url).path).rstrip("/")
                if path:
                    yield path if path.startswith("/") else f"/{path}"


def _servers(document: Document) -> Iterator[list[dict[str, Any]]]:
    yield document.raw.get("servers", [])
    for path in document.raw["paths"]:
        item = document.path_item(path)
        yield item.get("servers", [])
        yield from (node["servers"] for node in item.values() if isinstance(node, dict) and "servers" in node)
