"""An OpenAPI document: loaded from a file, checked, and the source of every validator."""

import pickle
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import yaml

_URI = "urn:openapi"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class DocumentError(ValueError):
    """A document that cannot be used; the text names place and reason of each problem in a line."""


class Document:
    """A parsed OpenAPI 3.1 document, whose references are all internal."""

    def __init__(self, raw: dict[str, Any], yaml_text: str) -> None:
        self.raw = raw
        self.yaml_text = yaml_text
        self._registry = jsonschema_rs.Registry([(_URI, raw)])

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
        for path, item in self.raw["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield path, method.upper(), self.resolve(item[method])

    def resolve(self, node: Any) -> Any:
        """Return the node that a ``$ref``, or a chain of them, leads to; other nodes are returned as they are."""
        while isinstance(node, dict) and "$ref" in node:
            pointer = node["$ref"].removeprefix("#/").split("/")
            node = self.raw
            for part in pointer:
                node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    def validator(self, schema: Any) -> jsonschema_rs.Validator:
        """Return a validator of a schema whose references point into this document; it checks formats."""
        return jsonschema_rs.validator_for(
            _absolute_refs(schema), registry=self._registry, validate_formats=True, mask="the value"
        )


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


def check(path: Path) -> None:
    """Validate a document with openapi-spec-validator through prance. Raises DocumentError with every problem.

    This takes about a second, so the packaged document is loaded without it; the tests check it.
    """
    document = Document.load(path)
    if not str(document.raw.get("openapi", "")).startswith("3.1"):
        raise DocumentError(f"{path}: openapi must be 3.1, not {document.raw.get('openapi')!r}")
    try:
        problems = _problems(document)
        if not problems:
            _resolve_all(path)
    except Exception as error:  # the libraries raise many kinds, for a broken reference for one
        problems = [f"{type(error).__name__}: {error}"]
    if problems:
        raise DocumentError("\n".join(f"{path}: {' '.join(problem.split())[:240]}" for problem in problems))


def _problems(document: Document) -> list[str]:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    found = [
        f"{'/'.join(map(str, problem.absolute_path)) or 'document'}: {problem.message}"
        for problem in OpenAPIV31SpecValidator(document.raw).iter_errors()
    ]
    return found or [
        f"{method} {route}: has no operationId"
        for route, method, operation in document.operations()
        if "operationId" not in operation
    ]


def _resolve_all(path: Path) -> None:
    from prance import ResolvingParser

    ResolvingParser(str(path), backend="openapi-spec-validator")
