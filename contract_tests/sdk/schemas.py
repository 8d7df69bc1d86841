"""The fields that the OpenAPI document and a Pydantic model declare for an answer."""

from collections.abc import Mapping
from typing import Any

from contract_tests import document
from contract_tests.verdicts import Violation

JSON = dict[str, Any]


def of_answer(operation: str) -> JSON:
    """Return the schema of the successful answer of an operation."""
    found = document.load().operations[operation]
    response = document.resolve(found.raw["responses"][str(found.success)])
    return dict(response["content"]["application/json"]["schema"])


def fields(schema: JSON) -> tuple[dict[str, JSON], set[str]]:
    """Return the properties of an object's schema by name, and the names of the required ones."""
    resolved = document.resolve(schema)
    properties, required = dict(resolved.get("properties", {})), set(resolved.get("required", ()))
    for part in resolved.get("allOf", ()):
        more, more_required = fields(part)
        properties |= more
        required |= more_required
    return properties, required


def defaults(properties: Mapping[str, JSON]) -> JSON:
    """Return the defaults of properties by name."""
    return {name: each["default"] for name, each in properties.items() if "default" in each}


def chosen(found: JSON, given: JSON, known: JSON) -> JSON:
    """Return values by name, without those that were not given and are the known defaults."""
    return {name: value for name, value in found.items() if name in given or name not in known or value != known[name]}


def of_item(schema: JSON) -> JSON:
    """Return the schema of the items of a page, given that of the page."""
    properties, _ = fields(schema)
    return dict(document.resolve(properties["data"])["items"])


def declared(model: Any) -> tuple[set[str], set[str]]:
    """Return the names, as in the API, of the fields that a Pydantic model declares and of those that it requires.

    Raises Violation when it is not a Pydantic model.
    """
    known: Mapping[str, Any] | None = getattr(model, "model_fields", None)
    if known is None:
        raise Violation("", "a Pydantic model", repr(model))
    names = {name: str(each.validation_alias or each.alias or name) for name, each in known.items()}
    return set(names.values()), {names[name] for name, each in known.items() if each.is_required()}
