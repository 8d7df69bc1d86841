"""What the document says of an answer's fields, to hold the models of an SDK against."""

from collections.abc import Mapping
from typing import Any

from contract_tests import document
from contract_tests.verdicts import Violation

JSON = dict[str, Any]


def answered(operation: str) -> JSON:
    """Return the schema of what an operation answers when it succeeds."""
    found = document.load().operations[operation]
    response = document.resolve(found.raw["responses"][str(found.success)])
    return dict(response["content"]["application/json"]["schema"])


def fields(schema: JSON) -> tuple[dict[str, JSON], set[str]]:
    """Return the properties of an object's schema by name, and the names of those that are required."""
    resolved = document.resolve(schema)
    properties, required = dict(resolved.get("properties", {})), set(resolved.get("required", ()))
    for part in resolved.get("allOf", ()):
        more, needed = fields(part)
        properties |= more
        required |= needed
    return properties, required


def item(schema: JSON) -> JSON:
    """Return the schema of the items on a page."""
    properties, _ = fields(schema)
    return dict(document.resolve(properties["data"])["items"])


def declared(model: Any) -> tuple[set[str], set[str]]:
    """Return the fields that a Pydantic model declares, by their names in the API, and those it requires.

    Raises Violation when it is none.
    """
    known: Mapping[str, Any] | None = getattr(model, "model_fields", None)
    if known is None:
        raise Violation("", "a Pydantic model", repr(model))
    names = {name: str(each.validation_alias or each.alias or name) for name, each in known.items()}
    return set(names.values()), {names[name] for name, each in known.items() if each.is_required()}
