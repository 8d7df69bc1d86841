"""Small OpenAPI documents for tests."""

from typing import Any

import yaml

from mockserver.openapi.document import Document

JSON = dict[str, Any]


def document(paths: JSON, **components: Any) -> Document:
    """Return a document of these paths; its components are given by kind."""
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "Test", "version": "1.0"},
        "paths": paths,
        "components": components,
    }
    return Document(raw, yaml.safe_dump(raw))


def operation(operation_id: str = "read", status: str = "200", **fields: Any) -> JSON:
    """Return an operation with one response unless ``responses`` are given."""
    return {"operationId": operation_id, "responses": {status: {"description": "Done."}}, **fields}


def json_content(schema: Any, **fields: Any) -> JSON:
    return {"application/json": {"schema": schema, **fields}}
