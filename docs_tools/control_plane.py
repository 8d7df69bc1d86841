"""The page about the control plane: every call, parameter and body, from its OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs_tools.markdown import table
from mockserver import resources
from mockserver.openapi.document import Document

_METHODS = ("get", "put", "post", "patch", "delete")
_SCHEMAS = "#/components/schemas"
_Object = Mapping[str, Any]


def page() -> str:
    """Return the page, with a section for each call and each schema."""
    document = Document.load(resources.path("spec", "control.yaml")).raw
    parts = [f"# Control plane\n\n{document['info']['description']}"]
    for path, method, call in calls(document):
        parts += _call(document, path, method, call)
    parts.append("## Schemas\n")
    for name, schema in document["components"]["schemas"].items():
        parts += _schema(document, name, schema)
    return "\n".join(parts)


def calls(document: _Object) -> Iterator[tuple[str, str, _Object]]:
    """Yield path, method in capitals and description of each call."""
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if call := item.get(method):
                yield path, method.upper(), {**call, "parameters": [*shared, *call.get("parameters", [])]}


def _call(document: _Object, path: str, method: str, call: _Object) -> Iterator[str]:
    yield f"## {method} {path}\n\n**{call['summary']}** (`{call['operationId']}`). {call.get('description', '')}\n"
    parameters = [_resolved(document, parameter) for parameter in call["parameters"]]
    rows = [
        (f"`{one['name']}`", one["in"], _type(document, one["schema"]), one.get("description", ""))
        for one in parameters
    ]
    yield table(("Parameter", "In", "Type", "Meaning"), rows)
    for kind, content in _resolved(document, call.get("requestBody", {})).get("content", {}).items():
        yield f"Body, `{kind}`: {_type(document, content.get('schema', {}))}\n"
        yield from _examples(content)
    answers = [(status, _resolved(document, answer)) for status, answer in call["responses"].items()]
    yield table(
        ("Answer", "Body", "Meaning"), [(status, _body(document, one), one["description"]) for status, one in answers]
    )


def _body(document: _Object, answer: _Object) -> str:
    return ", ".join(_type(document, content.get("schema", {})) for content in answer.get("content", {}).values())


def _examples(content: _Object) -> Iterator[str]:
    for example in content.get("examples", {}).values():
        yield f"{example.get('summary', 'Example')}:\n"
        yield f"```json\n{json.dumps(example['value'], ensure_ascii=False)}\n```\n"


def _schema(document: _Object, name: str, schema: _Object) -> Iterator[str]:
    yield f"### {name}\n\n{schema.get('description', '')}\n"
    needed = schema.get("required", [])
    yield table(
        ("Field", "Type", "Needed", "Meaning"),
        [
            (f"`{field}`", _type(document, one), "yes" if field in needed else "", one.get("description", ""))
            for field, one in schema.get("properties", {}).items()
        ],
    )


def _type(document: _Object, schema: _Object) -> str:
    """Return the type of a schema and its bounds, as a cell of a table shows it; a named one as a link."""
    if reference := schema.get("$ref"):
        folder, _, name = reference.rpartition("/")
        return f"[{name}](#{name.lower()})" if folder == _SCHEMAS else _type(document, _resolved(document, schema))
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(_type(document, one) for one in choices)
    kinds = schema.get("type", "any")
    name = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if "items" in schema:
        name += " of " + _type(document, schema["items"])
    if "enum" in schema:
        name += ": " + ", ".join(f"`{one}`" for one in schema["enum"])
    bounds = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    default = [f"default `{schema['default']}`"] if "default" in schema else []
    return ", ".join([name, *([" ".join(bounds)] if bounds else []), *default])


def _resolved(document: _Object, part: _Object) -> _Object:
    found: Any = part
    while "$ref" in found:
        keys = found["$ref"].removeprefix("#/").split("/")
        found = document
        for key in keys:
            found = found[key]
    return dict(found)
