"""OpenAPI 3.0 as 3.1: schemas say in JSON Schema 2020-12 what those of 3.0 say in their own way."""

from typing import Any

from mockserver.openapi.reading import object_nodes


def upgrade(raw: dict[str, Any]) -> None:
    """Change a valid OpenAPI 3.0 document, in place, into the same in OpenAPI 3.1."""
    raw["openapi"] = "3.1.0"
    for path_item in raw["paths"].values():
        if "$ref" in path_item:
            path_item["x-ref"] = path_item.pop("$ref")
    for node in object_nodes(raw):
        if isinstance(node.get("$ref"), str):
            for key in node.keys() - {"$ref"}:  # 3.0: siblings of a reference are ignored
                del node[key]
        _upgrade_schema(node)
    for path_item in raw["paths"].values():
        if "x-ref" in path_item:
            path_item["$ref"] = path_item.pop("x-ref")


def _upgrade_schema(node: dict[str, Any]) -> None:
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(node.get(exclusive), bool) and node.pop(exclusive) and bound in node:
            node[exclusive] = node.pop(bound)
