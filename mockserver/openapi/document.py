"""An OpenAPI document: loaded from a file, checked, and the source of every validator."""

import pickle
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import msgspec
import yaml

from mockserver.openapi.access_modes import relaxed

_URI = "urn:openapi"
_MAX_REFERENCES = 100
#: So far a pattern with back references or look-around is tried: some milliseconds a text, which then counts as wrong.
_MAX_BACKTRACKING_STEPS = 10_000
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class DocumentError(ValueError):
    """A document that cannot be used; the text names place and reason of each problem in a line."""


class Document:
    """A parsed OpenAPI 3.1 document, whose references are all internal."""

    def __init__(self, raw: dict[str, Any], yaml_text: str) -> None:
        self.raw = raw
        self.yaml_text = yaml_text
        self._registry = jsonschema_rs.Registry([(_URI, raw)])
        self._relaxed: dict[str, jsonschema_rs.Registry] = {}

    @classmethod
    def load(cls, path: Path) -> "Document":
        """Read a YAML or JSON file. Raises DocumentError naming the file."""
        try:
            text = path.read_text(encoding="utf-8")
            raw = pickle.loads(_pickled(text))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise DocumentError(f"{path}: {' '.join(str(error).split())}") from None
        if not isinstance(raw, dict) or not isinstance(raw.get("paths"), dict):
            raise DocumentError(f"{path}: not an OpenAPI document, it has no paths")
        try:
            return cls(raw, text)
        except ValueError as error:
            raise DocumentError(f"{path}: not plain JSON data: {error}") from None

    def rebuild_registry(self) -> None:
        """Make validators that are compiled from now on follow references into the changed ``raw``."""
        self._registry = jsonschema_rs.Registry([(_URI, self.raw)])

    @property
    def version(self) -> str:
        """The version of the API that the document describes."""
        return str(self.raw["info"]["version"])

    @cached_property
    def json_text(self) -> bytes:
        """The document as JSON."""
        return msgspec.json.encode(self.raw)

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield the path, the upper-case method and the operation object of every operation."""
        for path in self.raw["paths"]:
            item = self.path_item(path)
            for method in _METHODS:
                if method in item:
                    yield path, method.upper(), self.resolve(item[method])

    def path_item(self, path: str) -> dict[str, Any]:
        """Return the path item of a path, joined with the one that it refers to."""
        item: dict[str, Any] = self.raw["paths"][path]
        return self.resolve(item) | item if "$ref" in item else item

    def resolve(self, node: Any) -> Any:
        """Return the node that a ``$ref``, or a chain of them, leads to; other nodes are returned as they are.

        Raises DocumentError for a reference that leads nowhere or to itself.
        """
        followed = 0
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference, followed = node["$ref"], followed + 1
            if followed > _MAX_REFERENCES:
                raise DocumentError(f"the reference {reference} leads to itself (recursion)")
            node = self._at(reference)
        return node

    def _at(self, reference: str) -> Any:
        node: Any = self.raw
        try:
            for part in unquote(reference).removeprefix("#").split("/")[1:]:
                name = part.replace("~1", "/").replace("~0", "~")
                node = node[int(name) if isinstance(node, list) else name]
        except (LookupError, TypeError, ValueError):
            raise DocumentError(f"the reference {reference} leads nowhere") from None
        return node

    def validator(self, schema: Any, without: str = "") -> jsonschema_rs.Validator:
        """Return a validator of a schema whose references point into this document; it checks formats.

        Properties that are marked ``without``, as readOnly or writeOnly, are not required. Raises ValueError for a
        schema that is none.
        """
        registry = self._registry
        if without and without in self._marks:
            if without not in self._relaxed:
                raw = relaxed(self.raw, without, self.resolve)
                self._relaxed[without] = jsonschema_rs.Registry([(_URI, raw)])
            schema, registry = relaxed(schema, without, self.resolve), self._relaxed[without]
        return jsonschema_rs.validator_for(
            _absolute_refs(schema),
            registry=registry,
            validate_formats=True,
            mask="the value",
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_MAX_BACKTRACKING_STEPS),
        )

    @cached_property
    def _marks(self) -> set[str]:
        return {mark for mark in ("readOnly", "writeOnly") if f'"{mark}":true'.encode() in self.json_text}


@lru_cache(maxsize=4)
def _pickled(text: str) -> bytes:
    """Return the parsed YAML, pickled: each document gets its own copy, and loading the same text again is fast."""
    return pickle.dumps(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _absolute_refs(schema: Any) -> Any:
    """Return the schema with its local references pointing into the registered document."""
    if isinstance(schema, dict):
        return {
            key: f"{_URI}{value}"
            if key == "$ref" and isinstance(value, str) and value[0] == "#"
            else _absolute_refs(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [_absolute_refs(item) for item in schema]
    return schema
