"""Answers from the examples of the document, for operations that are not implemented."""

from typing import Any

from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation


def success(operation: Operation) -> tuple[str, Any] | None:
    """Return the media type and an example of the operation's success, or None if it has no body."""
    response = operation.response(operation.success) or {}
    for media_type, content in response.get("content", {}).items():
        return media_type, _of_content(operation.document, content)
    return None


def webhook_data(document: Document, name: str) -> Any:
    """Return the ``data`` of the document's example of a webhook's message, or ``{}`` if there is none."""
    described = document.raw.get("webhooks", {}).get(name, {}).get("post", {}).get("requestBody", {})
    content = described.get("content", {}).get("application/json", {})
    envelope = _of_content(document, content)
    return envelope.get("data", {}) if isinstance(envelope, dict) else {}


def _of_content(document: Document, content: dict[str, Any]) -> Any:
    if "example" in content:
        return content["example"]
    for example in content.get("examples", {}).values():
        return document.resolve(example).get("value")
    return of_schema(document, content.get("schema", {}))


def of_schema(document: Document, schema: Any) -> Any:
    """Return a value for a schema: its example, constant, default or first enum value, otherwise one of its type."""
    schema = document.resolve(schema)
    if not isinstance(schema, dict):
        return None
    for key in ("example", "const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("oneOf", "anyOf", "allOf"):
        if schema.get(key):
            return of_schema(document, schema[key][0])
    return _of_type(document, schema)


def _of_type(document: Document, schema: dict[str, Any]) -> Any:
    types = schema.get("type", "object")
    match types[0] if isinstance(types, list) else types:
        case "object":
            properties = schema.get("properties", {})
            return {name: of_schema(document, node) for name, node in properties.items()}
        case "array":
            return [of_schema(document, schema.get("items", {}))]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case "string":
            return _FORMATS.get(schema.get("format", ""), "text"[: schema.get("maxLength", 4)])
        case _:
            return None


_FORMATS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "email": "somebody@example.com",
    "uri": "https://example.com/",
}
