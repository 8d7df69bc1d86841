"""Texts that come back otherwise than they were sent."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from html import escape
from typing import Any

from msgspec.structs import replace

from mockserver.domain.errors import InvalidInput
from mockserver.mutants.generated.boundary import Generated, Wrapper, calling, generated
from mockserver.mutants.generated.surface import Surface, Surfaces
from mockserver.operations.call import Call, Csv, Function, Result

JSON = dict[str, Any]
_CHANGES: dict[str, Callable[[str], str]] = {
    "trimmed": str.strip,
    "lines-joined": lambda text: re.sub(r"[\r\n]+", " ", text),
    "spaces-joined": lambda text: re.sub(r" +", " ", text),
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "markup-stripped": lambda text: re.sub(r"<[^>]*>", "", text),
    "markup-escaped": escape,
    "bmp-only": lambda text: "".join(each for each in text if ord(each) < 0x10000),
    "latin-only": lambda text: text.encode("latin-1", "replace").decode("latin-1"),
}
_CELLS: dict[str, Callable[[str], str]] = {
    "quotes-dropped": lambda text: text.replace('"', ""),
    "cr-dropped": lambda text: text.replace("\r", ""),
    "lf-dropped": lambda text: text.replace("\n", ""),
    "formula-marked": lambda text: f"'{text}" if text[:1] in "=+-@" and text else text,
    "comma-dropped": lambda text: text.replace(",", ""),
}


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    shown = surfaces.shown(surface)
    for name, schema in surface.body.items():
        if name not in shown or not _is_text(schema):
            continue
        for what, change in _CHANGES.items():
            patch = calling(surface.id, partial(_received, name, change))
            yield generated(f"text-{what}", surface.id, name, patch, name)
        if limit := schema.get("maxLength"):
            patch = calling(surface.id, partial(_in_bytes, name, limit))
            yield generated("text-length-in-bytes", surface.id, name, patch, name)
    if surface.media_type == "text/csv":
        for what, change in _CELLS.items():
            patch = calling(surface.id, partial(_cells, change))
            yield generated(f"cell-{what}", surface.id, "", patch, *surface.answer)


def _is_text(schema: JSON) -> bool:
    """Whether a field takes any text: no value of a list, nothing of a given form, no code of a given length."""
    fixed = schema.get("maxLength", "any") == schema.get("minLength")
    return schema.get("type") == "string" and not schema.keys() & {"enum", "format"} and not fixed


def _received(name: str, change: Callable[[str], str]) -> Wrapper:
    def wrapper(function: Function, call: Call) -> Awaitable[Result]:
        value = call.body.get(name)
        body = {**call.body, name: change(value)} if isinstance(value, str) else call.body
        return function(replace(call, body=body))

    return wrapper


def _in_bytes(name: str, limit: int) -> Wrapper:
    def wrapper(function: Function, call: Call) -> Awaitable[Result]:
        if len(str(call.body.get(name) or "").encode()) > limit:
            raise InvalidInput({name: [f"must have at most {limit} bytes"]})
        return function(call)

    return wrapper


def _cells(change: Callable[[str], str]) -> Wrapper:
    async def wrapper(function: Function, call: Call) -> Result:
        found = await function(call)
        if not isinstance(found, Csv):
            return found
        return Csv(found.filename, found.header, ([_changed(cell, change) for cell in row] for row in found.rows))

    return wrapper


def _changed(cell: Any, change: Callable[[str], str]) -> Any:
    return change(cell) if isinstance(cell, str) else cell
