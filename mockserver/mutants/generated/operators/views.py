"""One object that looks different in one view: in a list, read alone, in the answer of a change, in the export."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mockserver.mutants.generated.boundary import Generated, Rewrite, Wrapper, calling, generated, rewriting
from mockserver.mutants.generated.surface import Surface, Surfaces
from mockserver.operations.call import Call, Csv, Function, Result

JSON = dict[str, Any]
#: An object that is not there, for an id that leads outside.
_ELSEWHERE = "00000000-0000-4000-8000-000000000000"


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    if surface.media_type == "text/csv":
        for index, name in enumerate(surface.answer):
            patch = calling(surface.id, partial(_cell, index))
            yield generated("other-value", surface.id, name, patch, name)
        return
    states = _states(surface)
    for name, schema in surface.answer.items():
        change = _other(schema)
        yield generated("other-value", surface.id, name, rewriting(surface.id, _in_state(surface, name, change)), name)
        others = [state for state in states if state[0] != name]
        if others:
            flag, value = others[zlib.crc32(name.encode()) % len(others)]
            patch = rewriting(surface.id, _in_state(surface, name, change, flag, value))
            yield generated("other-value-where", surface.id, f"{name},{flag}={value}", patch, name)
        yield generated("never", surface.id, name, rewriting(surface.id, _emptied(surface, name)), name)


def _states(surface: Surface) -> list[tuple[str, Any]]:
    """Return the states that the fields of an object show: flags that are true, and each value of an enumeration.

    Of what is new, those that its creation chooses.
    """
    found: list[tuple[str, Any]] = []
    names = surface.answer.keys() & surface.body.keys() if surface.method == "POST" else surface.answer.keys()
    for name, schema in ((name, surface.answer[name]) for name in surface.answer if name in names):
        if schema.get("type") == "boolean":
            found.append((name, True))
        found += [(name, value) for value in schema.get("enum", ()) if isinstance(value, str)]
    return found


def _other(schema: JSON) -> Callable[[Any], Any]:
    """Return a function that replaces a value by another one of the same type; null stays null."""
    values = schema.get("enum")

    def change(value: Any) -> Any:
        match value:
            case bool():
                return not value
            case int() | float():
                return value + 1
            case str() if values:
                return next((other for other in values if other not in (value, None)), value)
            case str():
                return _other_text(value)
            case list():
                return value[1:] or [_ELSEWHERE]
            case dict():
                value = {name: change(each) for name, each in value.items()}
        return value

    return change


def _other_text(value: str) -> str:
    """Return another time, id or text."""
    if len(value) == 20 and value.endswith("Z"):
        return f"{value[:17]}{(int(value[17:19]) + 1) % 60:02}Z"
    if len(value) == len(_ELSEWHERE) and value[8] == "-":
        return _ELSEWHERE
    return f"{value}?"


def _in_state(
    surface: Surface, name: str, change: Callable[[Any], Any], flag: str | None = None, wanted: Any = None
) -> Callable[[], Rewrite]:
    """Change a field of the objects in a state, or of all."""

    def item(row: JSON) -> JSON:
        return {**row, name: change(row[name])} if name in row and (flag is None or row.get(flag) == wanted) else row

    return lambda: lambda exchange, body: _mapped(surface, body, item)


def _emptied(surface: Surface, name: str) -> Callable[[], Rewrite]:
    """Show a flag that is never true, a list that is always empty, null for everything else."""
    schema = surface.answer[name]
    empty: Any = {"boolean": False, "array": []}.get(str(schema.get("type")))
    return lambda: lambda exchange, body: _mapped(surface, body, lambda row: {**row, name: empty})


def _mapped(surface: Surface, body: JSON, change: Callable[[JSON], JSON]) -> JSON:
    if surface.rows is None:
        return change(body)
    return {**body, surface.rows: [change(row) for row in body[surface.rows]]}


def _cell(index: int) -> Wrapper:
    """Show another value in a column of a CSV file."""

    async def wrapper(function: Function, call: Call) -> Result:
        found = await function(call)
        if not isinstance(found, Csv):
            return found
        rows = ([*row[:index], f"{row[index]}?", *row[index + 1 :]] for row in found.rows)
        return Csv(found.filename, found.header, rows)

    return wrapper
