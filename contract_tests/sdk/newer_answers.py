"""Answers of a server that is newer than the SDK: values that no list of the document has, and further fields."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx

from contract_tests import document
from contract_tests.sdk import schemas
from contract_tests.sdk.fake_servers import API

JSON = dict[str, Any]
#: The end of every value that is not known yet.
_LATER = "_later"


def with_other_values(request: httpx.Request, body: JSON) -> JSON:
    """Return the answer to a request with values that are not listed, wherever the document lists several."""
    return dict(_changed(_schema(request), body, lambda value: f"{value}{_LATER}", {}))


def with_other_fields(request: httpx.Request, body: JSON) -> JSON:
    """Return the answer to a request with further fields in every object whose fields the document gives."""
    return dict(_changed(_schema(request), body, str, {"added_later": {"x": [None, 1]}, "since": "2031-01-01"}))


def other_values(body: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the values that are not listed, each with its place: names of fields and numbers of items."""
    if isinstance(body, str) and body.endswith(_LATER):
        yield place, body
    parts = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, each in parts:
        yield from other_values(each, (*place, name))


def at(body: Any, place: tuple[str | int, ...]) -> Any:
    """Return the value at a place, None if there is none."""
    for name in place:
        try:
            body = body[name]
        except (LookupError, TypeError):
            return None
    return body


def _schema(request: httpx.Request) -> JSON:
    operation = document.operation_at(request.method, API + request.url.path.partition(API)[2])
    return schemas.of_answer(operation.id) if operation else {}


def _changed(schema: JSON, value: Any, listed: Callable[[str], str], further: JSON) -> Any:
    """Return a value with ``listed`` called for those that are one of a list, and with further fields in objects."""
    found = document.resolve(schema)
    if isinstance(value, str) and len(found.get("enum", ())) > 1:
        return listed(value)
    if isinstance(value, list) and "items" in found:
        return [_changed(found["items"], each, listed, further) for each in value]
    properties, _ = schemas.fields(found)
    if not isinstance(value, dict) or not properties:
        return value
    known = {name: _changed(properties.get(name, {}), each, listed, further) for name, each in value.items()}
    return {**known, **further}
