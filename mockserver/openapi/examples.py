"""Examples of the document: the one that a caller names, the first valid one, or one made from the schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.domain.errors import InvalidInput
from mockserver.openapi.composition import types_of
from mockserver.openapi.document import Document
from mockserver.openapi.media_types import is_json
from mockserver.openapi.values import value_of


def example_of(document: Document, content: Mapping[str, Any], media_type: str, name: str = "") -> Any:
    """Return an example of a media type, header or parameter that is valid for its schema.

    Raises NoValue if none is found, InvalidInput if the named one is not valid.
    """
    schema = content.get("schema", True)
    validator = document.validator(schema, "writeOnly")
    for key, value in _given(document, content):
        if name in ("", key) and (validator.is_valid(value) or _is_text_of(document, schema, value, media_type)):
            return value
    if name:
        raise InvalidInput({"Prefer": [f"the example {name[:80]} is not valid for its schema, or has no value"]})
    return value_of(document, schema)


def webhook_data(document: Document, name: str) -> Any:
    """Return the ``data`` of the document's example of a webhook's message, or ``{}`` if there is none."""
    described = document.raw.get("webhooks", {}).get(name, {}).get("post", {}).get("requestBody", {})
    content = described.get("content", {}).get("application/json", {})
    envelope = example_of(document, content, "application/json")
    return envelope.get("data", {}) if isinstance(envelope, dict) else {}


def _given(document: Document, content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "example" in content:
        yield "", content["example"]
    for key, node in content.get("examples", {}).items():
        example = document.resolve(node)
        if isinstance(example, dict) and "value" in example:
            yield key, example["value"]


def _is_text_of(document: Document, schema: Any, value: Any, media_type: str) -> bool:
    """Return whether an example is the text of an object or array, as those of XML and CSV are."""
    if not isinstance(value, str) or not media_type or is_json(media_type):
        return False
    return "string" not in types_of(document, schema)
