"""The calls of the control plane as tools, made from its OpenAPI document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mcp_types import Tool, ToolAnnotations

from mockserver.openapi.document import Document

#: Their answers are larger than a conversation can hold, or never end.
_LEFT_OUT = ("getSnapshot", "putSnapshot", "getControlDocument", "streamRequests")
_DESTRUCTIVE = ("resetMock", "resetOrg")
_COMPONENTS, _DEFINITIONS = "#/components/schemas/", "#/$defs/"


class UnknownArgument(ValueError):
    """The arguments of a tool are not those of its schema; the text names them."""


@dataclass(frozen=True)
class ControlTool:
    """A call of the control plane: the tool that is offered for it, and the request that it makes."""

    tool: Tool
    method: str
    path: str
    query_names: frozenset[str]

    def request(self, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any], Any]:
        """Return path, query and body of the call. Raises UnknownArgument."""
        check_names(self.tool, arguments)
        path = re.sub(r"\{(\w+)\}", lambda name: quote(str(arguments[name[1]]), safe=""), self.path)
        query = {name: arguments[name] for name in self.query_names & arguments.keys()}
        return path, query, None if "body" in query else arguments.get("body")


def check_names(tool: Tool, arguments: Mapping[str, Any]) -> None:
    """Raise UnknownArgument for an argument that a tool does not have, or that it needs and did not get."""
    known = list(tool.input_schema["properties"])
    if unknown := sorted(arguments.keys() - set(known)):
        raise UnknownArgument(f"{tool.name} has no {unknown[0]!r}; it takes {', '.join(known) or 'no arguments'}")
    if missing := [name for name in tool.input_schema["required"] if arguments.get(name) is None]:
        raise UnknownArgument(f"{tool.name} needs {missing[0]!r}")


def of_document(document: Document) -> Iterator[ControlTool]:
    """Yield a tool for each call of the control plane whose answer an assistant can read."""
    for path, method, operation in document.operations():
        if operation["operationId"] not in _LEFT_OUT:
            yield _tool(document, path, method, operation)


def _tool(document: Document, path: str, method: str, operation: Mapping[str, Any]) -> ControlTool:
    shared = document.path_item(path).get("parameters", [])
    parameters = [document.resolve(each) for each in (*shared, *operation.get("parameters", []))]
    properties = {each["name"]: each["schema"] | {"description": each["description"]} for each in parameters}
    required = [each["name"] for each in parameters if each.get("required")]
    if body := document.resolve(operation.get("requestBody")):
        properties["body"] = body["content"]["application/json"]["schema"]
        required += ["body"] if body.get("required") else []
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    name = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", operation["operationId"]).lower()
    tool = Tool(
        name=name,
        title=operation["summary"],
        description=operation["description"].strip(),
        input_schema=_with_definitions(document, schema),
        annotations=ToolAnnotations(
            read_only_hint=method == "GET",
            destructive_hint=method == "DELETE" or operation["operationId"] in _DESTRUCTIVE,
            open_world_hint=False,
        ),
    )
    return ControlTool(tool, method, path, frozenset(each["name"] for each in parameters if each["in"] == "query"))


def _with_definitions(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema on its own: with the schemas of the document that it refers to, directly or not."""
    definitions: dict[str, Any] = {}
    moved: dict[str, Any] = _moved(document, schema)
    waiting = list(_references(moved))
    while waiting:
        name = waiting.pop()
        if name not in definitions:
            definitions[name] = _moved(document, document.raw["components"]["schemas"][name])
            waiting += _references(definitions[name])
    return moved | ({"$defs": definitions} if definitions else {})


def _moved(document: Document, node: Any) -> Any:
    """Return a schema whose references are to definitions; what lies elsewhere is put in the place of its reference."""
    if isinstance(node, dict):
        if "$ref" in node and not node["$ref"].startswith(_COMPONENTS):
            return _moved(document, document.resolve(node))
        return {
            key: value.replace(_COMPONENTS, _DEFINITIONS) if key == "$ref" else _moved(document, value)
            for key, value in node.items()
        }
    return [_moved(document, item) for item in node] if isinstance(node, list) else node


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix(_DEFINITIONS).partition("/")[0]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
